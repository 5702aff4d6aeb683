import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Deadline } from '../gate/deadlines.js';
import type { DeadlineRecords } from '../gate/ports.js';
import { isKubernetesVersion } from '../model/kubernetes-version.js';
import { isConflict, isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const date = z.iso.datetime().transform((text) => new Date(text));

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
    return await this.#read();
  }

  async of(clusterId: string): Promise<readonly Deadline[]> {
    return await this.#read(`PartitionKey eq '${encodeKey(clusterId.toLowerCase())}'`);
  }

  async #read(filter?: string): Promise<readonly Deadline[]> {
    const found: Deadline[] = [];
    for await (const entity of this.table.listEntities(filter === undefined ? {} : { queryOptions: { filter } })) {
      const parsed = row.safeParse(entity);
      if (parsed.success) found.push(parsed.data);
    }
    return found;
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
      const stored = await this.#get(deadline);
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
    const { partitionKey, rowKey } = keysOf(deadline);
    try {
      await this.table.deleteEntity(partitionKey, rowKey);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #get(deadline: Deadline) {
    const { partitionKey, rowKey } = keysOf(deadline);
    try {
      return await this.table.getEntity(partitionKey, rowKey);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

function keysOf({ clusterId, source, key }: Pick<Deadline, 'clusterId' | 'source' | 'key'>) {
  return { partitionKey: encodeKey(clusterId.toLowerCase()), rowKey: encodeKey(`${source} ${key.toLowerCase()}`) };
}
