import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import { compareVersions, type KubernetesVersion } from '../model/kubernetes-version.js';
import type { ClusterReader } from '../requirements/ports.js';
import { wantedVersions, type TargetPolicy } from '../requirements/targets.js';
import type { PlanQueue, PlanTask, Targets } from './ports.js';

export interface RequestPorts {
  readonly clusters: ClusterReader;
  readonly targets: Targets;
  readonly planQueue: PlanQueue;
  readonly targetPolicy: TargetPolicy;
  readonly now: () => Date;
}

/** `only` one version, or every version of the policy and those that a notice `named`. */
export type TargetWish = ({ readonly only: KubernetesVersion } | { readonly named: readonly KubernetesVersion[] }) & {
  /** When the cluster will pull which version, as far as that is known. */
  readonly neededBy?: Deadlines;
};

export type Deadlines = ReadonlyMap<KubernetesVersion, Date>;

/** What was asked for at one cluster. */
export interface RequestedCluster {
  readonly id: string;
  readonly name: string;
  readonly isolated: boolean;
  readonly targets: readonly KubernetesVersion[];
  /** Why nothing was asked for. */
  readonly finding?: string;
}

/**
 * Asks for a cluster to be planned: for one version, or for the one it runs and every version that it can upgrade to.
 * Idempotent: a target that exists is planned once more.
 * @param effect "none" tells what would be asked for and writes nothing
 * @throws SyncError INVALID_INPUT for a version older than the cluster's, and as the ports
 */
export async function requestTargets(
  cluster: Cluster,
  wish: TargetWish,
  effect: 'enqueue' | 'none',
  ports: RequestPorts,
): Promise<RequestedCluster> {
  const { id, name } = cluster.resource;
  const finding = findingOf(cluster);
  if (cluster.bootstrap.source === 'direct') {
    return { id, name, isolated: false, targets: [], ...(finding === undefined ? {} : { finding }) };
  }
  const targets = await versionsOf(cluster, wish, ports);
  if (effect === 'enqueue') await enqueueTargets(id, targets, ports, wish.neededBy);
  const isUpgrade = targets.some((target) => target !== cluster.kubernetesVersion);
  const offersNone = 'named' in wish && !isUpgrade;
  const nothing = offersNone ? { finding: `AKS offers no upgrade from ${cluster.kubernetesVersion}` } : {};
  return { id, name, isolated: true, targets, ...nothing };
}

/** Records targets and asks for their plans. The record comes first: a lost message is found by the reconcile timer. */
export async function enqueueTargets(
  clusterId: string,
  versions: readonly KubernetesVersion[],
  ports: Pick<RequestPorts, 'targets' | 'planQueue' | 'now'>,
  neededBy: Deadlines = new Map(),
): Promise<void> {
  const refs = versions.map((kubernetesVersion) => ({ clusterId, kubernetesVersion }));
  for (const ref of refs) await ports.targets.request(ref, ports.now(), neededBy.get(ref.kubernetesVersion));
  const tasks = refs.map((ref): PlanTask => {
    const deadline = neededBy.get(ref.kubernetesVersion)?.toISOString();
    return { ...ref, attempt: 0, ...(deadline === undefined ? {} : { neededBy: deadline }) };
  });
  await ports.planQueue.enqueue(tasks, 0);
}

/** Why a cluster is left alone; undefined for one that is served. */
export function findingOf(cluster: Cluster): string | undefined {
  if (cluster.bootstrap.source === 'cache') return undefined;
  return 'not network isolated (bootstrapProfile.artifactSource is not Cache): it pulls from MAR itself and is left alone';
}

async function versionsOf(
  cluster: Cluster,
  wish: TargetWish,
  { clusters, targetPolicy }: RequestPorts,
): Promise<readonly KubernetesVersion[]> {
  if ('named' in wish) {
    const profile = await clusters.upgradeProfile(cluster.resource);
    return wantedVersions(cluster, profile, wish.named, targetPolicy);
  }
  const version = wish.only;
  if (compareVersions(version, cluster.kubernetesVersion) >= 0) return [version];
  throw new SyncError(
    'INVALID_INPUT',
    `kubernetesVersion: ${cluster.resource.name} runs ${cluster.kubernetesVersion} already, ${version} is older`,
  );
}
