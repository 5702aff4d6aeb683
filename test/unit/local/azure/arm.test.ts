import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { ManagedIdentityCredential } from '@azure/identity';
import { aadToken, call, callArm, closeAll, loginServer, start, type Reply } from './azure-client.js';
import { Doc } from './document.js';
import type { LocalAzure } from '../../../../local/azure/local-azure-interface.js';

const environment = { ...process.env };

afterEach(async () => {
  process.env = { ...environment };
  await closeAll();
});

const api = '?api-version=2025-10-01';
const subscription = '/subscriptions/11111111-2222-3333-4444-555555555555';
const clusters = `${subscription}/providers/Microsoft.ContainerService/managedClusters`;
const clusterOne = `${subscription}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/one`;

const cluster = async (azure: LocalAzure, name: string): Promise<Doc> =>
  (await callArm(azure, `${clusterOne.replace(/one$/, name)}${api}`)).json;

test('the identity endpoint wants its header and names no other resource', async () => {
  const azure = await start();
  const url = `${azure.identityEndpoint}?resource=https%3A%2F%2Fmanagement.azure.com&api-version=2019-08-01`;
  expect((await fetch(url)).status).toBe(401);
  const answer = new Doc(await (await fetch(url, { headers: { 'x-identity-header': azure.identityHeader } })).json());
  expect(answer.at('resource')).toBe('https://management.azure.com');
  expect(Number(answer.at('expires_on'))).toBeGreaterThan(Date.now() / 1000);
});

test('ARM wants a token of its own audience', async () => {
  const azure = await start();
  const anonymous = await call(azure, `${azure.armEndpoint}${clusters}${api}`);
  expect([anonymous.status, anonymous.json.at('error/code')]).toEqual([401, 'AuthenticationFailed']);
  expect(anonymous.headers['www-authenticate']).toMatch(/^Bearer authorization_uri=/);
  const foreign = { authorization: `Bearer ${await aadToken(azure, 'https://containerregistry.azure.net')}` };
  expect((await call(azure, `${azure.armEndpoint}${clusters}${api}`, { headers: foreign })).status).toBe(401);
  const own = { authorization: `Bearer ${await aadToken(azure, azure.armEndpoint)}` };
  expect((await call(azure, `${azure.armEndpoint}${clusters}${api}`, { headers: own })).status).toBe(200);
});

test.each([
  [clusters, 400, 'MissingApiVersionParameter'],
  [`${clusters}?api-version=latest`, 400, 'InvalidApiVersionParameter'],
  [`${clusterOne}x${api}`, 404, 'ResourceNotFound'],
  [`/subscriptions/0000/providers/Microsoft.ContainerService/managedClusters${api}`, 404, 'SubscriptionNotFound'],
  [`${subscription}/providers/Microsoft.Compute/disks${api}`, 404, 'InvalidResourceType'],
])('%s is refused with %i %s', async (path, status, code) => {
  const azure = await start();
  const reply = await callArm(azure, path);
  expect([reply.status, reply.json.at('error/code')]).toEqual([status, code]);
});

test('lists come in pages, each with the link to the next', async () => {
  const azure = await start();
  const names: string[] = [];
  let pages = 0;
  for (let next: string | undefined = `${clusters}${api}`; next !== undefined; pages += 1) {
    const { json }: Reply = await callArm(azure, next);
    names.push(...json.list('value').map((one) => one.text('name')));
    next = json.at('nextLink') === undefined ? undefined : json.text('nextLink');
  }
  expect([pages, names]).toEqual([2, ['one', 'two', 'three']]);
});

test('ids compare without case', async () => {
  const azure = await start();
  expect((await callArm(azure, `${clusterOne.toUpperCase()}${api}`)).json.at('name')).toBe('one');
});

test('a cluster tells its bootstrap registry, pools and add-ons', async () => {
  const azure = await start();
  const one = await cluster(azure, 'one');
  expect(one.at('properties/bootstrapProfile')).toEqual({
    artifactSource: 'Cache',
    containerRegistryId: `${subscription}/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/newlayout`,
  });
  expect(one.at('properties/networkProfile')).toMatchObject({ outboundType: 'none', networkDataplane: 'cilium' });
  expect(one.at('properties/addonProfiles')).toEqual({ azurepolicy: { enabled: true } });
  expect(one.at('properties/agentPoolProfiles')).toMatchObject([
    { osSKU: 'Ubuntu', nodeImageVersion: expect.stringMatching(/^AKSUbuntu-2204gen2containerd-/) as string },
    { osSKU: 'AzureLinux', nodeImageVersion: expect.stringMatching(/^AKSAzureLinux-V3gen2arm64-/) as string },
  ]);
  expect((await cluster(azure, 'three')).at('properties/bootstrapProfile')).toEqual({ artifactSource: 'Direct' });
});

test.each([
  ['2025-05-04-preview', true],
  ['2025-10-02-preview', true],
  ['2025-05-02-preview', false],
  ['2025-10-01', false],
])('api-version %s serves Component Insights: %s', async (version, isServed) => {
  const azure = await start();
  const { json } = await callArm(azure, `${clusterOne}/upgradeProfiles/default?api-version=${version}`);
  const profile = 'properties/controlPlaneProfile';
  expect(json.at(`${profile}/upgrades`)).toEqual([{ kubernetesVersion: '1.35.7' }]);
  expect(json.at(`${profile}/componentsByReleases/1`)).toEqual(
    isServed
      ? {
          kubernetesVersion: '1.35',
          components: [{ name: 'coredns', version: 'v1.13.1-6', hasBreakingChanges: false }],
        }
      : undefined,
  );
});

test('throttled ARM answers 429 with Retry-After', async () => {
  const azure = await start({ faults: { armThrottledShare: 1, retryAfterSeconds: 3 } });
  const reply = await callArm(azure, `${clusters}${api}`);
  expect([reply.status, reply.headers['retry-after'], reply.json.at('error/code')]).toEqual([
    429,
    '3',
    'TooManyRequests',
  ]);
});

test('the clients of the SDK read registries and cache rules with the managed identity', async () => {
  const azure = await start();
  process.env['IDENTITY_ENDPOINT'] = azure.identityEndpoint;
  process.env['IDENTITY_HEADER'] = azure.identityHeader;
  const client = new ContainerRegistryManagementClient(new ManagedIdentityCredential(), azure.subscriptionId, {
    endpoint: azure.armEndpoint,
    tlsOptions: { ca: azure.caPem },
  });
  const registry = await client.registries.get('rg', 'newlayout');
  expect([registry.loginServer, registry.sku.name]).toEqual([loginServer(azure, 'newlayout'), 'Premium']);
  const names: (string | undefined)[] = [];
  for await (const one of client.registries.list()) names.push(one.name);
  expect(names).toEqual(['newlayout', 'oldlayout']);
  for await (const rule of client.cacheRules.list('rg', 'newlayout')) {
    expect([rule.name, rule.sourceRepository, rule.targetRepository]).toEqual([
      'aks-managed-mcr',
      'mcr.microsoft.com/*',
      'aks-managed-repository/*',
    ]);
  }
});

test('requests are counted by service, class and status', async () => {
  const azure = await start();
  await callArm(azure, `${clusters}${api}`);
  await callArm(azure, clusters);
  expect(azure.requestLog.total('arm managedclusters GET')).toBe(2);
  expect(azure.requestLog.entries().get('arm managedclusters GET 400')).toBe(1);
});
