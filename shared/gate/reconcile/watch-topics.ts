import { SyncError } from '../../model/errors.js';
import { whyUnheard, type ClusterTopics } from './cluster-topics.js';
import type { SeenCluster, SeenClusters } from '../ports.js';

export interface WatchTopicsPorts {
  readonly clusterTopics: ClusterTopics;
  readonly seenClusters: Pick<SeenClusters, 'list' | 'save'>;
  /** Storage account with the queue of events; undefined: not known. */
  readonly eventAccount: string | undefined;
  readonly now: () => Date;
}

const everyMs = 3_600_000;

/**
 * What finds out, once an hour and instance, whose events do not reach the app, and tells it at the cluster. Changes nothing in Azure.
 * Idempotent; stopped anywhere, the next hour finds the same.
 * @returns what could not be looked at, for the log
 */
export function watchTopicsHourly(): (ports: WatchTopicsPorts) => Promise<readonly string[]> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async (ports) => {
    const at = ports.now().getTime();
    if (at - lookedAt < everyMs) return [];
    lookedAt = at;
    try {
      await tellUnheard(ports);
      return [];
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return [`event subscriptions: ${error.code}: ${error.message}. ${error.advice}`];
    }
  };
}

async function tellUnheard({ clusterTopics, seenClusters, eventAccount }: WatchTopicsPorts): Promise<void> {
  const clusters = await seenClusters.list();
  if (!clusters.some(({ isolated }) => isolated)) return;
  const topics = await clusterTopics.list();
  const told = clusters.map((cluster) =>
    withUnheard(cluster, cluster.isolated ? whyUnheard(cluster.id, topics, eventAccount) : undefined),
  );
  await seenClusters.save(told.filter(({ unheard }, index) => unheard !== clusters[index]?.unheard));
}

function withUnheard({ unheard: _before, ...cluster }: SeenCluster, unheard: string | undefined): SeenCluster {
  return unheard === undefined ? cluster : { ...cluster, unheard };
}
