import type { MaintenancePolicy } from '../gate/maintenance/maintenance-ports.js';
import type { GateQueue, SeenClusters } from '../gate/ports.js';
import { saveSeen } from '../gate/reconcile/seen-clusters.js';
import { wakeMaintenance } from '../gate/maintenance/wake-maintenance.js';
import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import { requestTargets, type RequestedCluster, type RequestPorts } from '../warming/request-targets.js';
import type { SyncRequest } from './requests.js';

export interface SyncPorts extends RequestPorts {
  readonly seenClusters: SeenClusters;
  readonly gateQueue: GateQueue;
  readonly maintenancePolicy: Pick<MaintenancePolicy, 'scope'>;
  readonly newRunId: () => string;
}

/** What `POST /api/sync` answers. */
export interface SyncAnswer {
  readonly runId: string;
  readonly dryRun: boolean;
  readonly clusters: readonly RequestedCluster[];
}

/** Asks for the plans of one cluster, or of all. @throws SyncError as `requestTargets` */
export async function syncClusters(request: SyncRequest, ports: SyncPorts): Promise<SyncAnswer> {
  const clusters = request.cluster
    ? [await ports.clusters.get(request.cluster)]
    : (await ports.clusters.list()).clusters;
  if (!request.dryRun) {
    await saveSeen(clusters, ports.seenClusters, ports.now());
    await wakeMaintenance(clusters, ports);
  }
  const answers: RequestedCluster[] = [];
  for (const cluster of clusters) answers.push(await syncOne(cluster, request, ports));
  return { runId: ports.newRunId(), dryRun: request.dryRun, clusters: answers };
}

/** Asked for all, one cluster that cannot be served is told and does not stop the others. */
async function syncOne(cluster: Cluster, request: SyncRequest, ports: SyncPorts): Promise<RequestedCluster> {
  try {
    const effect = request.dryRun ? 'none' : 'enqueue';
    const wish = request.kubernetesVersion === undefined ? { named: [] } : { only: request.kubernetesVersion };
    return await requestTargets(cluster, wish, effect, ports);
  } catch (error) {
    if (request.cluster || !(error instanceof SyncError)) throw error;
    const { id, name } = cluster.resource;
    return { id, name, isolated: true, targets: [], finding: `${error.code}: ${error.message}` };
  }
}
