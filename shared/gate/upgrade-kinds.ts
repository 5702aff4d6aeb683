import { compareVersions, type KubernetesVersion } from '../model/kubernetes-version.js';

/** What an upgrade changes: the Kubernetes version, node images alone, or the components of a weekly AKS release. */
export type UpgradeKind = 'kubernetes' | 'node-image' | 'aks-release';

/** The target whose gate an upgrade asks: a version, or the one that the cluster runs. */
export type AskedVersion = KubernetesVersion | 'current';

/**
 * Which target's gate an upgrade asks. Node images and weekly AKS releases change what nodes pull at the version that the cluster
 * runs, and the plan of that version is made from today's images and components.
 * @param named undefined where the upgrade names none
 * @returns undefined for a Kubernetes upgrade to nobody knows where
 */
export function versionAskedBy(kind: UpgradeKind, named: KubernetesVersion | undefined): AskedVersion | undefined {
  return kind === 'kubernetes' ? named : 'current';
}

/**
 * The kind of a Fleet update run. `ControlPlaneOnly` leaves the nodes alone, but AKS moves its own pods with the control plane.
 * Source: `ManagedClusterUpgradeType` of Microsoft.ContainerService/fleets. Undefined for a type of tomorrow.
 */
export function kindOfRun(upgradeType: string): UpgradeKind | undefined {
  const type = upgradeType.toLowerCase();
  if (type === 'nodeimageonly') return 'node-image';
  return type === 'full' || type === 'controlplaneonly' ? 'kubernetes' : undefined;
}

/** The version to be judged at a cluster. Whoever runs a newer one is not moved back: AKS skips it, or renews its nodes where it is. */
export function targetAt(running: KubernetesVersion, asked: AskedVersion): KubernetesVersion {
  return asked === 'current' || compareVersions(asked, running) < 0 ? running : asked;
}
