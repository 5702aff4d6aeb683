import type { Cluster, UpgradeProfile } from '../model/cluster.js';
import type { Registry } from '../model/registry.js';
import type { ResourceId } from '../model/resource-id.js';

/** A cluster whose description could not be understood, for example while AKS still creates it. */
export interface UnreadableCluster {
  readonly id: string;
  readonly reason: string;
}

export interface ClusterList {
  readonly clusters: readonly Cluster[];
  /** Not gone: what is stored of them stays. */
  readonly unreadable: readonly UnreadableCluster[];
}

/** Clusters as Azure Resource Manager describes them. */
export interface ClusterReader {
  /** Every cluster of the subscription, isolated or not. @throws SyncError ARM_FORBIDDEN, ARM_UNAVAILABLE, ARM_UNEXPECTED */
  list(): Promise<ClusterList>;
  /** @throws SyncError CLUSTER_NOT_FOUND, and as `list` */
  get(cluster: ResourceId): Promise<Cluster>;
  /** Available upgrades, with Component Insights where the region serves them. @throws SyncError as `get` */
  upgradeProfile(cluster: ResourceId): Promise<UpgradeProfile>;
}

/** Registries as Azure Resource Manager describes them. */
export interface RegistryReader {
  /** A registry with its cache rules. @throws SyncError REGISTRY_NOT_FOUND, ARM_FORBIDDEN, ARM_UNAVAILABLE, ARM_UNEXPECTED */
  get(registry: ResourceId): Promise<Registry>;
}
