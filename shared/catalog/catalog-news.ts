import { createHash } from 'node:crypto';
import { z } from 'zod';
import { overridesName } from './accept-overrides.js';
import type { CatalogStore } from './ports.js';
import { enabledSources, type RefreshPorts } from './refresh-catalog.js';
import { parseStored, recordName } from './source-records.js';

const toldName = 'state/told.json';
const toldSchema = z.record(z.string(), z.string());

/** What the catalogue is made from now and was not when others were last told of it. */
export interface CatalogNews {
  /** Names of sources, or of the file of overrides. */
  readonly changed: readonly string[];
  /** The same for the same content: whoever tells it twice tells the same. */
  readonly version: string;
  readonly record: string;
  readonly etag: string | undefined;
}

/** Compares what is stored with what was told. One list and one read. @returns undefined where there is nothing new */
async function readCatalogNews({
  store,
  addresses,
}: Pick<RefreshPorts, 'store' | 'addresses'>): Promise<CatalogNews | undefined> {
  const [etags, stored] = await Promise.all([store.list(), store.read(toldName)]);
  const names = new Map([
    [overridesName, overridesName],
    ...enabledSources(addresses).map((source) => [recordName(source), source] as const),
  ]);
  const now = Object.fromEntries([...names].flatMap(([name, source]) => entryOf(source, etags.get(name))));
  const told = (stored && parseStored(toldSchema, stored.text)) ?? {};
  const changed = [...new Set([...Object.keys(now), ...Object.keys(told)])].filter((name) => now[name] !== told[name]);
  if (changed.length === 0) return undefined;
  const record = JSON.stringify(now);
  return { changed, version: createHash('sha256').update(record).digest('hex'), record, etag: stored?.etag };
}

/** Where nothing was new, an instance looks again after this, or after it has read the sources anew. */
const lookAgainMs = 15 * 60_000;

/** What looks for news, and not at every round. */
export function watchCatalogNews(ports: Pick<RefreshPorts, 'store' | 'addresses' | 'now'>) {
  let quietUntil = 0;
  return {
    news: async (): Promise<CatalogNews | undefined> => {
      const at = ports.now().getTime();
      if (at < quietUntil) return undefined;
      const news = await readCatalogNews(ports);
      if (!news) quietUntil = at + lookAgainMs;
      return news;
    },
    lookAgain: (): void => {
      quietUntil = 0;
    },
  };
}

/** After it was told. Of two who tell the same at a time one is remembered. */
export async function rememberCatalogNews(store: CatalogStore, { record, etag }: CatalogNews): Promise<void> {
  await store.write(toldName, record, etag);
}

function entryOf(source: string, etag: string | undefined): readonly (readonly [string, string])[] {
  return etag === undefined ? [] : [[source, etag]];
}
