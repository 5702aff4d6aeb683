import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { readConfig } from '../../../shared/config.js';
import { settings } from '../../../shared/settings.js';
import { containerNames, queueNames, tableNames } from '../../../shared/azure/storage.js';
import { exampleNames, readSnapshot, resourcesOf } from '../../support/infra/snapshots.js';

interface Template {
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly parameters?: Readonly<Record<string, { readonly metadata?: { readonly description?: string } }>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<
    Record<
      string,
      {
        readonly name?: string;
        readonly dependsOn?: readonly string[];
        readonly properties?: {
          readonly template?: Template;
          readonly parameters?: Readonly<Record<string, { readonly value?: unknown }>>;
        };
      }
    >
  >;
}

const template = JSON.parse(readFileSync('infra/compiled/main.json', 'utf8')) as Template;
const storageTypes = 'Microsoft.Storage/storageAccounts';
const lastSegments = (type: string): readonly string[] =>
  resourcesOf('public-evaluation', `${storageTypes}/${type}`).map(({ name }) => name.split('/').at(-1) ?? '');

/** Settings of the host and of the SDKs, which the app itself does not read. */
const othersSettings = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AZURE_CLIENT_ID',
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__tableServiceUri',
];

/** Names of the settings that the template may set, read from what the module compiles to. */
function settingsOfTemplate(): readonly string[] {
  const text = JSON.stringify(template.resources['appSettings']?.properties?.template?.variables ?? {});
  return [...new Set(text.match(/\b(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|AzureWebJobsStorage__\w+)\b/g) ?? [])].sort();
}

test('the template makes the queues, tables and containers that the code uses, and no others', () => {
  expect([...lastSegments('queueServices/queues')].sort()).toEqual(
    queueNames.flatMap((name) => [name, `${name}-poison`]).sort(),
  );
  expect([...lastSegments('tableServices/tables')].sort()).toEqual([...tableNames].sort());
  expect([...lastSegments('blobServices/containers')].sort()).toEqual(
    [...containerNames, 'app-package', 'event-dead-letters'].sort(),
  );
});

test('every trigger of a queue has its queue', () => {
  const texts = readdirSync('functions').map((name) => readFileSync(`functions/${name}`, 'utf8'));
  const listened = texts.flatMap((text) => [...text.matchAll(/queueName: '([^']+)'/g)].map(([, name]) => name ?? ''));
  expect(listened.sort()).toEqual([...lastSegments('queueServices/queues')].sort());
});

test('the template sets settings that the app, the host or an SDK knows', () => {
  const known = [...Object.keys(settings.shape), ...othersSettings];
  expect(settingsOfTemplate().filter((name) => !known.includes(name))).toEqual([]);
  expect(othersSettings.filter((name) => !settingsOfTemplate().includes(name))).toEqual([]);
});

test.each([
  ['the public cloud', { AzureWebJobsStorage__accountName: 'account1' }],
  ['another cloud', { AzureWebJobsStorage__queueServiceUri: 'https://account1.queue.core.usgovcloudapi.net/' }],
])('what the template always sets is all that the app needs to start in %s', (_sentence, storage) => {
  const set = {
    SUBSCRIPTION_ID: '00000000-0000-0000-0000-000000000000',
    ARM_ENDPOINT: 'https://management.azure.com/',
  };
  const environment = { ...set, ...storage, GATE_MODE: 'observe' };
  expect(Object.keys(environment).filter((name) => !settingsOfTemplate().includes(name))).toEqual([]);
  expect(readConfig(environment).storage).toMatchObject({ kind: 'identity', accountName: 'account1' });
});

test('the app starts with what the template sets where everything is switched on', () => {
  const compiled = JSON.parse(readFileSync('infra/compiled/settings.json', 'utf8')) as {
    readonly outputs: { readonly settings: Readonly<Record<string, string>> };
  };
  const set = compiled.outputs.settings;
  // The host, on .NET 8, hands no variable on that holds nothing.
  expect(Object.keys(set).filter((name) => set[name] === '')).toEqual([]);
  expect(readConfig(set)).toMatchObject({
    maintenanceCreate: true,
    agentBakerUrl: '',
    vulnerabilityApiEndpoint: '',
    marHost: 'mcr.azure.cn',
    proofMaxAgeHours: 12,
    enforcement: { mode: 'enforce', scopes: [expect.stringMatching(/fleets$/), expect.stringMatching(/payments$/i)] },
    storage: { kind: 'identity', accountName: 'account1', suffix: 'core.chinacloudapi.cn' },
  });
});

test('settings that examples choose are settings of the app, with values that it accepts', () => {
  const texts = exampleNames.map((name) => readFileSync(`infra/examples/${name}.bicepparam`, 'utf8'));
  const chosen = texts.flatMap((text) => [
    ...(/param settings = \{([^}]*)\}/.exec(text)?.[1] ?? '').matchAll(/(\w+): '([^']*)'/g),
  ]);
  const values: Readonly<Record<string, string>> = Object.fromEntries(
    chosen.map(([, name, value]) => [String(name), String(value)]),
  );
  expect(Object.keys(values).length).toBeGreaterThan(0);
  expect(Object.keys(values).filter((name) => !(name in settings.shape))).toEqual([]);
  const base = {
    SUBSCRIPTION_ID: '00000000-0000-0000-0000-000000000000',
    AzureWebJobsStorage__accountName: 'account1',
  };
  expect(() => readConfig({ ...base, ...values })).not.toThrow();
});

test('every parameter says whether it is required', () => {
  const all = (one: Template): readonly (readonly [string, string])[] => [
    ...Object.entries(one.parameters ?? {}).map(([name, { metadata }]) => [name, metadata?.description ?? ''] as const),
    ...Object.values(one.resources).flatMap(({ properties }) => (properties?.template ? all(properties.template) : [])),
  ];
  expect(all(template).length).toBeGreaterThan(80);
  expect(all(template).filter(([, description]) => !/^(Required|Optional|Conditional)\. /.test(description))).toEqual(
    [],
  );
});

test('no output is a secret, nor made of one', () => {
  const all = (one: Template): readonly unknown[] => [
    one.outputs ?? {},
    ...Object.values(one.resources).flatMap(({ properties }) => (properties?.template ? all(properties.template) : [])),
  ];
  const text = JSON.stringify(all(template));
  expect(text).not.toMatch(
    /listKeys|listSecrets|listAccountSas|listServiceSas|primaryKey|password|InstrumentationKey/i,
  );
  expect(Object.keys(template.outputs ?? {}).sort()).toEqual(
    Object.keys(readSnapshot('private-production').outputs).sort(),
  );
});

test('lines that alerts read are not sampled away when much is logged', () => {
  const alerts = resourcesOf('public-evaluation', 'Microsoft.Insights/scheduledQueryRules');
  expect(JSON.stringify(alerts)).toContain('AppTraces');
  const host = JSON.parse(readFileSync('host.json', 'utf8')) as {
    readonly logging: {
      readonly applicationInsights: { readonly samplingSettings: { readonly excludedTypes: string } };
    };
  };
  expect(host.logging.applicationInsights.samplingSettings.excludedTypes.split(';')).toContain('Trace');
});

test('Event Grid gets in beside the addresses that are allowed, and only where it delivers to functions', () => {
  const app = template.resources['app']?.properties?.template;
  expect(app?.variables?.['eventGridRule']).toMatchObject({ tag: 'ServiceTag', ipAddress: 'AzureEventGrid' });
  expect(JSON.stringify(app?.resources)).toMatch(
    /if\(and\(parameters\('takesEvents'\)[^"]+variables\('eventGridRule'\)/,
  );
});

test('code that is deployed with the app starts after it was given its rights, and the way to its storage', () => {
  const before = (name: string): readonly string[] => template.resources[name]?.dependsOn ?? [];
  expect(before('package')).toEqual(expect.arrayContaining(['registryAccess', 'endpoints', 'app']));
  expect(before('registryAccess')).toContain('roles');
  expect(before('app')).toContain('storage');
});

test('zones that are made here are linked to the network of the app, also where endpoints lie in another', () => {
  const { properties } = template.resources['endpoints'] ?? {};
  const { networkId } = properties?.template?.resources['zones']?.properties?.parameters ?? {};
  const [, parameter = ''] = /parameters\('(\w+)'\)/.exec(String(networkId?.value)) ?? [];
  expect(String(properties?.parameters?.[parameter]?.value)).toContain('appSubnetId');
});

test('an id that is written in another case gives the same names: ARM itself writes ids in more than one', () => {
  const files = readdirSync('infra', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bicep'));
  const made = files.flatMap((name) =>
    [...readFileSync(`infra/${name}`, 'utf8').matchAll(/uniqueString\((?:\w+\.)?\w*[iI]d[,)]|guid\(registry\.id/g)].map(
      ([call]) => `${name}: ${call}`,
    ),
  );
  expect(made).toEqual([]);
});

test('what two apps write to one registry is two things', () => {
  const registry = template.resources['registryAccess'];
  expect(registry?.name).toContain('subscription().id');
  const { pullLog } = registry?.properties?.template?.resources ?? {};
  expect(pullLog?.name).toContain("parameters('workspaceId')");
});

test('`azd` makes its package anew before it packages and before it deploys: neither command runs the hook of the other', () => {
  const { hooks, services } = parse(readFileSync('azure.yaml', 'utf8')) as {
    readonly hooks: Readonly<Record<string, { readonly run: string }>>;
    readonly services: { readonly app: { readonly project: string } };
  };
  for (const hook of ['prepackage', 'predeploy']) {
    const { project } = services.app;
    expect(hooks[hook]?.run).toBe(`rm -rf ${project} && npm run package -- ${project}`);
  }
});
