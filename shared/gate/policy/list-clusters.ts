import type { Cluster } from '../../model/cluster.js';
import { SyncError } from '../../model/errors.js';
import { parseClusterId } from '../../model/resource-id.js';
import type { ClusterList, ClusterReader, UnreadableCluster } from '../../requirements/ports.js';

/**
 * Clusters of the subscription, also those among `guarded` that the list leaves out for a moment: whoever is not guarded any more may have
 * any version, so a cluster is gone only when ARM says so of it alone.
 * @param guarded resource ids of the subscription
 * @throws SyncError as `ClusterReader`; one cluster that ARM describes oddly, or hides from us, is among the unreadable
 */
export async function listClusters(guarded: readonly string[], clusters: ClusterReader): Promise<ClusterList> {
  const listed = await clusters.list();
  const keys = [
    ...listed.clusters.map(({ resource }) => resource.key),
    ...listed.unreadable.map(({ id }) => id.toLowerCase()),
  ];
  const unlisted = guarded.filter((id) => !keys.includes(id.toLowerCase()));
  const found: Awaited<ReturnType<typeof find>>[] = [];
  for (const id of unlisted) found.push(await find(id, clusters));
  return {
    clusters: [...listed.clusters, ...found.flatMap((one) => (one && 'resource' in one ? [one] : []))],
    unreadable: [...listed.unreadable, ...found.flatMap((one) => (one && 'reason' in one ? [one] : []))],
  };
}

/** @returns undefined where there is no such cluster */
async function find(id: string, clusters: ClusterReader): Promise<Cluster | UnreadableCluster | undefined> {
  try {
    return await clusters.get(parseClusterId(id));
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    if (error.code === 'CLUSTER_NOT_FOUND' || error.code === 'INVALID_INPUT') return undefined;
    return { id, reason: `${error.code}: ${error.message}` };
  }
}
