import type { CatalogAlert } from '../../../shared/catalog/alerts.js';
import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { CurrentCatalog } from '../../../shared/catalog/current-catalog.js';
import { FakeCatalogStore } from '../../support/catalog/fake-catalog-store.js';

const excluding = (name: string): string => JSON.stringify({ components: { exclude: [{ name, because: 'we know' }] } });

/** One instance of the app; several share a store. */
function anInstance(store: FakeCatalogStore, told: CatalogAlert[] = []) {
  let time = Date.parse('2026-11-01T00:00:00Z');
  const catalog = new CurrentCatalog({
    ...{ bundled: loadCatalog(), store, addresses: { agentBakerUrl: '', vulnerabilityApiEndpoint: '' } },
    now: () => new Date((time += 61_000)),
    alert: async (alert) => void told.push(alert),
  });
  return {
    catalog,
    excluded: async () => {
      const { components } = await catalog.current();
      return [...components.values()]
        .filter(({ condition }) => condition.kind === 'never' && condition.reason === 'excluded')
        .map(({ name }) => name);
    },
    status: async () => (await catalog.describe()).overrides,
  };
}

test('a file counts within a minute, and what it does is shown', async () => {
  const store = new FakeCatalogStore();
  const app = anInstance(store);
  expect([await app.excluded(), (await app.status()).state]).toEqual([[], 'none']);
  store.upload('overrides.json', excluding('coredns'));
  expect(await app.excluded()).toEqual(['coredns']);
  expect(await app.status()).toMatchObject({ state: 'in-use', detail: 'components excluded: 1' });
});

test('a bad file is told once, naming the field, and the last good one stays in force', async () => {
  const store = new FakeCatalogStore();
  const told: CatalogAlert[] = [];
  store.upload('overrides.json', excluding('coredns'));
  const [one, other] = [anInstance(store, told), anInstance(store, told)];
  await one.excluded();
  store.upload('overrides.json', '{"components": {"exclude": [{"nam": "x"}]}}');
  expect([await one.excluded(), await other.excluded(), await one.excluded()]).toEqual([
    ['coredns'],
    ['coredns'],
    ['coredns'],
  ]);
  expect(told).toEqual([
    {
      subject: 'overrides.json',
      reason: expect.stringContaining(
        'CATALOG_SOURCE_INVALID: overrides overrides.json: components.exclude[0].',
      ) as string,
    },
  ]);
  expect(await one.status()).toMatchObject({ state: 'rejected', acceptedAt: expect.any(String) as string });
  // A new instance has nothing in memory: the accepted file is in storage.
  expect(await anInstance(store).excluded()).toEqual(['coredns']);
});

test('a corrected file counts, a deleted one no longer does', async () => {
  const store = new FakeCatalogStore();
  const app = anInstance(store);
  store.upload('overrides.json', 'nonsense');
  expect([await app.excluded(), (await app.status()).state]).toEqual([[], 'rejected']);
  store.upload('overrides.json', excluding('metrics-server'));
  expect([await app.excluded(), (await app.status()).state]).toEqual([['metrics-server'], 'in-use']);
  store.remove('overrides.json');
  expect([await app.excluded(), (await app.status()).state]).toEqual([[], 'none']);
});

test('a bad file that is deleted is no longer spoken of', async () => {
  const store = new FakeCatalogStore();
  const app = anInstance(store);
  store.upload('overrides.json', 'nonsense');
  await app.excluded();
  store.remove('overrides.json');
  await app.excluded();
  expect((await app.status()).state).toBe('none');
});
