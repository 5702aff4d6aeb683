import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { isKubernetesVersion, type KubernetesVersion } from '../model/kubernetes-version.js';
import type { BreakGlass, BreakGlasses } from '../gate/ports.js';
import { targetKeys } from './table-keys.js';
import { dateColumn as date, listRows, readRow, removeRow } from './table-rows.js';

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
    return row.safeParse(await readRow(this.table, targetKeys(clusterId, version))).data;
  }

  async list(): Promise<readonly BreakGlass[]> {
    return await listRows(this.table, row);
  }

  async save(glass: BreakGlass): Promise<void> {
    const entity = {
      ...{ clusterId: glass.clusterId, kubernetesVersion: glass.kubernetesVersion },
      ...{ reason: glass.reason.slice(0, 2000), who: glass.who.slice(0, 500) },
      ...{ at: glass.at.toISOString(), expiresAt: glass.expiresAt.toISOString() },
    };
    const keys = targetKeys(glass.clusterId, glass.kubernetesVersion);
    await this.table.upsertEntity({ ...entity, ...keys }, 'Replace');
  }

  async remove(clusterId: string, version: KubernetesVersion): Promise<void> {
    await removeRow(this.table, targetKeys(clusterId, version));
  }
}
