import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { deployApp, listProductionPackages, type DeployedApp } from '../support/e2e/deployed-app.js';
import { walkImports } from '../support/e2e/import-graph.js';
import { loadQuietScenario } from '../support/e2e/scenarios.js';

const { main, bin, dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  main: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
};

const queue = (queueName: string): object => ({
  type: 'queueTrigger',
  direction: 'in',
  queueName,
  connection: 'AzureWebJobsStorage',
});
const http = (route: string, methods: string | readonly string[], authLevel = 'function'): object => ({
  type: 'httpTrigger',
  direction: 'in',
  route,
  methods: [methods].flat(),
  authLevel,
});
const answer = { type: 'http', direction: 'out' };

const functions: readonly (readonly [name: string, bindings: readonly object[]])[] = [
  ['audit', [http('audit', 'GET'), answer]],
  ['break-glass', [http('break-glass', ['POST', 'DELETE'], 'admin'), answer]],
  ['dashboard', [http('dashboard', 'GET'), answer]],
  ['drift', [http('drift', 'GET'), answer]],
  ['evaluate-gate', [queue('gate')]],
  ['event-received', [queue('events')]],
  ['fleet-gate-changed', [{ type: 'eventGridTrigger', direction: 'in' }]],
  ['gate', [http('gate', 'GET'), answer]],
  ['kubernetes-version-available', [{ type: 'eventGridTrigger', direction: 'in' }]],
  ['measure-drift', [{ type: 'timerTrigger', direction: 'in', schedule: '0 30 4 * * *' }]],
  ['plan-target', [queue('plan')]],
  ['poisoned-event', [queue('events-poison')]],
  ['poisoned-gate', [queue('gate-poison')]],
  ['poisoned-plan', [queue('plan-poison')]],
  ['poisoned-warm', [queue('warm-poison')]],
  ['reconcile', [{ type: 'timerTrigger', direction: 'in', schedule: '0 */5 * * * *' }]],
  ['refresh-catalog', [{ type: 'timerTrigger', direction: 'in', schedule: '0 15 */6 * * *' }]],
  ['replay', [http('replay', 'POST'), answer]],
  ['status', [http('status', 'GET'), answer]],
  ['sync', [http('sync', 'POST'), answer]],
  ['upgrade-scheduled', [{ type: 'eventGridTrigger', direction: 'in' }]],
  ['warm-artifact', [queue('warm')]],
];

describe('the built app, alone in a folder with its production packages', () => {
  let app: DeployedApp;
  let bench: Bench;

  beforeAll(async () => {
    app = await deployApp({ packages: 'production' });
    const env = {
      RECONCILE_SCHEDULE: '0 */5 * * * *',
      DRIFT_SCHEDULE: '0 30 4 * * *',
      CATALOG_SCHEDULE: '0 15 */6 * * *',
    };
    bench = await openBench({ scenario: await loadQuietScenario(), appFolder: app.folder, env });
  });
  afterAll(async () => {
    await bench?.close();
    await app?.remove();
  });

  test('is indexed whole by a worker: every function, none in error', () => {
    expect(bench.session.host.functions).toEqual(functions.map(([name]) => name));
    expect(bench.session.host.failures).toEqual([]);
  });

  test.each(functions)('binds %s as it is documented', async (name, bindings) => {
    const headers = { 'x-functions-key': bench.session.host.keys.master };
    const { json } = await bench.call(`/admin/functions/${name}`, { headers });
    expect(json).toMatchObject({ name, isDisabled: false, config: { bindings } });
  });

  test('works: it finds the clusters of the subscription', async () => {
    const { status, json } = await bench.call('/api/sync', { method: 'POST', body: '{"dryRun":true}' });
    expect([status, json]).toEqual([202, expect.objectContaining({ dryRun: true })]);
    expect((json as { clusters: { name: string }[] }).clusters.map(({ name }) => name).sort()).toEqual([
      'data',
      'payments',
      'sandbox',
      'shop',
    ]);
  });
});

describe('the files that are deployed', () => {
  test('reach nothing but themselves and declared production packages', async () => {
    const entries: string[] = [];
    for await (const file of glob([main, ...Object.values(bin)])) entries.push(file);
    const graph = walkImports(process.cwd(), entries);
    expect(graph.files.length).toBeGreaterThan(50);
    expect(graph.files.filter((file) => !/^dist\/((functions|shared|cli)\/|package\.json$)/.test(file))).toEqual([]);
    expect(graph.packages.filter((name) => !(name in dependencies))).toEqual([]);
    const production = await listProductionPackages();
    expect(graph.packages.filter((name) => !production.includes(`node_modules/${name}`))).toEqual([]);
  });

  test('are only what the app is made of', async () => {
    const folders = new Set<string>();
    for await (const file of glob('dist/**/*.js')) folders.add(file.split('/')[1] ?? '');
    expect([...folders].filter((folder) => !['functions', 'shared', 'cli'].includes(folder))).toEqual([]);
  });
});
