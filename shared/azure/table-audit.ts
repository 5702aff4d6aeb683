import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { newestFirst } from '../gate/audit.js';
import { auditActions, type AuditEntry, type AuditTrail } from '../gate/ports.js';
import { purgeRows } from './purge-rows.js';
import { encodeKey } from './table-keys.js';

/** A string column holds 32,767 characters. */
const longestColumn = 32_000;

const json = z.string().transform((text): unknown => JSON.parse(text));

const row = z.object({
  id: z.string(),
  at: z.iso.datetime().transform((text) => new Date(text)),
  who: z.string(),
  action: z.enum(auditActions),
  resource: z.string(),
  outcome: z.enum(['begun', 'done', 'failed', 'would']),
  before: json,
  after: json,
  because: json.pipe(z.array(z.string())),
});

const partitionKey = 'audit';

/** Table `syncAudit`: one partition, row = id, which sorts the newest first. A row that cannot be read is left out. */
export class TableAuditTrail implements AuditTrail {
  constructor(private readonly table: TableClient) {}

  async list(most: number): Promise<readonly AuditEntry[]> {
    const found: AuditEntry[] = [];
    // A page may be shorter than asked for, even empty, while more follow.
    for await (const page of this.table.listEntities().byPage({ maxPageSize: Math.min(most, 1000) })) {
      for (const entity of page) {
        const parsed = parse(entity);
        if (parsed) found.push(parsed);
      }
      if (found.length >= most) break;
    }
    return found.slice(0, most);
  }

  async save(entry: AuditEntry): Promise<void> {
    const entity = {
      ...{ id: entry.id, action: entry.action, outcome: entry.outcome, at: entry.at.toISOString() },
      who: entry.who.slice(0, 500),
      resource: entry.resource.slice(0, 2048),
      before: documentOf(entry.before),
      after: documentOf(entry.after),
      because: JSON.stringify(entry.because.slice(0, 20).map((reason) => reason.slice(0, 500))),
    };
    await this.table.upsertEntity({ ...entity, partitionKey, rowKey: encodeKey(entry.id) }, 'Replace');
  }

  async purge(before: Date): Promise<void> {
    await purgeRows(this.table, odata`PartitionKey eq ${partitionKey} and RowKey gt ${newestFirst(before)}`);
  }
}

function parse(entity: unknown): AuditEntry | undefined {
  try {
    return row.parse(entity);
  } catch {
    return undefined;
  }
}

/** What is too long for a column keeps its beginning, as text. */
function documentOf(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length <= longestColumn ? text : JSON.stringify({ cut: text.slice(0, longestColumn / 4) });
}
