import type { Cluster, UpgradeProfile } from '../model/cluster.js';
import { minorOf, type KubernetesVersion } from '../model/kubernetes-version.js';
import { findingOf } from '../warming/request-targets.js';
import { insightsApiVersion, type OfflineCluster } from './offline-cluster.js';

/**
 * What a person should know before trusting what is computed for some versions of a cluster; a sentence each.
 * @param versions the target, and others that were computed for comparison
 */
export function remarkOffline(
  { cluster, profile, target }: OfflineCluster,
  versions: readonly KubernetesVersion[] = [target],
): readonly string[] {
  return [...remarkCluster(cluster), ...remarkOffer(cluster, target, profile), ...remarkInsights(versions, profile)];
}

function remarkCluster(cluster: Cluster): readonly string[] {
  const { name } = cluster.resource;
  const finding = findingOf(cluster);
  const windows = cluster.pools.filter(({ osType }) => osType === 'Windows').map((pool) => pool.name);
  return [
    ...(finding === undefined ? [] : [`${name} is ${finding}.`]),
    ...(windows.length === 0 ? [] : [`What Windows nodes pull is not planned: pool ${windows.join(', ')}.`]),
  ];
}

/** An upgrade profile lists what a cluster may go to; where it is now goes without saying. */
function remarkOffer(
  { resource, kubernetesVersion }: Cluster,
  target: KubernetesVersion,
  profile: UpgradeProfile | undefined,
): readonly string[] {
  if (!profile) return [];
  const offered = profile.upgrades.map((upgrade) => upgrade.version);
  if (target === kubernetesVersion || offered.includes(target)) return [];
  return [`AKS does not offer ${target} to ${resource.name}, it offers ${offered.join(', ') || 'nothing'}.`];
}

function remarkInsights(
  versions: readonly KubernetesVersion[],
  profile: UpgradeProfile | undefined,
): readonly string[] {
  const lists = 'component versions come from bundled lists, not from this cluster';
  if (!profile) return [`Without an upgrade profile ${lists}.`];
  const minors = [...new Set(versions.map(minorOf))].filter(
    (minor) => (profile.componentsByMinor.get(minor) ?? []).length === 0,
  );
  if (minors.length === 0) return [];
  return [
    `The upgrade profile has no Component Insights for ${minors.join(' and ')}: ${lists}. API version ${insightsApiVersion} or later has them.`,
  ];
}
