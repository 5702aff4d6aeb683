import fc from 'fast-check';
import { loadCatalog } from '../../../shared/catalog/catalog.js';
import type { CatalogAlert } from '../../../shared/catalog/alerts.js';
import { CurrentCatalog } from '../../../shared/catalog/current-catalog.js';
import { isRefreshOverdue, refreshCatalog, watchRefresh } from '../../../shared/catalog/refresh-catalog.js';
import { FakeCatalogStore } from '../../support/catalog/fake-catalog-store.js';
import { FakeDocumentFetcher } from '../../support/catalog/fake-document-fetcher.js';
import { spoiled } from '../../support/catalog/hostile-documents.js';
import {
  agentBakerDocument,
  agentBakerUrl,
  vulnerabilityApiDocuments,
  vulnerabilityApiEndpoint,
} from '../../support/catalog/source-documents.js';

const coredns = 'oss/v2/kubernetes/coredns';
const minuteMs = 60_000;

/** An app with its storage, the outside world, and a clock that tests move. */
class Setting {
  readonly store = new FakeCatalogStore();
  readonly fetcher = new FakeDocumentFetcher();
  readonly told: CatalogAlert[] = [];
  addresses = { agentBakerUrl, vulnerabilityApiEndpoint };
  time = new Date('2026-11-01T00:00:00Z');
  readonly now = (): Date => this.time;
  catalog = this.restart();

  constructor() {
    this.publish('v1.13.1-30');
  }

  publish(version: string): void {
    const { documents } = this.fetcher;
    documents.set(agentBakerUrl, agentBakerDocument([{ repository: coredns, tags: [version] }]));
    const reports = vulnerabilityApiDocuments('v20260801', { coredns: version, kubeProxy: 'v1.35.6-9' });
    for (const [url, text] of reports) documents.set(url, text);
  }

  restart(): CurrentCatalog {
    const { store, now } = this;
    this.catalog = new CurrentCatalog({
      ...{ bundled: loadCatalog(), store, addresses: this.addresses, now },
      alert: async (alert) => void this.told.push(alert),
    });
    return this.catalog;
  }

  async refresh() {
    const { store, fetcher, addresses, now } = this;
    const refreshed = await refreshCatalog({ store, fetcher, addresses, now });
    this.told.push(...refreshed.alerts);
    return refreshed;
  }

  wait(ms: number): void {
    this.time = new Date(this.time.getTime() + ms);
  }

  /** Versions of coredns that the catalogue in force knows to run, as a plan a minute later sees it. */
  async running(): Promise<readonly string[] | undefined> {
    this.wait(minuteMs);
    return (await this.catalog.current()).learned.running.get('coredns');
  }

  async states(): Promise<Readonly<Record<string, string>>> {
    const { sources } = await this.catalog.describe();
    return Object.fromEntries(sources.map(({ name, state }) => [name, state]));
  }
}

const reportUrl = `${vulnerabilityApiEndpoint}/aks-releases/v20260801/scan-reports`;

test('what sources say is in the catalogue, and they are fresh', async () => {
  const app = new Setting();
  await app.refresh();
  expect(await app.running()).toEqual(['v1.13.1-30']);
  expect((await app.catalog.current()).agentbaker.get('coredns')).toEqual(['v1.13.1-30']);
  expect((await app.catalog.current()).learned.kubernetesReleases.get('1.35.6')).toBeDefined();
  expect(await app.states()).toEqual({ bundled: 'fresh', agentbaker: 'fresh', 'vulnerability-api': 'fresh' });
});

test('nothing new means no writes, also from servers without ETags', async () => {
  const app = new Setting();
  await app.refresh();
  const written = app.store.writes.length;
  const withoutEtags = {
    fetch: async (url: string) => ({ kind: 'document' as const, text: app.fetcher.documents.get(url) ?? '' }),
  };
  app.wait(minuteMs);
  const [first, second] = [await app.refresh(), await refreshCatalog({ ...app, fetcher: withoutEtags })];
  expect([...first.sources, ...second.sources].some(({ isChanged }) => isChanged)).toBe(false);
  expect(app.store.writes).toHaveLength(written);
});

test('a changed document is written, the others are not read again in vain', async () => {
  const app = new Setting();
  await app.refresh();
  app.publish('v1.13.1-31');
  expect((await app.refresh()).sources.map(({ isChanged }) => isChanged)).toEqual([true, true]);
  expect(await app.running()).toEqual(['v1.13.1-31']);
});

test('without egress the bundled data is used, and the status says so', async () => {
  const app = new Setting();
  app.fetcher.documents.clear();
  await app.refresh();
  expect(await app.catalog.current()).toEqual(loadCatalog());
  expect((await app.catalog.describe()).sources[1]).toMatchObject({
    name: 'agentbaker',
    state: 'failed',
    detail: expect.stringMatching(/CATALOG_SOURCE_UNAVAILABLE: .*; data bundled with the app is used$/) as string,
  });
});

test('one broken document keeps its last good copy, the rest of its source moves on', async () => {
  const app = new Setting();
  await app.refresh();
  app.publish('v1.13.1-31');
  app.fetcher.documents.set(reportUrl, '<html>maintenance</html>');
  await app.refresh();
  expect(await app.running()).toEqual(['v1.13.1-30']);
  expect((await app.catalog.current()).agentbaker.get('coredns')).toEqual(['v1.13.1-31']);
  expect(await app.states()).toEqual({ bundled: 'fresh', agentbaker: 'fresh', 'vulnerability-api': 'failed' });
  expect(app.told).toEqual([
    {
      subject: 'vulnerability-api',
      reason: expect.stringContaining(
        'CATALOG_SOURCE_INVALID: vulnerability-api aks-releases/v20260801/scan-reports: the document: not JSON',
      ) as string,
    },
  ]);
});

test('an index that cannot be read keeps all that it named', async () => {
  const app = new Setting();
  await app.refresh();
  app.fetcher.documents.delete(`${vulnerabilityApiEndpoint}/aks-releases/_index`);
  await app.refresh();
  expect(await app.running()).toEqual(['v1.13.1-30']);
});

test('a release that the index no longer names is forgotten', async () => {
  const app = new Setting();
  await app.refresh();
  const next = vulnerabilityApiDocuments('v20260808', { coredns: 'v1.14.0-1', kubeProxy: 'v1.35.6-9' });
  for (const [url, text] of next) app.fetcher.documents.set(url, text);
  await app.refresh();
  expect(await app.running()).toEqual(['v1.14.0-1']);
});

test('a failure that lasts is told once, and its beginning is remembered', async () => {
  const app = new Setting();
  app.fetcher.documents.delete(agentBakerUrl);
  for (let round = 0; round < 4; round += 1) {
    await app.refresh();
    app.wait(6 * 60 * minuteMs);
  }
  expect(app.told.map(({ subject }) => subject)).toEqual(['agentbaker']);
  expect((await app.catalog.describe()).sources[1]?.detail).toMatch('since 2026-11-01T00:00:00.000Z: ');
});

test('a service that is down costs a few requests, not one for each document', async () => {
  const app = new Setting();
  const index = JSON.stringify({
    k8s_versions: Array.from({ length: 30 }, (_unused, patch) => `1.${30 + (patch % 8)}.${patch}`),
  });
  app.fetcher.documents.set(`${vulnerabilityApiEndpoint}/aks-k8s-releases/_index`, index);
  await app.refresh();
  expect(app.fetcher.asked.filter((url) => url.includes('aks-k8s-releases')).length).toBeLessThan(12);
});

test('a source that is switched off is not asked, and what it once said no longer counts', async () => {
  const app = new Setting();
  await app.refresh();
  app.fetcher.asked.length = 0;
  app.addresses = { agentBakerUrl: '', vulnerabilityApiEndpoint: '' };
  app.restart();
  await app.refresh();
  expect(app.fetcher.asked).toEqual([]);
  expect(await app.catalog.current()).toEqual(loadCatalog());
  expect(await app.states()).toMatchObject({ agentbaker: 'disabled', 'vulnerability-api': 'disabled' });
  expect(await isRefreshOverdue(app)).toBe(false);
});

test('a source is overdue until it was tried, and a day after', async () => {
  const app = new Setting();
  expect(await isRefreshOverdue(app)).toBe(true);
  await app.refresh();
  expect(await isRefreshOverdue(app)).toBe(false);
  app.wait(25 * 60 * minuteMs);
  expect(await isRefreshOverdue(app)).toBe(true);
  expect(await app.states()).toMatchObject({ agentbaker: 'stale' });
});

test('whoever watches asks once an hour while it is not overdue, and each time while it is', async () => {
  const app = new Setting();
  const watch = watchRefresh(app);
  const read = jest.spyOn(app.store, 'read');
  expect([await watch(), await watch()]).toEqual([true, true]);
  expect(read).toHaveBeenCalledTimes(2);
  await app.refresh();
  read.mockClear();
  for (let minute = 0; minute < 55; minute += 5, app.wait(5 * minuteMs)) expect(await watch()).toBe(false);
  expect(read).toHaveBeenCalledTimes(1);
  app.wait(25 * 60 * minuteMs);
  expect(await watch()).toBe(true);
});

test('what was read from another address does not count', async () => {
  const app = new Setting();
  await app.refresh();
  app.addresses = { ...app.addresses, vulnerabilityApiEndpoint: 'https://elsewhere.test' };
  app.restart();
  expect(await app.running()).toBeUndefined();
});

test('state of another version of the app counts as none', async () => {
  const app = new Setting();
  app.store.upload('state/agentbaker.json', '{"schema":2}');
  app.store.upload('state/freshness.json', 'nonsense');
  app.store.upload('state/overrides.json', '[]');
  await app.refresh();
  expect(await app.running()).toEqual(['v1.13.1-30']);
  expect(await app.states()).toMatchObject({ agentbaker: 'fresh' });
});

test('the catalogue in memory costs one list request in ten seconds, shared by all who ask', async () => {
  const app = new Setting();
  await app.refresh();
  const before = app.store.lists;
  const [one, other] = await Promise.all([app.catalog.current(), app.catalog.current()]);
  expect(other).toBe(one);
  app.wait(10_000 - 1);
  expect(await app.catalog.current()).toBe(one);
  expect(app.store.lists - before).toBe(1);
  app.wait(1);
  expect(await app.catalog.current()).toBe(one);
  expect(app.store.lists - before).toBe(2);
});

test('whatever a source turns into, the last good catalogue is kept', async () => {
  const good = JSON.parse(
    vulnerabilityApiDocuments('v20260801', { coredns: 'v1.13.1-30', kubeProxy: 'v1.35.6-9' }).get(reportUrl) ?? '',
  ) as unknown;
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), spoiled(good)), async (text) => {
      const app = new Setting();
      await app.refresh();
      app.fetcher.documents.set(reportUrl, text);
      await app.refresh();
      const running = await app.running();
      const isRefused = (await app.states())['vulnerability-api'] === 'failed';
      if (isRefused) expect(running).toEqual(['v1.13.1-30']);
      expect((await app.catalog.current()).agentbaker.get('coredns')).toEqual(['v1.13.1-30']);
    }),
    { numRuns: 60 },
  );
});
