import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { isKubernetesVersion, type KubernetesVersion } from '../model/kubernetes-version.js';
import type { BreakGlass, BreakGlasses } from '../gate/ports.js';
import { isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const date = z.iso.datetime().transform((text) => new Date(text));

const row = z.object({
  clusterId: z.string(),
  kubernetesVersion: z.string().refine(isKubernetesVersion),
  reason: z.string(),
  who: z.string(),
  at: date,
  expiresAt: date,
});

/** Table `syncBreakGlass`: partition = cluster, row = Kubernetes version. A row that cannot be read opens nothing. */
export class TableBreakGlasses implements BreakGlasses {
  constructor(private readonly table: TableClient) {}

  async get(clusterId: string, version: KubernetesVersion): Promise<BreakGlass | undefined> {
    try {
      const { partitionKey, rowKey } = keysOf(clusterId, version);
      return row.safeParse(await this.table.getEntity(partitionKey, rowKey)).data;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly BreakGlass[]> {
    const found: BreakGlass[] = [];
    for await (const entity of this.table.listEntities()) {
      const parsed = row.safeParse(entity);
      if (parsed.success) found.push(parsed.data);
    }
    return found;
  }

  async save(glass: BreakGlass): Promise<void> {
    const entity = {
      ...{ clusterId: glass.clusterId, kubernetesVersion: glass.kubernetesVersion },
      ...{ reason: glass.reason.slice(0, 2000), who: glass.who.slice(0, 500) },
      ...{ at: glass.at.toISOString(), expiresAt: glass.expiresAt.toISOString() },
    };
    const keys = keysOf(glass.clusterId, glass.kubernetesVersion);
    await this.table.upsertEntity({ ...entity, ...keys }, 'Replace');
  }

  async remove(clusterId: string, version: KubernetesVersion): Promise<void> {
    const { partitionKey, rowKey } = keysOf(clusterId, version);
    try {
      await this.table.deleteEntity(partitionKey, rowKey);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function keysOf(clusterId: string, version: KubernetesVersion) {
  return { partitionKey: encodeKey(clusterId.toLowerCase()), rowKey: encodeKey(version) };
}
