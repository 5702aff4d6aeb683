import { readConfig } from '../../shared/config.js';
import { SyncError } from '../../shared/model/errors.js';

const enough = {
  SUBSCRIPTION_ID: '11111111-2222-3333-4444-ABCDEFABCDEF',
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
};

function refusalOf(settings: Readonly<Record<string, string | undefined>>): string {
  try {
    readConfig({ ...enough, ...settings });
  } catch (error) {
    if (error instanceof SyncError && error.code === 'INVALID_SETTING') return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
}

test.each([
  ['SUBSCRIPTION_ID', undefined, 'nothing', 'a subscription id (a GUID)'],
  ['SUBSCRIPTION_ID', 'contoso', '"contoso"', 'a subscription id (a GUID)'],
  ['SUBSCRIPTION_ID', '-'.repeat(36), `"${'-'.repeat(36)}"`, 'a subscription id (a GUID)'],
  ['ARM_ENDPOINT', 'management.azure.com', '"management.azure.com"', 'an address that starts with https://'],
  [
    'ARM_AUDIENCE',
    'ftp://management.azure.com',
    '"ftp://management.azure.com"',
    'an address that starts with https://',
  ],
  ['MAR_ENDPOINT', 'http://mcr.microsoft.com', '"http://mcr.microsoft.com"', 'an address that starts with https://'],
  ['MAR_HOST', 'https://mcr.microsoft.com', '"https://mcr.microsoft.com"', 'a host name'],
  ['GATE_MODE', 'on', '"on"', 'observe or enforce'],
  ['GATE_MODE', '', '""', 'observe or enforce'],
  ['ENFORCE_SCOPES', 'rg-one', '"rg-one"', 'resource ids of clusters'],
  ['ENFORCE_SCOPES', '/subscriptions/1,rg', '"/subscriptions/1,rg"', 'resource ids of clusters'],
  ['GATE_GRACE_MINUTES', '-1', '"-1"', 'a whole number from 0 to 1440'],
  ['FLEET_GATE_PREFIX', '', '""', '1 to 100 characters'],
  ['VERIFY_DELAY_SECONDS', 'soon', '"soon"', 'a whole number from 1 to 3600'],
  ['VERIFY_DELAY_SECONDS', '0', '"0"', 'a whole number from 1 to 3600'],
  ['VERIFY_DELAY_SECONDS', '1.5', '"1.5"', 'a whole number from 1 to 3600'],
  ['PROOF_MAX_AGE_HOURS', '721', '"721"', 'a whole number from 1 to 720'],
  ['RECONCILE_SCHEDULE', 'every ten minutes', '"every ten minutes"', 'an NCRONTAB schedule of six fields'],
  ['CATALOG_SCHEDULE', 'daily', '"daily"', 'an NCRONTAB schedule of six fields'],
  ['AGENTBAKER_URL', 'http://mirror.test/list', '"http://mirror.test/list"', 'an address that starts with https://'],
  ['VULNERABILITY_API_ENDPOINT', 'no', '"no"', 'an address that starts with https://'],
  ['AzureWebJobsStorage', undefined, 'nothing', 'the connection string of a storage account'],
  ['AzureWebJobsStorage', 'AccountKy=c2VjcmV0', '18 characters', 'the connection string of a storage account'],
  [
    'AzureWebJobsStorage__queueServiceUri',
    'https://account.blob.core.windows.net',
    '"https://account.blob.core.windows.net"',
    'the queue address of a storage account',
  ],
  ['AzureWebJobsStorage__accountName', 'My.Account', '"My.Account"', 'the name of a storage account'],
])('setting %s = %s is refused in one line', (name, value, got, wanted) => {
  const message = refusalOf({ [name]: value });
  expect(message.startsWith(`setting ${name}: got ${got}, wants ${wanted}`)).toBe(true);
  expect(message).not.toContain('\n');
});

test('what is not set has its documented default', () => {
  expect(readConfig(enough)).toEqual({
    subscriptionId: '11111111-2222-3333-4444-abcdefabcdef',
    armEndpoint: 'https://management.azure.com',
    armAudience: 'https://management.azure.com',
    marEndpoint: 'https://mcr.microsoft.com',
    marHost: 'mcr.microsoft.com',
    enforcement: { mode: 'observe', scopes: [] },
    gateGraceMinutes: 0,
    ...{ deadlineMarginMinutes: 60, eventTopicEndpoint: undefined, policyAssignmentId: undefined },
    ...{ holdDays: 3, maintenanceCreate: false, maintenanceHolds: 'auto-upgrade' },
    gateMinConfidence: 'probed',
    componentInsights: 'required',
    fleetGatePrefix: 'artifact-sync',
    freshProofMinutes: 15,
    auditRetainDays: 400,
    gateWaitsForBaked: true,
    verifyDelaySeconds: 10,
    targetPatch: true,
    targetMinor: true,
    proofLevel: 'deep',
    warmReferrers: false,
    budgetSharePercent: 50,
    marReadsPerMinute: 3000,
    proofMaxAgeHours: 6,
    planMaxAgeHours: 3,
    reconcileSchedule: '0 */5 * * * *',
    driftSchedule: '0 30 4 * * *',
    logAnalytics: undefined,
    catalogSchedule: '0 15 */6 * * *',
    agentBakerUrl: 'https://raw.githubusercontent.com/Azure/AgentBaker/master/parts/common/components.json',
    vulnerabilityApiEndpoint: 'https://cve-api.prod-aks.azure.com/api/v1',
    storage: { kind: 'connection-string', connectionString: 'UseDevelopmentStorage=true' },
  });
});

test.each(['off', ''])('%p in place of an address switches a source of the catalogue off', (nothing) => {
  const { agentBakerUrl, vulnerabilityApiEndpoint } = readConfig({
    ...enough,
    AGENTBAKER_URL: nothing,
    VULNERABILITY_API_ENDPOINT: nothing,
  });
  expect([agentBakerUrl, vulnerabilityApiEndpoint]).toEqual(['', '']);
});

test('a storage account can be reached with the identity of the app, also in another cloud', () => {
  const settings = { AzureWebJobsStorage: undefined, AzureWebJobsStorage__accountName: 'contoso1' };
  expect(readConfig({ ...enough, ...settings, STORAGE_SUFFIX: 'core.chinacloudapi.cn' }).storage).toEqual({
    kind: 'identity',
    accountName: 'contoso1',
    suffix: 'core.chinacloudapi.cn',
  });
});

test('a plain http address is taken on loopback hosts, and slashes at the end do not count', () => {
  const { armEndpoint, marEndpoint } = readConfig({
    ...enough,
    ARM_ENDPOINT: 'https://arm.local/',
    MAR_ENDPOINT: 'http://127.0.0.1:5000//',
  });
  expect([armEndpoint, marEndpoint]).toEqual(['https://arm.local', 'http://127.0.0.1:5000']);
});

test('where the host wants addresses of storage services, account and DNS suffix follow from that of the queues', () => {
  const AzureWebJobsStorage__queueServiceUri = 'https://account1.queue.core.usgovcloudapi.net/';
  const { SUBSCRIPTION_ID } = enough;
  expect(readConfig({ SUBSCRIPTION_ID, AzureWebJobsStorage__queueServiceUri }).storage).toEqual({
    kind: 'identity',
    accountName: 'account1',
    suffix: 'core.usgovcloudapi.net',
  });
});
