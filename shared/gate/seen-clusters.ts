import type { Cluster } from '../model/cluster.js';
import type { ClusterList } from '../requirements/ports.js';
import { findingOf } from '../warming/request-targets.js';
import type { SeenCluster, SeenClusters } from './ports.js';

/** Saves what was listed, and forgets clusters that are gone. Idempotent. */
export async function rememberClusters(listed: ClusterList, seenClusters: SeenClusters, now: Date): Promise<void> {
  const { clusters, unreadable } = listed;
  const keys = new Set([
    ...clusters.map(({ resource }) => resource.key),
    ...unreadable.map(({ id }) => id.toLowerCase()),
  ]);
  for (const { id } of await seenClusters.list()) if (!keys.has(id.toLowerCase())) await seenClusters.remove(id);
  await seenClusters.save(clusters.map((cluster) => seen(cluster, now)));
}

/** A cluster as people are told of it. */
export function seen(cluster: Cluster, now: Date): SeenCluster {
  const finding = findingOf(cluster);
  return {
    id: cluster.resource.id,
    name: cluster.resource.name,
    kubernetesVersion: cluster.kubernetesVersion,
    isolated: cluster.bootstrap.source === 'cache',
    ...(cluster.bootstrap.source === 'cache' ? { registry: cluster.bootstrap.registry.name } : {}),
    ...(finding === undefined ? {} : { finding }),
    seenAt: now,
  };
}
