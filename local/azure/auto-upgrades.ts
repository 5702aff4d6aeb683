import type { KubernetesVersion } from '../../shared/model/kubernetes-version.js';
import type { ClusterState } from './cluster-state.js';
import type { Timers } from './timers.js';

/** How often AKS looks whether it may; minutes in Azure, which nobody waits for here. */
const lookSeconds = 0.5;

/** AKS upgrading clusters by itself, as soon as no maintenance entry forbids it. */
export class AutoUpgrades {
  constructor(
    private readonly timers: Timers,
    private readonly upgrading: (cluster: ClusterState, version: KubernetesVersion) => void,
  ) {}

  start(cluster: ClusterState): void {
    const declared = cluster.declared.autoUpgrade;
    if (declared) this.timers.after(declared.afterSeconds, () => void this.play(cluster, declared));
  }

  private async play(
    cluster: ClusterState,
    { kubernetesVersion, seconds }: NonNullable<ClusterState['declared']['autoUpgrade']>,
  ): Promise<void> {
    const isHeld = () => cluster.maintenance.forbids('aksManagedAutoUpgradeSchedule', new Date(this.timers.now()));
    while (cluster.provisioningState !== 'Succeeded' || isHeld()) await this.timers.sleep(lookSeconds);
    cluster.provisioningState = 'Upgrading';
    this.upgrading(cluster, kubernetesVersion);
    await this.timers.sleep(seconds);
    cluster.finishUpgrade(kubernetesVersion);
  }
}
