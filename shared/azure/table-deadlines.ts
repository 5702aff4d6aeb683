import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Deadline } from '../gate/decision/deadlines.js';
import type { DeadlineRecords } from '../gate/ports.js';
import { isKubernetesVersion } from '../model/kubernetes-version.js';
import { isConflict, isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';
import { dateColumn as date, listRows, readRow, removeRow } from './table-rows.js';

const row = z.object({
  clusterId: z.string(),
  source: z.enum(['notice', 'maintenance']),
  key: z.string(),
  versions: z.string().transform((text) => text.split(' ').filter(isKubernetesVersion)),
  at: date,
  what: z.string(),
  toldAt: date,
  state: z.enum(['ahead', 'ended']),
});

/** Writers who come between reading a deadline and replacing it. */
const mostConflicts = 3;

/** Table `syncDeadlines`: partition = cluster, row = source and key. A row that cannot be read is none, and is replaced. */
export class TableDeadlines implements DeadlineRecords {
  constructor(private readonly table: TableClient) {}

  async list(): Promise<readonly Deadline[]> {
    return await listRows(this.table, row);
  }

  async of(clusterId: string): Promise<readonly Deadline[]> {
    return await listRows(this.table, row, encodeKey(clusterId.toLowerCase()));
  }

  async save(deadline: Deadline): Promise<void> {
    const entity = {
      ...keysOf(deadline),
      ...deadline,
      versions: deadline.versions.join(' '),
      at: deadline.at.toISOString(),
      toldAt: deadline.toldAt.toISOString(),
    };
    for (let tries = 0; ; tries += 1) {
      const stored = await readRow(this.table, keysOf(deadline));
      const known = row.safeParse(stored).data;
      if (known && known.toldAt > deadline.toldAt) return;
      try {
        if (stored) await this.table.updateEntity(entity, 'Replace', { etag: stored.etag });
        else await this.table.createEntity(entity);
        return;
      } catch (error) {
        if ((!isConflict(error) && !isNotFound(error)) || tries >= mostConflicts) throw error;
      }
    }
  }

  async remove(deadline: Pick<Deadline, 'clusterId' | 'source' | 'key'>): Promise<void> {
    await removeRow(this.table, keysOf(deadline));
  }
}

function keysOf({ clusterId, source, key }: Pick<Deadline, 'clusterId' | 'source' | 'key'>) {
  return { partitionKey: encodeKey(clusterId.toLowerCase()), rowKey: encodeKey(`${source} ${key.toLowerCase()}`) };
}
