import { isOfTheFuture } from '../model/clock-skew.js';
import type { Cluster } from '../model/cluster.js';
import type { ResourceId } from '../model/resource-id.js';
import type { PlannedTarget } from '../warming/state.js';
import type { DriftReport } from './report.js';

export interface DriftPolicy {
  /** How far the first look at a cluster goes back: what was cached long ago belongs to versions that nobody runs any more. */
  readonly firstLookBackMs: number;
  /** Pulls before that are not asked for: logs are kept for some time only. */
  readonly longestWindowMs: number;
}

/** A cluster with the plan of the version that it runs. */
export interface RunningCluster {
  readonly cluster: Cluster;
  /** Where its nodes pull from. */
  readonly registry: ResourceId;
  readonly plan: PlannedTarget;
  /** Plans of this cluster for other versions. */
  readonly otherPlans: readonly PlannedTarget[];
  /** Earlier reports of this cluster, of any version. */
  readonly reports: readonly DriftReport[];
}

/** Which pulls count. */
export interface DriftWindow {
  readonly since: Date;
  /** When the cluster was first found to run its version. */
  readonly firstMeasuredAt: Date;
}

/** The pulls of a cluster that belong to its version: since the last report of the version before. Pure. */
export function windowOf(
  { cluster, reports }: Pick<RunningCluster, 'cluster' | 'reports'>,
  now: Date,
  policy: DriftPolicy,
): DriftWindow {
  const same = reports.find(({ kubernetesVersion }) => kubernetesVersion === cluster.kubernetesVersion);
  const others = reports.map(({ measuredAt }) => measuredAt.getTime());
  const lookBack = now.getTime() - policy.firstLookBackMs;
  // Nodes of the new version pulled while the upgrade went on, which was after the last look at the old one.
  const told = same?.since.getTime() ?? (others.length > 0 ? Math.max(...others) : lookBack);
  const begun = isOfTheFuture(new Date(told), now) ? lookBack : told;
  const since = new Date(Math.max(begun, now.getTime() - policy.longestWindowMs));
  return { since, firstMeasuredAt: same?.firstMeasuredAt ?? now };
}

/** Whether ARM moves the whole cluster to another version: its nodes pull for both, and the log does not say for which. */
export function isUpgrading({ properties }: Pick<Cluster, 'properties'>): boolean {
  return String(properties['provisioningState']).toLowerCase() === 'upgrading';
}

/** Ids by which a registry logs the pulls of a cluster's nodes: those of the kubelet identity, lower case. */
export function identitiesOf({ properties }: Pick<Cluster, 'properties'>): readonly string[] {
  const kubelet = ownObject(ownObject(properties['identityProfile'])['kubeletidentity']);
  return [kubelet['objectId'], kubelet['clientId']].flatMap((id) => (typeof id === 'string' ? id.toLowerCase() : []));
}

function ownObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
