import { deadlineOfNotice, type Notice } from '../gate/decision/deadlines.js';
import type { DeadlineRecords } from '../gate/ports.js';
import { neededBy } from '../gate/reconcile/reconcile-deadlines.js';
import { wakeMaintenance } from '../gate/maintenance/wake-maintenance.js';
import { isOfTheFuture } from '../model/clock-skew.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { ResourceId } from '../model/resource-id.js';
import {
  enqueueTargets,
  requestTargets,
  type RequestedCluster,
  type RequestPorts,
} from '../warming/request-targets.js';

/**
 * AKS is going to change a cluster by itself: plans it anew, also for the versions that the notice names, and keeps by when.
 * Notices come twice, late and unordered: the one that was told last counts.
 * @throws SyncError as `requestTargets`
 */
export async function prepareUpgrade(
  id: ResourceId,
  named: readonly KubernetesVersion[],
  notice: Notice,
  ports: RequestPorts & Parameters<typeof wakeMaintenance>[1] & { readonly deadlines: DeadlineRecords },
): Promise<RequestedCluster> {
  const cluster = await ports.clusters.get(id);
  await wakeMaintenance([cluster], ports);
  const asked = await requestTargets(cluster, { named }, 'none', ports);
  if (!asked.isolated) return asked;
  const deadline = deadlineOfNotice(cluster, sinceWhen(notice, ports.now()), asked.targets);
  if (deadline) await ports.deadlines.save(deadline);
  const known = await ports.deadlines.of(cluster.resource.id);
  const needed = neededBy(cluster, asked.targets, known, new Map(), ports.now());
  await enqueueTargets(cluster.resource.id, asked.targets, ports, needed);
  return asked;
}

/** What is dated ahead is no newer than any other: it gives way to the next notice, and does not come back when it arrives once more. */
function sinceWhen(notice: Notice, now: Date): Notice {
  return isOfTheFuture(notice.toldAt, now) ? { ...notice, toldAt: new Date(0) } : notice;
}
