import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { newestFirst } from '../gate/audit.js';
import { auditActions, type AuditEntry, type AuditTrail } from '../gate/ports.js';
import { packColumns, unpackColumns } from './packed-columns.js';
import { purgeRows } from './purge-rows.js';
import { encodeKey } from './table-keys.js';
import { dateColumn, jsonColumn as json } from './table-rows.js';

/** A string column holds 32,767 characters. */
const longestColumn = 32_000;

const row = z.object({
  id: z.string(),
  at: dateColumn,
  who: z.string(),
  action: z.enum(auditActions),
  resource: z.string(),
  outcome: z.enum(['begun', 'done', 'failed', 'would']),
  before: json,
  after: json,
  because: json.pipe(z.array(z.string())),
});

const documents = z.object({ before: z.unknown(), after: z.unknown() });

const partitionKey = 'audit';

/** Table `syncAudit`: one partition, row = id, which sorts the newest first. A row that cannot be read is left out. */
export class TableAuditTrail implements AuditTrail {
  constructor(private readonly table: TableClient) {}

  async list(most: number): Promise<readonly AuditEntry[]> {
    const found: AuditEntry[] = [];
    // A page may be shorter than asked for, even empty, while more follow.
    for await (const page of this.table.listEntities().byPage({ maxPageSize: Math.min(most, 1000) })) {
      found.push(...page.flatMap((entity) => parse(entity) ?? []));
      if (found.length >= most) break;
    }
    return found.slice(0, most);
  }

  async save(entry: AuditEntry): Promise<void> {
    const entity = {
      ...{ id: entry.id, action: entry.action, outcome: entry.outcome, at: entry.at.toISOString() },
      who: entry.who.slice(0, 500),
      resource: entry.resource.slice(0, 2048),
      ...documentsOf(entry),
      because: JSON.stringify(entry.because.slice(0, 20).map((reason) => reason.slice(0, 500))),
    };
    await this.table.upsertEntity({ ...entity, partitionKey, rowKey: encodeKey(entry.id) }, 'Replace');
  }

  async purge(before: Date): Promise<void> {
    await purgeRows(this.table, odata`PartitionKey eq ${partitionKey} and RowKey gt ${newestFirst(before)}`);
  }
}

function parse(entity: Readonly<Record<string, unknown>>): AuditEntry | undefined {
  try {
    const packed = unpackColumns(entity);
    return { ...row.parse(entity), ...(packed === undefined ? {} : documents.parse(packed)) };
  } catch {
    return undefined;
  }
}

/** What is too long for a column, such as the lists of a policy for fifty clusters, is packed: nobody can restore what was cut. */
function documentsOf({ before = null, after = null }: AuditEntry) {
  const texts = { before: JSON.stringify(before), after: JSON.stringify(after) };
  if (Math.max(texts.before.length, texts.after.length) <= longestColumn) return texts;
  return { before: 'null', after: 'null', ...packColumns({ before, after }, 'what a change was about') };
}
