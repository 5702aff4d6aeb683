import type { Cluster } from '../model/cluster.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import { hashFacts } from '../requirements/facts-hash.js';
import type { GateDecision } from './decision/decide.js';
import type { Judged } from './evaluate-target.js';
import { isProvenOpen } from './decision/reconsider.js';

/** What an opener may do on a decision: open what is shut, leave it as it is, or neither. */
export type Passage =
  | { readonly may: 'open' }
  | { readonly may: 'stay'; readonly reason: string }
  /** `isOutdated`: the plan is of the cluster as it was. */
  | { readonly may: 'not'; readonly reason: string; readonly isOutdated: boolean };

/**
 * What a decision is worth beside a fresh look at its cluster. Pure.
 *
 * | decision                   | cluster as it was planned | the opener                              |
 * | -------------------------- | ------------------------- | --------------------------------------- |
 * | open by a broken glass     | whatever                  | may open                                |
 * | open on proof              | yes                       | may open                                |
 * | held: upgrade-running      | whatever                  | leaves things as they are               |
 * | held: grace                | yes                       | leaves things as they are               |
 * | open on proof, held: grace | no                        | shuts: what it will pull is not known   |
 * | closed, unknown            | whatever                  | shuts                                   |
 */
export function passageOf(
  cluster: Cluster,
  version: KubernetesVersion,
  { record, decision }: Pick<Judged, 'record' | 'decision'>,
): Passage {
  if (decision.decision !== 'open')
    return { may: 'not', reason: describeShut(version, record, decision), isOutdated: false };
  if (decision.breakGlass) return { may: 'open' };
  const stay = { may: 'stay', reason: `${version} is only held open` } as const;
  if (decision.held === 'upgrade-running') return stay;
  if (record?.planned?.factsHash !== hashFacts(cluster))
    return { may: 'not', reason: `the cluster changed since ${version} was planned`, isOutdated: true };
  return isProvenOpen(decision) ? { may: 'open' } : stay;
}

const longest = 400;

/** Why a target is shut, for openers: each of them asks for a plan where there is none. Pure. */
export function describeShut(
  version: KubernetesVersion,
  record: Judged['record'],
  { decision, held, reasons }: GateDecision,
): string {
  const why = record ? reasons.slice(0, 3).join('; ') : 'it had no plan, and is being planned';
  return `${version} is ${held ? 'only held open' : decision}: ${why}`.slice(0, longest);
}
