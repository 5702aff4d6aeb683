import { randomUUID } from 'node:crypto';
import { odata, type TableClient, type TableEntityResult } from '@azure/data-tables';
import { z } from 'zod';
import { parseJson } from '../model/parse-json.js';
import { isConflict, isNotFound } from './table-errors.js';
import type { RowKeys } from './table-keys.js';

export type StoredRow = TableEntityResult<Record<string, unknown>>;

/** A column that holds a time, as ISO 8601. */
export const dateColumn = z.iso.datetime().transform((text) => new Date(text));

/** A text column that holds a JSON document. What is no JSON makes its row one that cannot be read, like any other damage. */
export const jsonColumn = z.string().transform((text, context): unknown => {
  const document = parseJson(text);
  if (document === undefined) context.addIssue('is no JSON');
  return document;
});

/** @param select columns; all of them unless told @returns undefined where there is no such row */
export async function readRow(
  table: TableClient,
  { partitionKey, rowKey }: RowKeys,
  select?: readonly string[],
): Promise<StoredRow | undefined> {
  try {
    return await table.getEntity(partitionKey, rowKey, select ? { queryOptions: { select: [...select] } } : {});
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Rows of a table, or of one of its partitions, that can be read: one of a later release, or damaged, hides no other. */
export async function listRows<Schema extends z.ZodType>(
  table: TableClient,
  schema: Schema,
  partitionKey?: string,
): Promise<readonly z.infer<Schema>[]> {
  const found: z.infer<Schema>[] = [];
  for await (const entity of eachRow(table, partitionKey)) {
    const parsed = schema.safeParse(entity);
    if (parsed.success) found.push(parsed.data);
  }
  return found;
}

/** Rows of a table, or of one of its partitions, as they are. */
export function eachRow(table: TableClient, partitionKey?: string): AsyncIterable<StoredRow> {
  if (partitionKey === undefined) return table.listEntities();
  return table.listEntities({ queryOptions: { filter: odata`PartitionKey eq ${partitionKey}` } });
}

/** Rows of a partition that the service wrote at `since` or later, by its own clock: column `Timestamp`. */
export function eachRowSince(table: TableClient, partitionKey: string, since: Date): AsyncIterable<StoredRow> {
  return table.listEntities({
    queryOptions: { filter: odata`PartitionKey eq ${partitionKey} and Timestamp ge ${since}` },
  });
}

/** A row as one write makes it: the id tells it from every other write, also from one of the very same at the same moment. */
export function signRow<Entity extends RowKeys>(
  entity: Entity,
  writeId: string,
): Entity & { readonly writeId: string } {
  return { ...entity, writeId };
}

/** Whether a row is what the write with this id has left there. Those of earlier releases name no write. */
export function isLeftBy(row: Readonly<Record<string, unknown>> | undefined, writeId: string): boolean {
  return row?.['writeId'] === writeId;
}

/**
 * Writes a row over the one that was read with this ETag, or a new one where there was none. When the answer gets lost the client sends
 * it again, and may meet its own first write as a conflict: what a conflict means is told by the row, with one read.
 * @returns its ETag; undefined when somebody else wrote or removed the row first
 */
export async function replaceRow(
  table: TableClient,
  entity: RowKeys,
  etag: string | undefined,
): Promise<string | undefined> {
  const writeId = randomUUID();
  const written = await tryReplaceRow(table, signRow(entity, writeId), etag);
  if (written !== undefined) return written;
  const there = await readRow(table, entity, ['writeId']);
  return isLeftBy(there, writeId) ? there?.etag : undefined;
}

/**
 * The same for rows that many write all the time and that may be written twice: a conflict costs no read, and a write whose answer
 * was lost counts as a race that was lost.
 */
export async function tryReplaceRow(
  table: TableClient,
  entity: RowKeys,
  etag: string | undefined,
): Promise<string | undefined> {
  try {
    const written =
      etag === undefined ? await table.createEntity(entity) : await table.updateEntity(entity, 'Replace', { etag });
    return written.etag ?? '';
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return undefined;
    throw error;
  }
}

/** Idempotent. @param etag of the row that was read: what somebody wrote since stays; any without */
export async function removeRow(table: TableClient, { partitionKey, rowKey }: RowKeys, etag = '*'): Promise<void> {
  try {
    await table.deleteEntity(partitionKey, rowKey, { etag });
  } catch (error) {
    const isOutdone = etag !== '*' && isConflict(error);
    if (!isNotFound(error) && !isOutdone) throw error;
  }
}
