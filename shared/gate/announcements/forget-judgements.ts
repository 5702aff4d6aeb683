import type { Targets } from '../../warming/ports.js';
import type { Judgement, Judgements } from '../ports.js';

/**
 * Judgements that their target has left behind go, once all that they had to tell is published: an event is promised at least once.
 * Runs twice: removing what is not there is fine.
 * @param orphans whose targets were not recorded when they were read
 */
export async function forgetJudgements(
  orphans: readonly Judgement[],
  { targets, judgements }: { readonly targets: Pick<Targets, 'get'>; readonly judgements: Judgements },
): Promise<void> {
  for (const { clusterId, kubernetesVersion } of orphans) {
    const stored = await judgements.get(clusterId, kubernetesVersion);
    if (!stored || (stored.judgement.announcements?.pending ?? []).length > 0) continue;
    // It may have been asked for since, and be judged at this moment.
    if (await targets.get(clusterId, kubernetesVersion)) continue;
    await judgements.remove(clusterId, kubernetesVersion, stored.etag);
  }
}
