import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import type { CatalogAlert } from './alerts.js';
import type { CatalogStore } from './ports.js';
import { parseStored } from './source-records.js';
import { noOverrides, overridesSchema, parseOverrides, type Overrides } from './sources/overrides.js';

/** The file that people write. */
export const overridesName = 'overrides.json';
const acceptedName = 'state/overrides.json';

const recordSchema = z.strictObject({
  /** ETag of the file that was accepted; absent: there is none. */
  etag: z.string().exactOptional(),
  /** ISO 8601. */
  acceptedAt: z.string(),
  overrides: overridesSchema,
  /** A later file that was not accepted. */
  rejected: z.strictObject({ etag: z.string(), at: z.string(), reason: z.string() }).exactOptional(),
});

export type OverridesRecord = Readonly<z.infer<typeof recordSchema>>;

export interface AcceptedOverrides {
  readonly overrides: Overrides;
  /** One for each file that was not accepted. */
  readonly alerts: readonly CatalogAlert[];
}

/**
 * The overrides in force. A new file is accepted when it is valid; a bad one is told once, and the last good one stays; no file
 * means no overrides. Idempotent: of several instances that see a new file, one records it, all come to the same.
 * @param etag of the file as listed; undefined when there is none
 */
export async function acceptOverrides(
  store: CatalogStore,
  etag: string | undefined,
  now: Date,
): Promise<AcceptedOverrides> {
  const stored = await store.read(acceptedName);
  const before = stored && parseStored(recordSchema, stored.text);
  const isKnown = before?.rejected ? before.rejected.etag === etag : before?.etag === etag;
  if (isKnown) return { overrides: before?.overrides ?? noOverrides, alerts: [] };
  const next = await judge(store, etag, before, now);
  const written = await store.write(acceptedName, JSON.stringify(next), stored?.etag);
  // Who loses the race has judged the same file as the winner, who tells of it.
  const isTold = written === undefined || next.rejected === undefined;
  return {
    overrides: next.overrides,
    alerts: isTold ? [] : [{ subject: overridesName, reason: next.rejected?.reason ?? '' }],
  };
}

async function judge(
  store: CatalogStore,
  etag: string | undefined,
  before: OverridesRecord | undefined,
  now: Date,
): Promise<OverridesRecord> {
  const at = now.toISOString();
  const none = { acceptedAt: at, overrides: noOverrides };
  if (etag === undefined) return none;
  try {
    const file = await store.read(overridesName);
    if (!file) return none;
    return { etag: file.etag, acceptedAt: at, overrides: parseOverrides(file.text) };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return { ...(before ?? none), rejected: { etag, at, reason: `${error.code}: ${error.message}` } };
  }
}

export interface OverridesStatus {
  readonly state: 'none' | 'in-use' | 'rejected';
  /** ISO 8601; absent when no file was ever accepted. */
  readonly acceptedAt?: string;
  readonly detail: string;
}

export async function readOverridesStatus(store: CatalogStore): Promise<OverridesStatus> {
  const stored = await store.read(acceptedName);
  const record = stored && parseStored(recordSchema, stored.text);
  if (record?.rejected) {
    const kept = record.etag === undefined ? 'no earlier file is in force' : 'the file accepted before stays in force';
    const detail = `${overridesName} is not accepted since ${record.rejected.at}: ${record.rejected.reason}; ${kept}`;
    return { state: 'rejected', ...(record.etag === undefined ? {} : { acceptedAt: record.acceptedAt }), detail };
  }
  if (record?.etag === undefined) return { state: 'none', detail: `there is no ${overridesName}` };
  return { state: 'in-use', acceptedAt: record.acceptedAt, detail: summary(record.overrides) };
}

/** `components added: 1, own images: 2`. */
function summary({ components, repositories, images }: Overrides): string {
  const counts = [
    ['components added', components.add],
    ['components replaced', components.replace],
    ['components excluded', components.exclude],
    ['repositories added', repositories.add],
    ['repositories replaced', repositories.replace],
    ['repositories excluded', repositories.exclude],
    ['own images', images],
  ] as const;
  const said = counts
    .filter(([, entries]) => entries.length > 0)
    .map(([what, entries]) => `${what}: ${entries.length}`);
  return said.length === 0 ? 'it changes nothing' : said.join(', ');
}
