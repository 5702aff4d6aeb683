import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { OutageSide } from '../warming/outage.js';
import type { OutageRecord, OutageRecords } from '../warming/outages.js';
import { isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const date = z.iso.datetime().transform((text) => new Date(text));

const row = z.object({
  registry: z.string(),
  loginServer: z.string(),
  side: z.enum(['registry', 'upstream']),
  since: date,
  lastProbe: date,
  failureClass: z.enum(['permanent', 'throttled', 'upstream-down', 'registry-down', 'auth', 'ours']),
  reason: z.string(),
});

const partitionKey = 'outage';

/** Table `syncOutages`: one partition, row = registry and side. A row that cannot be read tells nothing: no gate depends on it. */
export class TableOutages implements OutageRecords {
  constructor(private readonly table: TableClient) {}

  async list(): Promise<readonly OutageRecord[]> {
    const found: OutageRecord[] = [];
    for await (const entity of this.table.listEntities()) {
      const parsed = row.safeParse(entity);
      if (parsed.success) found.push(parsed.data);
    }
    return found;
  }

  async save(record: OutageRecord): Promise<void> {
    const { since, lastProbe } = record;
    const times = { since: since.toISOString(), lastProbe: lastProbe.toISOString() };
    const rowKey = rowKeyOf(record.registry, record.side);
    await this.table.upsertEntity({ ...record, ...times, partitionKey, rowKey }, 'Replace');
  }

  async remove(registry: string, side: OutageSide): Promise<void> {
    try {
      await this.table.deleteEntity(partitionKey, rowKeyOf(registry, side));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function rowKeyOf(registry: string, side: OutageSide): string {
  return encodeKey(`${side} ${registry}`);
}
