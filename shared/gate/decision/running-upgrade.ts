import type { Cluster } from '../../model/cluster.js';
import type { KubernetesVersion } from '../../model/kubernetes-version.js';
import type { RunningUpgrade, SeenCluster } from '../ports.js';

/** Control planes and hundreds of nodes are through by then; what ARM still calls an upgrade is stuck. */
const longestUpgradeMs = 24 * 3_600_000;
/** Clusters are looked at every few minutes; a fact older than this tells of the past. */
const trustedForMs = 2 * 3_600_000;

type Document = Readonly<Record<string, unknown>>;

/**
 * Where a cluster is being upgraded to, by `provisioningState` of the cluster and of its pools: `Upgrading` goes to the version that
 * is asked for (`kubernetesVersion`, `orchestratorVersion`), `UpgradingNodeImageVersion` to new images at the version that runs.
 * `Updating` is any other change. ARM may report `currentKubernetesVersion` as the new one from the start on, so it says nothing here.
 * Source: Microsoft.ContainerService/managedClusters; states as seen in Azure/AKS#2341 and azure-cli's tests.
 */
export function upgradingTo({ kubernetesVersion, properties }: Cluster): readonly string[] {
  const pools = Array.isArray(properties['agentPoolProfiles']) ? properties['agentPoolProfiles'] : [];
  const named = [
    ...versionsOf(properties, 'kubernetesVersion', kubernetesVersion),
    ...pools.flatMap((pool: unknown) =>
      typeof pool === 'object' && pool !== null
        ? versionsOf(pool as Document, 'orchestratorVersion', kubernetesVersion)
        : [],
    ),
  ];
  return [...new Set(named)].sort();
}

function versionsOf(document: Document, asked: string, running: KubernetesVersion): readonly string[] {
  const state = textOf(document['provisioningState'])?.toLowerCase();
  if (state === 'upgradingnodeimageversion') return [running];
  return state === 'upgrading' ? [textOf(document[asked]) ?? running] : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An upgrade that goes on keeps the time when it was first seen; one to somewhere else begins. */
export function upgradeOf(cluster: Cluster, before: SeenCluster | undefined, now: Date): RunningUpgrade | undefined {
  const to = upgradingTo(cluster);
  if (to.length === 0) return undefined;
  return { to, since: before?.upgrade?.to.join() === to.join() ? before.upgrade.since : now };
}

/** The upgrade of a cluster to this very version, as long as that is known to go on: neither stale nor stuck. */
export function runningTo(
  version: KubernetesVersion,
  seen: SeenCluster | undefined,
  now: Date,
): RunningUpgrade | undefined {
  if (!seen?.upgrade?.to.some((to) => version === to || version.startsWith(`${to}.`))) return undefined;
  const isFresh = now.getTime() - seen.seenAt.getTime() <= trustedForMs;
  return isFresh && now.getTime() - seen.upgrade.since.getTime() <= longestUpgradeMs ? seen.upgrade : undefined;
}
