import type { Cluster, UpgradeProfile } from '../model/cluster.js';
import { compareVersions, minorOf, type KubernetesVersion } from '../model/kubernetes-version.js';

/**
 * The versions a cluster may be upgraded to next, oldest first: the newest patch of its own minor and the newest of the next
 * minor, as far as AKS offers them to it. Never a preview, never a version that is not newer.
 */
export function upgradeTargets(cluster: Cluster, profile: UpgradeProfile): readonly KubernetesVersion[] {
  const offered = profile.upgrades
    .filter(({ version, isPreview }) => !isPreview && compareVersions(version, cluster.kubernetesVersion) > 0)
    .map(({ version }) => version)
    .sort(compareVersions);
  const minors = [minorOf(cluster.kubernetesVersion), nextMinor(cluster.kubernetesVersion)];
  return minors.flatMap((minor) => offered.filter((version) => minorOf(version) === minor).at(-1) ?? []);
}

function nextMinor(version: KubernetesVersion): string {
  const [major, minor] = version.split('.').map(Number);
  return `${major}.${(minor ?? 0) + 1}`;
}
