import { setTimeout as delay } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import type { AppStatus } from '../../local/runner/app-status.js';
import type { CatalogStatus } from '../../shared/catalog/current-catalog.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { loadClustersOf, loadQuietScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

async function catalogOnce(
  bench: Bench,
  what: string,
  holds: (catalog: CatalogStatus) => boolean,
): Promise<CatalogStatus> {
  return until(what, async () => {
    const { catalog } = (await bench.call('/api/status')).json as { catalog: CatalogStatus };
    return holds(catalog) && catalog;
  });
}

const all =
  (state: string) =>
  ({ sources }: CatalogStatus) =>
    sources.filter(({ name }) => name !== 'bundled').every((source) => source.state === state);

describe('an app that reaches the sources of the catalogue', () => {
  const own = { repository: 'dotnet/runtime', tag: '9.0' };
  let bench: Bench;

  beforeAll(async () => {
    const scenario = await loadQuietScenario();
    const mar = { ...scenario.mar, add: [...scenario.mar.add, `${own.repository}:${own.tag}`] };
    // Measuring drift is what looks at the catalogue when nothing is planned.
    bench = await openBench({ scenario: { ...scenario, mar }, env: { DRIFT_SCHEDULE: '*/3 * * * * *' } });
  });
  afterAll(() => bench?.close());

  const upload = async (text: string): Promise<void> => {
    const service = BlobServiceClient.fromConnectionString(bench.session.storage.connectionString);
    const container = service.getContainerClient('catalog');
    await until('the container of the catalogue', () => container.exists());
    await container.getBlockBlobClient('overrides.json').upload(text, Buffer.byteLength(text));
  };

  /** A person's patience: plans made in the next ten seconds may still go by the file before. */
  const untilPlannedAnew = async (what: string, holds: () => boolean): Promise<void> => {
    const body = JSON.stringify({ clusterId: bench.session.azure.world.clusters.get('payments')?.id });
    for (let patience = 0; !holds(); patience += 1) {
      if (patience === 100) throw new Error(`After ${patience} plans there is still not: ${what}`);
      await bench.call('/api/sync', { method: 'POST', body });
      await delay(1000);
    }
  };

  test('reads them soon after its start, without waiting for the timer', async () => {
    await catalogOnce(bench, 'fresh sources', all('fresh'));
    expect((await bench.status()).problems).toEqual([]);
  });

  test('warms the own images of an overrides file that was just uploaded', async () => {
    await upload(JSON.stringify({ images: [{ repository: own.repository, tags: [own.tag], because: 'ours' }] }));
    const cache = bench.session.azure.world.registry('contosopayments');
    const target = cache.targetOf(own.repository) ?? '';
    await untilPlannedAnew('the own image in the registry', () => cache.holdsTree(target, own.tag));
  });

  test('does not accept a bad file, tells once, and keeps the one before', async () => {
    await upload('{"images": [{"repository": "dotnet/runtime"}]}');
    const { overrides } = await catalogOnce(
      bench,
      'a rejected file',
      ({ overrides: { state } }) => state === 'rejected',
    );
    expect(overrides.detail).toMatch(
      /CATALOG_SOURCE_INVALID: overrides overrides.json: images\[0\]\.tags: .*stays in force$/,
    );
    // It is told after it was recorded.
    const isTold = ({ problems }: AppStatus) => problems.some(({ subject }) => subject === 'overrides.json');
    const { problems } = await bench.statusOnce('the rejected file is told', isTold);
    expect(problems.filter(({ subject }) => subject === 'overrides.json')).toHaveLength(1);
  });
});

describe.each(['unreachable', 'broken'] as const)('an app whose sources are %s', (catalogSources) => {
  let bench: Bench;

  beforeAll(async () => {
    const scenario = await loadClustersOf('default', ['payments']);
    const faults = { ...scenario.faults, catalogSources };
    // The reconcile timer reads sources that were never read, too: two first rounds at a time would tell twice.
    const env = { CATALOG_SCHEDULE: '*/2 * * * * *', RECONCILE_SCHEDULE: '0 0 0 1 1 *' };
    bench = await openBench({ scenario: { ...scenario, faults }, env });
  });
  afterAll(() => bench?.close());

  test('works from bundled data, and says so', async () => {
    expect((await bench.play()).differences).toEqual([]);
    const { sources } = await catalogOnce(bench, 'failed sources', all('failed'));
    expect(sources.map(({ detail }) => detail)).toEqual([
      expect.any(String),
      expect.stringMatching(/CATALOG_SOURCE_\w+: .*data bundled with the app is used$/),
      expect.stringMatching(/CATALOG_SOURCE_\w+: .*data bundled with the app is used$/),
    ]);
    const told = ({ problems }: AppStatus) =>
      problems.filter(({ source }) => source === 'catalog').map(({ subject }) => subject);
    const status = await bench.statusOnce('they are told', (found) => told(found).length >= 2);
    expect([...told(status)].sort()).toEqual(['agentbaker', 'vulnerability-api']);
  });
});
