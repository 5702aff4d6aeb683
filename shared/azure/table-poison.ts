import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { PoisonMessage, PoisonMessages } from '../gate/ports.js';
import { purgeRows } from './purge-rows.js';
import { dateColumn as date, listRows } from './table-rows.js';

const row = z.object({
  id: z.string(),
  queue: z.enum(['plan', 'warm', 'gate']),
  message: z.string(),
  reason: z.string(),
  at: date,
  replayedAt: date.exactOptional(),
});

const partitionKey = 'poison';

/** Table `syncPoison`: one partition, row = id of the message, which is its hash. A row that cannot be read is left out. */
export class TablePoisonMessages implements PoisonMessages {
  constructor(private readonly table: TableClient) {}

  async list(most: number): Promise<readonly PoisonMessage[]> {
    const found = await listRows(this.table, row);
    return found.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, most);
  }

  async save(message: PoisonMessage): Promise<void> {
    const { replayedAt, at, ...rest } = message;
    const times = { at: at.toISOString(), ...(replayedAt ? { replayedAt: replayedAt.toISOString() } : {}) };
    await this.table.upsertEntity({ ...rest, ...times, partitionKey, rowKey: message.id }, 'Replace');
  }

  /** Times are text here, of one form: they sort as they follow each other. */
  async purge(before: Date): Promise<void> {
    await purgeRows(this.table, odata`PartitionKey eq ${partitionKey} and at lt ${before.toISOString()}`);
  }
}
