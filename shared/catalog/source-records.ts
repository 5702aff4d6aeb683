import { z } from 'zod';
import type { CatalogStore } from './ports.js';
import { catalogFactsSchema, type CatalogFacts } from './sources/facts.js';

/** Sources that are read at run time, in the order in which people are told of them. */
export const sourceNames = ['agentbaker', 'vulnerability-api'] as const;
export type SourceName = (typeof sourceNames)[number];

const documentSchema = z.strictObject({
  etag: z.string().exactOptional(),
  /** SHA-256 of the text, in hex: servers without ETags send the same text again. */
  hash: z.string(),
  /** ISO 8601: when this content was first read. */
  readAt: z.string(),
  content: z.union([catalogFactsSchema, z.strictObject({ kind: z.literal('index'), names: z.array(z.string()) })]),
});

const recordSchema = z.strictObject({
  /** Where it was read from: another address is another document. */
  base: z.string(),
  /** Last good documents by their path. */
  documents: z.record(z.string(), documentSchema),
});

export type SourceDocument = Readonly<z.infer<typeof documentSchema>>;
/** The last good documents of one source, as normalised facts. */
export type SourceRecord = Readonly<z.infer<typeof recordSchema>>;

/** Name of the text that keeps the record of a source. */
export function recordName(source: SourceName): string {
  return `state/${source}.json`;
}

/** @returns the record as stored; a text of another version of the app counts as none, it is read anew */
export async function readRecord(
  store: CatalogStore,
  source: SourceName,
): Promise<{ readonly record: SourceRecord | undefined; readonly etag: string | undefined }> {
  const stored = await store.read(recordName(source));
  return { record: stored && parseStored(recordSchema, stored.text), etag: stored?.etag };
}

export function factsOf(record: SourceRecord | undefined): readonly CatalogFacts[] {
  return Object.values(record?.documents ?? {}).flatMap(({ content }) => (content.kind === 'index' ? [] : [content]));
}

const freshnessSchema = z.record(
  z.string(),
  z.strictObject({
    /** ISO 8601: the last time that the whole source was read without a failure. */
    succeededAt: z.string().exactOptional(),
    /** ISO 8601, and why: the newest try, where it failed. */
    failure: z.strictObject({ at: z.string(), since: z.string(), reason: z.string() }).exactOptional(),
  }),
);

/** By source. */
export type Freshness = Readonly<z.infer<typeof freshnessSchema>>;
export type SourceFreshness = Freshness[string];

export const freshnessName = 'state/freshness.json';

export async function readFreshness(
  store: CatalogStore,
): Promise<{ readonly freshness: Freshness; readonly etag: string | undefined }> {
  const stored = await store.read(freshnessName);
  return { freshness: (stored && parseStored(freshnessSchema, stored.text)) ?? {}, etag: stored?.etag };
}

/** What another version of the app has written is not an error: state can be deleted, it is read again. */
export function parseStored<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
