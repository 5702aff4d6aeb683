import { readFileSync, readdirSync } from 'node:fs';
import {
  exampleNames,
  grantedActions,
  readSnapshot,
  resourcesOf,
  type ExampleName,
  type Resource,
} from '../../support/infra/snapshots.js';

const of = (resource: Resource | undefined, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], resource?.properties);
const only = (name: ExampleName, type: string): Resource | undefined => resourcesOf(name, type)[0];
const endpointsOf = (name: ExampleName): readonly string[] =>
  resourcesOf(name, 'Microsoft.Network/privateEndpoints')
    .flatMap((one) => of(one, 'privateLinkServiceConnections') as readonly { properties: { groupIds: string[] } }[])
    .flatMap(({ properties }) => properties.groupIds)
    .sort();

/** Source: "Naming rules and restrictions for Azure resources". */
const nameRules: Readonly<Record<string, RegExp>> = {
  'Microsoft.EventGrid/systemTopics': /^[a-zA-Z0-9-]{3,50}$/,
  'Microsoft.EventGrid/topics': /^[a-zA-Z0-9-]{3,50}$/,
  'Microsoft.Network/privateEndpoints': /^[a-zA-Z0-9][\w.-]{0,62}\w$/,
  'Microsoft.Storage/storageAccounts': /^[a-z0-9]{3,24}$/,
  'Microsoft.OperationalInsights/workspaces': /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/,
  'Microsoft.ManagedIdentity/userAssignedIdentities': /^[a-zA-Z0-9][\w-]{2,127}$/,
  // The host makes its id of the first 32 characters: two apps with the same beginning and storage would be one.
  'Microsoft.Web/sites': /^[a-zA-Z0-9][a-zA-Z0-9-]{0,30}[a-zA-Z0-9]$/,
};

test('every example file was compiled, and nothing else', () => {
  const files = (folder: string, ending: string): readonly string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length))
      .sort();
  expect(files('infra/examples', '.bicepparam')).toEqual([...exampleNames].sort());
  expect(files('infra/compiled', '.snapshot.json')).toEqual([...exampleNames].sort());
});

describe.each(exampleNames)('example %s', (name) => {
  test('names every resource once', () => {
    const ids = readSnapshot(name).predictedResources.map(({ id }) => id.toLowerCase());
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('gives every resource a name that its type takes, however long those of clusters and registries are', () => {
    const wrong = readSnapshot(name).predictedResources.filter(
      ({ type, name: full }) => nameRules[type]?.test(full.split('/').at(-1) ?? '') === false,
    );
    expect(wrong.map(({ name: full }) => full)).toEqual([]);
  });

  test('takes no shared key, no local authentication and no publishing password', () => {
    expect(of(only(name, 'Microsoft.Storage/storageAccounts'), 'allowSharedKeyAccess')).toBe(false);
    expect(of(only(name, 'Microsoft.Insights/components'), 'DisableLocalAuth')).toBe(true);
    expect(of(only(name, 'Microsoft.OperationalInsights/workspaces'), 'features', 'disableLocalAuth')).toBe(true);
    for (const topic of resourcesOf(name, 'Microsoft.EventGrid/topics'))
      expect(of(topic, 'disableLocalAuth')).toBe(true);
    const passwords = resourcesOf(name, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
    expect(passwords.map((one) => of(one, 'allow'))).toEqual([false, false]);
  });

  test('runs Node 22 on Flex Consumption, with a limit of instances, HTTPS alone and closed CORS', () => {
    const site = only(name, 'Microsoft.Web/sites');
    expect(of(site, 'functionAppConfig', 'runtime')).toEqual({ name: 'node', version: '22' });
    expect(of(site, 'functionAppConfig', 'scaleAndConcurrency', 'maximumInstanceCount')).toBeLessThanOrEqual(100);
    expect(of(site, 'functionAppConfig', 'deployment', 'storage', 'authentication', 'type')).toBe(
      'UserAssignedIdentity',
    );
    expect(of(site, 'httpsOnly')).toBe(true);
    expect(of(site, 'siteConfig', 'cors')).toEqual({ allowedOrigins: [], supportCredentials: false });
  });

  test('delivers events by identity, with a filter, retries and a place for what is not delivered', () => {
    for (const one of resourcesOf(name, 'Microsoft.EventGrid/systemTopics/eventSubscriptions')) {
      expect(of(one, 'filter', 'includedEventTypes')).not.toEqual([]);
      expect(of(one, 'deliveryWithResourceIdentity', 'destination', 'properties', 'queueName')).toBe('events');
      expect(of(one, 'deadLetterWithResourceIdentity', 'deadLetterDestination', 'endpointType')).toBe('StorageBlob');
      expect(of(one, 'retryPolicy', 'eventTimeToLiveInMinutes')).toBe(1440);
    }
  });

  test('has the alerts and the workbook', () => {
    expect(
      resourcesOf(name, 'Microsoft.Insights/scheduledQueryRules')
        .map(({ name: rule }) => rule)
        .sort(),
    ).toEqual(
      [
        'catalogue-stale',
        'deadline-at-risk',
        'gate-at-risk',
        'poison-messages',
        'reconcile-missed',
        'warm-failures',
      ].map((alert) => `alert-artifact-sync-${alert}`),
    );
    expect(resourcesOf(name, 'Microsoft.Insights/workbooks')).toHaveLength(1);
  });
});

test('nothing of the private example has a public endpoint, and everything it reaches has a private one', () => {
  const name = 'private-production';
  expect(of(only(name, 'Microsoft.Web/sites'), 'publicNetworkAccess')).toBe('Disabled');
  expect(of(only(name, 'Microsoft.EventGrid/topics'), 'publicNetworkAccess')).toBe('Disabled');
  expect(of(only(name, 'Microsoft.Storage/storageAccounts'), 'networkAcls')).toEqual({
    bypass: 'AzureServices',
    defaultAction: 'Deny',
  });
  expect(endpointsOf(name)).toEqual(['blob', 'queue', 'registry', 'registry', 'sites', 'table', 'topic']);
  expect(of(only(name, 'Microsoft.Web/sites/config'), 'globalValidation', 'requireAuthentication')).toBe(true);
});

test('the way out of a new network is part of it: what is attached by hand, the next deployment would take away', () => {
  const [app] = of(only('private-production', 'Microsoft.Network/virtualNetworks'), 'subnets') as readonly {
    readonly properties: object;
  }[];
  expect(app?.properties).toMatchObject({
    delegations: [{ properties: { serviceName: 'Microsoft.App/environments' } }],
    routeTable: { id: expect.stringContaining('/routeTables/') as unknown },
  });
});

test('an endpoint of a registry has its records in the one zone of login servers and data endpoints', () => {
  const groups = resourcesOf('existing-vnet', 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups');
  const zones = groups.flatMap(
    (one) => of(one, 'privateDnsZoneConfigs') as readonly { properties: { privateDnsZoneId: string } }[],
  );
  for (const { properties } of zones) expect(properties.privateDnsZoneId).toContain('/resourceGroups/dns');
  expect(endpointsOf('existing-vnet')).not.toContain('registry');
});

test('without features the roles read and nothing else', () => {
  expect(grantedActions('public-evaluation').filter((action) => !action.endsWith('/read'))).toEqual([]);
  expect(grantedActions('public-evaluation')).not.toContain(
    'microsoft.containerregistry/locations/operationresults/read',
  );
});

test('features add their own actions', () => {
  const added = grantedActions('private-production').filter(
    (one) => !grantedActions('public-evaluation').includes(one),
  );
  expect([...added].sort()).toEqual([
    'microsoft.authorization/policyassignments/read',
    'microsoft.authorization/policyassignments/write',
    'microsoft.containerregistry/locations/operationresults/read',
    'microsoft.containerregistry/registries/importimage/action',
    'microsoft.containerservice/fleets/gates/write',
    'microsoft.containerservice/managedclusters/maintenanceconfigurations/delete',
    'microsoft.containerservice/managedclusters/maintenanceconfigurations/write',
  ]);
});

test('the policy is what the repository has, begins with its effect, and the app may change this assignment alone', () => {
  const name = 'private-production';
  const { displayName, policyRule } = JSON.parse(
    readFileSync('infra/policy/kubernetes-versions.json', 'utf8'),
  ) as Record<string, unknown>;
  expect(only(name, 'Microsoft.Authorization/policyDefinitions')?.properties).toMatchObject({
    displayName,
    policyRule,
  });
  const assignment = only(name, 'Microsoft.Authorization/policyAssignments');
  expect(of(assignment, 'parameters')).toEqual({ effect: { value: 'Audit' } });
  const keepers = resourcesOf(name, 'Microsoft.Authorization/roleAssignments').filter(({ id }) =>
    id.includes('/policyAssignments/'),
  );
  expect(keepers.map(({ id }) => id)).toEqual([expect.stringContaining(`'${assignment?.id ?? ''}'`)]);
  expect(only('public-evaluation', 'Microsoft.Authorization/policyAssignments')).toBeUndefined();
});
