import type { Cluster, UpgradeProfile } from '../model/cluster.js';
import type { Registry } from '../model/registry.js';
import type { ResourceId } from '../model/resource-id.js';

/** Clusters as Azure Resource Manager describes them. */
export interface ClusterReader {
  /** Every cluster of the subscription, isolated or not. @throws SyncError ARM_FORBIDDEN, ARM_UNAVAILABLE, ARM_UNEXPECTED */
  list(): Promise<readonly Cluster[]>;
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
