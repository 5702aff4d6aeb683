import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import {
  configurationNames,
  holdStates,
  longestReason,
  type HoldRecord,
  type Holds,
  type StoredHold,
} from '../gate/maintenance/maintenance-ports.js';
import { isConflict, isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';
import { dateColumn as date, eachRow, jsonColumn as json, listRows, readRow, replaceRow } from './table-rows.js';

const span = json.pipe(z.object({ start: z.string(), end: z.string() }));

const row = z.object({
  clusterId: z.string(),
  configuration: z.enum(configurationNames),
  state: z.enum(holdStates),
  entry: span.exactOptional(),
  replaces: span.exactOptional(),
  alike: z.int().min(0).exactOptional(),
  created: z.literal(true).exactOptional(),
  before: json.pipe(z.record(z.string(), z.unknown()).nullable()),
  heldSince: date.exactOptional(),
  since: date,
  recordedAt: date,
  refusedAt: date.exactOptional(),
  reasons: json.pipe(z.array(z.string())),
});

/** A string column holds 32,767 characters; a configuration is a tenth of that. */
const longestColumn = 32_000;

/** Table `syncHolds`: partition = cluster, row = configuration. A row that cannot be read is left out, and replaced by the next hold. */
export class TableHolds implements Holds {
  constructor(private readonly table: TableClient) {}

  async list(): Promise<readonly HoldRecord[]> {
    return await listRows(this.table, row);
  }

  async ofCluster(clusterId: string): Promise<readonly StoredHold[]> {
    const found: StoredHold[] = [];
    for await (const entity of eachRow(this.table, encodeKey(clusterId.toLowerCase()))) {
      const parsed = row.safeParse(entity);
      if (parsed.success) found.push({ record: parsed.data, etag: entity.etag });
    }
    return found;
  }

  async save(record: HoldRecord, etag: string | undefined): Promise<string | undefined> {
    const entity = entityOf(record);
    const written = await replaceRow(this.table, entity, etag);
    if (written !== undefined || etag !== undefined) return written;
    // A row that cannot be read counts as none, and gives way.
    const there = await readRow(this.table, keysOf(record));
    if (!there || row.safeParse(there).success) return undefined;
    return await replaceRow(this.table, entity, there.etag);
  }

  async remove({ record, etag }: StoredHold): Promise<boolean> {
    const { partitionKey, rowKey } = keysOf(record);
    try {
      await this.table.deleteEntity(partitionKey, rowKey, { etag });
      return true;
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return false;
      throw error;
    }
  }
}

function keysOf({ clusterId, configuration }: HoldRecord) {
  return { partitionKey: encodeKey(clusterId.toLowerCase()), rowKey: configuration };
}

function entityOf(record: HoldRecord) {
  const { entry, replaces, before, heldSince, refusedAt, since, recordedAt, reasons, ...plain } = record;
  const document = JSON.stringify(before);
  return {
    ...plain,
    ...keysOf(record),
    before: document.length > longestColumn ? 'null' : document,
    reasons: JSON.stringify(reasons.slice(0, 20).map((reason) => reason.slice(0, longestReason))),
    since: since.toISOString(),
    recordedAt: recordedAt.toISOString(),
    ...(entry ? { entry: JSON.stringify(entry) } : {}),
    ...(replaces ? { replaces: JSON.stringify(replaces) } : {}),
    ...(heldSince ? { heldSince: heldSince.toISOString() } : {}),
    ...(refusedAt ? { refusedAt: refusedAt.toISOString() } : {}),
  };
}
