import type { CatalogAlert } from './alerts.js';
import { acceptOverrides, overridesName } from './accept-overrides.js';
import type { CatalogStore, DocumentFetcher } from './ports.js';
import { refreshSource } from './refresh-source.js';
import { addressOf, documentsOf, type SourceAddresses } from './source-documents.js';
import { alertOf, isOverdue, isWorthRecording, nextFreshness } from './source-freshness.js';
import {
  freshnessName,
  readFreshness,
  readRecord,
  recordName,
  sourceNames,
  type Freshness,
  type SourceFreshness,
  type SourceName,
} from './source-records.js';

const notYetCountsMs = 3_600_000;

export interface RefreshPorts {
  readonly fetcher: DocumentFetcher;
  readonly store: CatalogStore;
  readonly addresses: SourceAddresses;
  readonly now: () => Date;
}

export interface RefreshedCatalog {
  /** Sources that are switched on. */
  readonly sources: readonly {
    readonly name: SourceName;
    readonly documents: number;
    readonly isChanged: boolean;
    readonly failures: readonly string[];
  }[];
  /** What is new to be told; the caller records it. */
  readonly alerts: readonly CatalogAlert[];
}

/**
 * Reads every source anew, each independently: one that cannot be read keeps its last good documents, its failure is recorded with
 * the time, and the others are read all the same. What did not change is not written. Idempotent; of two rounds at a time the
 * loser's writes are dropped, both read the same sources.
 */
export async function refreshCatalog(ports: RefreshPorts): Promise<RefreshedCatalog> {
  const { store, now } = ports;
  const names = enabledSources(ports.addresses);
  const [{ freshness, etag }, listed] = await Promise.all([readFreshness(store), store.list()]);
  const rounds = await Promise.all(names.map((name) => refreshOne(name, ports)));
  const told = rounds.map(({ name, failures }) => {
    const before = freshness[name];
    return { name, before, next: nextFreshness(before, failures, now()) };
  });
  await recordFreshness(store, freshness, etag, told);
  const overrides = await acceptOverrides(store, listed.get(overridesName), now());
  return {
    sources: rounds,
    alerts: [...told.flatMap(({ name, before, next }) => alertOf(name, before, next)), ...overrides.alerts],
  };
}

export function enabledSources(addresses: SourceAddresses): readonly SourceName[] {
  return sourceNames.filter((name) => addressOf(name, addresses) !== '');
}

/** Whether a source was not tried for a day, or ever: the timer was lost, or the app is new. One read. */
export async function isRefreshOverdue({ store, addresses, now }: Omit<RefreshPorts, 'fetcher'>): Promise<boolean> {
  const { freshness } = await readFreshness(store);
  return isOverdue(freshness, enabledSources(addresses), now());
}

/** `isRefreshOverdue` for a timer that asks every few minutes: an answer of "not yet" counts for an hour. */
export function watchRefresh(ports: Omit<RefreshPorts, 'fetcher'>): () => Promise<boolean> {
  let knownUntil = 0;
  return async () => {
    const now = ports.now().getTime();
    if (now < knownUntil) return false;
    const isOverdueNow = await isRefreshOverdue(ports);
    if (!isOverdueNow) knownUntil = now + notYetCountsMs;
    return isOverdueNow;
  };
}

async function refreshOne(
  name: SourceName,
  { fetcher, store, addresses, now }: RefreshPorts,
): Promise<RefreshedCatalog['sources'][number]> {
  const address = addressOf(name, addresses);
  const { record: before, etag } = await readRecord(store, name);
  const { record, isChanged, failures } = await refreshSource(
    address,
    documentsOf(name, address),
    before,
    fetcher,
    now(),
  );
  if (isChanged) await store.write(recordName(name), JSON.stringify(record), etag);
  return {
    name,
    documents: Object.keys(record.documents).length,
    isChanged,
    failures: failures.map(({ code, message }) => `${code}: ${message}`),
  };
}

async function recordFreshness(
  store: CatalogStore,
  freshness: Freshness,
  etag: string | undefined,
  told: readonly { name: SourceName; before: SourceFreshness | undefined; next: SourceFreshness }[],
): Promise<void> {
  const worth = told.filter(({ before, next }) => isWorthRecording(before, next));
  if (worth.length === 0) return;
  const next = { ...freshness, ...Object.fromEntries(worth.map((entry) => [entry.name, entry.next])) };
  await store.write(freshnessName, JSON.stringify(next), etag);
}
