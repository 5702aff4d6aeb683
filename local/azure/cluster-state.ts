import { compareVersions, type KubernetesVersion } from '../../shared/model/kubernetes-version.js';
import { guidOf } from './guid.js';
import { MaintenanceState } from './maintenance.js';
import type { Scenario, ScenarioCluster } from './scenario.js';

/** An AKS cluster as it is now. */
export class ClusterState {
  readonly id: string;
  kubernetesVersion: KubernetesVersion;
  /** New node images change the pools alone; which state the cluster has meanwhile no source tells. */
  provisioningState: 'Succeeded' | 'Upgrading' | 'UpgradingNodeImageVersion' = 'Succeeded';
  /** Of its node images: changed by a `NodeImageOnly` upgrade. */
  imageRelease = '202608.12.0';
  readonly maintenance: MaintenanceState;
  private poolVersions: readonly KubernetesVersion[];

  constructor(
    readonly declared: ScenarioCluster,
    readonly subscriptionId: string,
    readonly location: string,
    /** Id of the bootstrap registry; undefined pulls from MAR. */
    readonly registryId: string | undefined,
    readonly componentVersions: Scenario['componentVersions'],
  ) {
    this.id = clusterId(subscriptionId, declared);
    this.kubernetesVersion = declared.kubernetesVersion;
    this.maintenance = new MaintenanceState(declared.maintenanceConfigurations);
    this.poolVersions = declared.pools.map((pool) => pool.kubernetesVersion ?? declared.kubernetesVersion);
  }

  /** By it the registry logs what the nodes pull. */
  get kubeletObjectId(): string {
    return guidOf(`kubelet ${this.id}`);
  }

  get name(): string {
    return this.declared.name;
  }

  get pools(): readonly { readonly pool: ScenarioCluster['pools'][number]; readonly version: KubernetesVersion }[] {
    return this.declared.pools.map((pool, index) => ({
      pool,
      version: this.poolVersions[index] ?? this.kubernetesVersion,
    }));
  }

  /** Versions of the upgrade profile that are newer than the cluster. */
  get upgrades(): readonly KubernetesVersion[] {
    return this.declared.upgrades.filter((version) => compareVersions(version, this.kubernetesVersion) > 0);
  }

  /** Control plane and all pools, as a `Full` upgrade of a Fleet update run. */
  finishUpgrade(version: KubernetesVersion): void {
    this.kubernetesVersion = version;
    this.poolVersions = this.declared.pools.map(() => version);
    this.provisioningState = 'Succeeded';
  }

  /** All pools get the newest images, and keep their versions. */
  finishNodeImages(): void {
    this.imageRelease = '202609.05.0';
    this.provisioningState = 'Succeeded';
  }
}

/** AKS spells `resourcegroups` in lower case in its own ids; other services don't. */
function clusterId(subscriptionId: string, cluster: ScenarioCluster): string {
  const scope = `/subscriptions/${subscriptionId}/resourcegroups/${cluster.resourceGroup}`;
  return `${scope}/providers/Microsoft.ContainerService/managedClusters/${cluster.name}`;
}
