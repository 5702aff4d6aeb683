import type { Cluster, UpgradeProfile } from '../model/cluster.js';
import { compareVersions, minorOf, type KubernetesVersion } from '../model/kubernetes-version.js';

/** Which upgrades are prepared for without anybody naming a version: settings TARGET_PATCH and TARGET_MINOR. */
export interface TargetPolicy {
  readonly upgradesTo: ReadonlySet<'patch' | 'minor'>;
}

/**
 * The versions a cluster may be upgraded to next, oldest first: the newest patch of its own minor and the newest of the next
 * minor, as far as policy wants them and AKS offers them to it. Never a preview, never a version that is not newer.
 */
export function upgradeTargets(
  cluster: Cluster,
  profile: UpgradeProfile,
  { upgradesTo }: TargetPolicy,
): readonly KubernetesVersion[] {
  const offered = profile.upgrades
    .filter(({ version, isPreview }) => !isPreview && compareVersions(version, cluster.kubernetesVersion) > 0)
    .map(({ version }) => version)
    .sort(compareVersions);
  const minors = [
    ...(upgradesTo.has('patch') ? [minorOf(cluster.kubernetesVersion)] : []),
    ...(upgradesTo.has('minor') ? [nextMinor(cluster.kubernetesVersion)] : []),
  ];
  return minors.flatMap((minor) => offered.filter((version) => minorOf(version) === minor).at(-1) ?? []);
}

/**
 * All the versions that a cluster's artifacts are kept for, oldest first: the one it runs, since AKS's weekly releases and new node
 * images change what its nodes pull without an upgrade; those it may be upgraded to; and those that somebody named (update runs,
 * notices, requests), unless it has left them behind.
 */
export function wantedVersions(
  cluster: Cluster,
  profile: UpgradeProfile,
  named: readonly KubernetesVersion[],
  policy: TargetPolicy,
): readonly KubernetesVersion[] {
  const current = cluster.kubernetesVersion;
  const ahead = named.filter((version) => compareVersions(version, current) > 0);
  return [...new Set([current, ...upgradeTargets(cluster, profile, policy), ...ahead])].sort(compareVersions);
}

function nextMinor(version: KubernetesVersion): string {
  const [major, minor] = version.split('.').map(Number);
  return `${major}.${(minor ?? 0) + 1}`;
}
