import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import {
  configurationNames,
  holdStates,
  longestReason,
  type HoldRecord,
  type Holds,
  type StoredHold,
} from '../gate/maintenance-ports.js';
import { isConflict, isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const date = z.iso.datetime().transform((text) => new Date(text));
const json = z.string().transform((text): unknown => JSON.parse(text));
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
    const found: HoldRecord[] = [];
    for await (const entity of this.table.listEntities()) {
      const stored = storedOf(entity);
      if (stored) found.push(stored.record);
    }
    return found;
  }

  async ofCluster(clusterId: string): Promise<readonly StoredHold[]> {
    const filter = `PartitionKey eq '${encodeKey(clusterId.toLowerCase()).replaceAll("'", "''")}'`;
    const found: StoredHold[] = [];
    for await (const entity of this.table.listEntities({ queryOptions: { filter } })) {
      const stored = storedOf(entity);
      if (stored) found.push(stored);
    }
    return found;
  }

  async save(record: HoldRecord, etag: string | undefined): Promise<string | undefined> {
    const entity = entityOf(record);
    try {
      if (etag === undefined) return await this.#create(entity);
      return (await this.table.updateEntity(entity, 'Replace', { etag })).etag;
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** A row that cannot be read counts as none, and gives way. */
  async #create(entity: ReturnType<typeof entityOf>): Promise<string | undefined> {
    try {
      return (await this.table.createEntity(entity)).etag;
    } catch (error) {
      if (!isConflict(error)) throw error;
      const { partitionKey, rowKey } = entity;
      const there = await this.table.getEntity<Record<string, unknown>>(partitionKey, rowKey);
      if (storedOf(there)) return undefined;
      return (await this.table.updateEntity(entity, 'Replace', { etag: there.etag })).etag;
    }
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

function storedOf(entity: { readonly etag: string }): StoredHold | undefined {
  try {
    return { record: row.parse(entity), etag: entity.etag };
  } catch {
    return undefined;
  }
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
