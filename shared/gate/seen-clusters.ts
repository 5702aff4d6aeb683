import type { Cluster } from '../model/cluster.js';
import type { ClusterList } from '../requirements/ports.js';
import { findingOf } from '../warming/request-targets.js';
import type { SeenCluster, SeenClusters } from './ports.js';

/** `seenAt` is for people: it need not be written anew at every look. */
const tellAgainAfterMs = 3_600_000;

/** Saves what is new about the clusters listed, and forgets those that are gone. Idempotent; unchanged, it writes once an hour. */
export async function rememberClusters(listed: ClusterList, seenClusters: SeenClusters, now: Date): Promise<void> {
  const { clusters, unreadable } = listed;
  const keys = new Set([
    ...clusters.map(({ resource }) => resource.key),
    ...unreadable.map(({ id }) => id.toLowerCase()),
  ]);
  const known = await seenClusters.list();
  for (const { id } of known) if (!keys.has(id.toLowerCase())) await seenClusters.remove(id);
  const before = new Map(known.map((cluster) => [cluster.id.toLowerCase(), cluster]));
  const current = clusters.map((cluster) => seen(cluster, now));
  await seenClusters.save(current.filter((cluster) => isNews(cluster, before.get(cluster.id.toLowerCase()))));
}

function isNews(cluster: SeenCluster, before: SeenCluster | undefined): boolean {
  if (!before || Math.abs(cluster.seenAt.getTime() - before.seenAt.getTime()) >= tellAgainAfterMs) return true;
  const { id, name, kubernetesVersion, isolated, registry, finding } = cluster;
  return (
    [before.id, before.name, before.kubernetesVersion].join() !== [id, name, kubernetesVersion].join() ||
    before.isolated !== isolated ||
    before.registry !== registry ||
    before.finding !== finding
  );
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
