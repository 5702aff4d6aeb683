import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { OutageSide } from '../warming/outage.js';
import type { OutageRecord } from '../warming/outage-record.js';
import type { OutageRecords } from '../warming/outages.js';
import { failureCodes } from '../model/errors.js';
import { encodeKey } from './table-keys.js';
import { dateColumn as date, listRows, removeRow } from './table-rows.js';

const row = z.object({
  registry: z.string(),
  loginServer: z.string(),
  side: z.enum(['registry', 'upstream']),
  since: date,
  lastProbe: date,
  code: z.enum(failureCodes),
  reason: z.string(),
});

/** Table `syncOutages`: one partition, row = registry and side. A row that cannot be read tells nothing: no gate depends on it. */
export class TableOutages implements OutageRecords {
  constructor(private readonly table: TableClient) {}

  async list(): Promise<readonly OutageRecord[]> {
    return await listRows(this.table, row);
  }

  async save(record: OutageRecord): Promise<void> {
    const { since, lastProbe } = record;
    const times = { since: since.toISOString(), lastProbe: lastProbe.toISOString() };
    await this.table.upsertEntity({ ...record, ...times, ...keysOf(record.registry, record.side) }, 'Replace');
  }

  async remove(registry: string, side: OutageSide): Promise<void> {
    await removeRow(this.table, keysOf(registry, side));
  }
}

function keysOf(registry: string, side: OutageSide) {
  return { partitionKey: 'outage', rowKey: encodeKey(`${side} ${registry}`) };
}
