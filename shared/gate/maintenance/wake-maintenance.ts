import type { Cluster } from '../../model/cluster.js';
import type { MaintenancePolicy } from './maintenance-ports.js';
import { askedConfigurations } from './maintenance-targets.js';
import type { GateQueue } from '../ports.js';

/** Has the maintenance of those clusters judged that AKS upgrades by itself, and of `others`; each once. */
export async function wakeMaintenance(
  clusters: readonly Cluster[],
  ports: { readonly gateQueue: GateQueue; readonly maintenancePolicy: Pick<MaintenancePolicy, 'scope'> },
  others: readonly string[] = [],
): Promise<void> {
  const asked = clusters.filter((cluster) => askedConfigurations(cluster, ports.maintenancePolicy).size > 0);
  const ids = new Map([...others, ...asked.map(({ resource }) => resource.id)].map((id) => [id.toLowerCase(), id]));
  if (ids.size === 0) return;
  await ports.gateQueue.enqueue(
    [...ids.values()].map((clusterId) => ({ kind: 'maintenance', clusterId })),
    0,
  );
}
