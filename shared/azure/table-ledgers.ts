import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Ledger, LedgerStore, StoredLedger } from '../warming/budget-ledger.js';
import { packColumns, unpackColumns } from './packed-columns.js';
import { encodeKey } from './table-keys.js';
import { readRow, tryReplaceRow } from './table-rows.js';

const asker = z.object({
  weight: z.number().positive(),
  owed: z.number(),
  line: z.array(z.object({ until: z.number(), requests: z.number() })),
  lineEnds: z.number(),
  seenAt: z.number(),
});

const bucket = z.object({
  free: z.number(),
  at: z.number(),
  factor: z.number().positive().max(1),
  changedAt: z.number(),
  pausedUntil: z.number(),
  askers: z.record(z.string(), asker),
});

const operations = ['manifest-read', 'token', 'referrers', 'arm-read', 'arm-write', 'upstream-read'] as const;

const ledger = z.object({ sku: z.string().optional(), buckets: z.partialRecord(z.enum(operations), bucket) });

const rowKey = 'budgets';

/** Table `syncBudgets`: partition = login server, `mar` or `arm`; one row each, its buckets packed. A row that cannot be read counts as none. */
export class TableLedgers implements LedgerStore {
  constructor(private readonly table: TableClient) {}

  async read(registry: string): Promise<StoredLedger | undefined> {
    const stored = await readRow(this.table, { partitionKey: encodeKey(registry), rowKey });
    return stored && { ledger: ledgerOf(stored), etag: stored.etag };
  }

  async write(registry: string, ledger: Ledger, etag: string | undefined): Promise<string | undefined> {
    const columns = packColumns(ledger, `the budgets of ${registry}`);
    const entity = { partitionKey: encodeKey(registry), rowKey, registry, ...columns };
    // Taken once more, what a write of which nothing was heard took is a lease that nobody uses: no reason to ask at every conflict.
    return await tryReplaceRow(this.table, entity, etag);
  }

  async list(): Promise<ReadonlyMap<string, Ledger>> {
    const found = new Map<string, Ledger>();
    for await (const entity of this.table.listEntities<{ registry: string }>())
      found.set(entity.registry, ledgerOf(entity));
    return found;
  }
}

function ledgerOf(entity: Record<string, unknown>): Ledger {
  try {
    const { sku, buckets } = ledger.parse(unpackColumns(entity));
    return { ...(sku === undefined ? {} : { sku }), buckets };
  } catch {
    return { buckets: {} };
  }
}
