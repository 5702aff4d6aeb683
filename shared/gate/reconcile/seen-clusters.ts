import type { Cluster } from '../../model/cluster.js';
import type { ClusterList } from '../../requirements/ports.js';
import { findingOf } from '../../warming/request-targets.js';
import { upgradeOf } from '../decision/running-upgrade.js';
import type { SeenCluster, SeenClusters } from '../ports.js';

/** `seenAt` need not be written anew at every look; of an upgrade it tells that it still goes on. */
const tellAgainAfterMs = 3_600_000;
const tellUpgradeAfterMs = 600_000;

/**
 * Saves what is new about the clusters listed, and forgets those that are gone. Idempotent; unchanged, it writes once an hour.
 * @returns the clusters as seen now, by key
 */
export async function rememberClusters(
  listed: ClusterList,
  seenClusters: SeenClusters,
  now: Date,
): Promise<ReadonlyMap<string, SeenCluster>> {
  const { clusters, unreadable } = listed;
  const keys = new Set([
    ...clusters.map(({ resource }) => resource.key),
    ...unreadable.map(({ id }) => id.toLowerCase()),
  ]);
  const known = await seenClusters.list();
  for (const { id } of known) if (!keys.has(id.toLowerCase())) await seenClusters.remove(id);
  const before = new Map(known.map((cluster) => [cluster.id.toLowerCase(), cluster]));
  const current = clusters.map((cluster) => seen(cluster, before.get(cluster.resource.key), now));
  await seenClusters.save(current.filter((cluster) => isNews(cluster, before.get(cluster.id.toLowerCase()))));
  return new Map(current.map((cluster) => [cluster.id.toLowerCase(), cluster]));
}

/** Saves clusters as ARM has just told them, beside the others. Idempotent. */
export async function saveSeen(clusters: readonly Cluster[], seenClusters: SeenClusters, now: Date): Promise<void> {
  const known = await Promise.all(clusters.map(({ resource }) => seenClusters.get(resource.id)));
  await seenClusters.save(clusters.map((cluster, index) => seen(cluster, known[index], now)));
}

function isNews(cluster: SeenCluster, before: SeenCluster | undefined): boolean {
  const tellAfterMs = cluster.upgrade ? tellUpgradeAfterMs : tellAgainAfterMs;
  if (!before || Math.abs(cluster.seenAt.getTime() - before.seenAt.getTime()) >= tellAfterMs) return true;
  const { id, name, kubernetesVersion, isolated, registry, finding } = cluster;
  return (
    [before.id, before.name, before.kubernetesVersion].join() !== [id, name, kubernetesVersion].join() ||
    before.isolated !== isolated ||
    before.registry !== registry ||
    before.upgrade?.to.join() !== cluster.upgrade?.to.join() ||
    before.finding !== finding
  );
}

/** A cluster as people are told of it. @param before as it was seen last: an upgrade that goes on began then */
export function seen(cluster: Cluster, before: SeenCluster | undefined, now: Date): SeenCluster {
  const finding = findingOf(cluster);
  const upgrade = upgradeOf(cluster, before, now);
  return {
    id: cluster.resource.id,
    name: cluster.resource.name,
    kubernetesVersion: cluster.kubernetesVersion,
    isolated: cluster.bootstrap.source === 'cache',
    ...(cluster.bootstrap.source === 'cache' ? { registry: cluster.bootstrap.registry.name } : {}),
    ...(finding === undefined ? {} : { finding }),
    ...(before?.unheard === undefined || cluster.bootstrap.source !== 'cache' ? {} : { unheard: before.unheard }),
    ...(upgrade ? { upgrade } : {}),
    seenAt: now,
  };
}
