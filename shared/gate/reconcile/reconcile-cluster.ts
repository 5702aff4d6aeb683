import { isOfTheFuture } from '../../model/clock-skew.js';
import type { Cluster, UpgradeProfile } from '../../model/cluster.js';
import { SyncError } from '../../model/errors.js';
import { artifactName } from '../../model/artifact.js';
import { compareVersions, type KubernetesVersion } from '../../model/kubernetes-version.js';
import { hashFacts } from '../../requirements/facts-hash.js';
import { wantedVersions } from '../../requirements/targets.js';
import type { TargetRecord } from '../../warming/ports.js';
import { earliestAhead } from '../../warming/deadline.js';
import { enqueueTargets, type RequestPorts } from '../../warming/request-targets.js';
import type { TargetRef } from '../../warming/state.js';
import { isOlder } from '../../warming/work.js';
import type { StateIndex } from '../decision/decide.js';
import { neededBy, refreshDeadlines, type DeadlinePorts } from './reconcile-deadlines.js';
import { judgeAgain, type JudgeAgainPorts, type Knowledge } from './reconcile-knowledge.js';

export interface ReconcilePolicy {
  /** A plan older than this is renewed. */
  readonly renewPlanAfterMs: number;
  /** A task this much overdue is taken for lost. */
  readonly lostAfterMs: number;
  /** A failed artifact is tried again after this. */
  readonly retryFailedAfterMs: number;
}

export interface ReconcileClusterPorts extends RequestPorts, JudgeAgainPorts, DeadlinePorts {
  readonly reconcilePolicy: ReconcilePolicy;
}

/**
 * Plans what is due for one cluster, judges the rest again, and denounces plans that were made from other facts than today's.
 * @param named versions that update runs name for it
 * @returns how many plans were asked for
 * @throws SyncError of ARM; where it does not tell what AKS offers, after all else is done
 */
export async function reconcileCluster(
  cluster: Cluster,
  named: readonly KubernetesVersion[],
  records: readonly TargetRecord[],
  { indexes, proofs, judgements, deadlines, needs }: Knowledge,
  ports: ReconcileClusterPorts,
): Promise<number> {
  if (cluster.bootstrap.source === 'direct') return 0;
  const own = records.filter((record) => record.clusterId.toLowerCase() === cluster.resource.key);
  const current = own.filter((record) => compareVersions(record.kubernetesVersion, cluster.kubernetesVersion) >= 0);
  const recorded = current.map((record) => record.kubernetesVersion);
  const facts = await currentFacts(cluster, current, ports);
  for (const { planned } of current) if (planned && planned.factsHash !== facts) await denounce(planned, ports);
  const profile = await readProfile(cluster, ports);
  const unknown = profile instanceof SyncError;
  const wanted = unknown ? recorded : wantedVersions(cluster, profile, [...named, ...recorded], ports.targetPolicy);
  const windows = await refreshDeadlines(cluster, wanted, deadlines, ports);
  const needed = neededBy(cluster, wanted, windows, needs, ports.now());
  const due = wanted.filter((version) => {
    const record = current.find((candidate) => candidate.kubernetesVersion === version);
    if (isHastened(record, needed.get(version), ports.now())) return true;
    return needsPlan(record, facts, indexes, ports.now(), ports.reconcilePolicy);
  });
  await enqueueTargets(cluster.resource.id, due, ports, needed);
  const settled = wanted.filter((version) => !due.includes(version));
  await judgeAgain(cluster.resource.id, settled, { records: current, indexes, proofs, judgements }, ports);
  if (unknown) throw profile;
  return due.length;
}

/** @returns why AKS does not tell what it offers: what is known already is looked after all the same, and told why it cannot be planned */
async function readProfile(cluster: Cluster, { clusters }: ReconcileClusterPorts): Promise<UpgradeProfile | SyncError> {
  try {
    return await clusters.upgradeProfile(cluster.resource);
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
}

/** A deadline earlier than all that were known counts for the artifacts, too, with a new plan. Pure. */
function isHastened(record: TargetRecord | undefined, needed: Date | undefined, now: Date): boolean {
  const known = earliestAhead(now, record?.neededBy);
  return earliestAhead(now, known, needed)?.getTime() !== known?.getTime();
}

/** Plans are made from what ARM says of a cluster alone, and a list may say less: a difference is looked at twice. */
async function currentFacts(
  cluster: Cluster,
  records: readonly TargetRecord[],
  ports: ReconcileClusterPorts,
): Promise<string> {
  const listed = hashFacts(cluster);
  if (records.every(({ planned }) => planned === undefined || planned.factsHash === listed)) return listed;
  return hashFacts(await ports.clusters.get(cluster.resource));
}

/** A plan of other facts than today's must not open a gate while the new one is on its way. */
async function denounce({ clusterId, kubernetesVersion }: TargetRef, ports: ReconcileClusterPorts): Promise<void> {
  const reason =
    'the cluster changed since it was planned (add-ons, pools, network or registry); it is being planned again';
  await ports.targets.saveFailure({ clusterId, kubernetesVersion, reason, at: ports.now(), effect: 'plan-wrong' });
}

/** Whether a target must be planned (again). Pure. */
export function needsPlan(
  record: TargetRecord | undefined,
  facts: string,
  indexes: ReadonlyMap<string, StateIndex>,
  now: Date,
  policy: ReconcilePolicy,
): boolean {
  const plan = record?.planned;
  if (!plan || plan.factsHash !== facts || record.failure?.effect === 'plan-wrong') return true;
  const age = now.getTime() - plan.plannedAt.getTime();
  if (age >= policy.renewPlanAfterMs || isOfTheFuture(plan.plannedAt, now)) return true;
  const states = indexes.get(plan.registry);
  return plan.set.artifacts.some((artifact) => {
    const state = states?.get(artifactName(artifact));
    if (!state) return true;
    if (state.phase === 'proven') return false;
    return isOlder(state.dueAt, now, state.phase === 'failed' ? policy.retryFailedAfterMs : policy.lostAfterMs);
  });
}

/**
 * A cluster that a list describes in a way that cannot be read: whether its plans can be renewed by asking for it alone, or why not, is
 * found out by planning them; until then its gates are judged by what is known.
 */
export async function reconcileUnread(
  id: string,
  records: readonly TargetRecord[],
  { indexes, proofs, judgements }: Knowledge,
  ports: ReconcileClusterPorts,
): Promise<void> {
  const own = records.filter(({ clusterId }) => clusterId.toLowerCase() === id.toLowerCase());
  const [first] = own;
  if (!first) return;
  const isDue = (record: TargetRecord): boolean =>
    needsPlan(record, record.planned?.factsHash ?? '', indexes, ports.now(), ports.reconcilePolicy);
  const versionsOf = (some: readonly TargetRecord[]) => some.map(({ kubernetesVersion }) => kubernetesVersion);
  const due = own.filter(isDue);
  await enqueueTargets(first.clusterId, versionsOf(due), ports);
  const settled = own.filter((record) => !due.includes(record));
  await judgeAgain(first.clusterId, versionsOf(settled), { records: own, indexes, proofs, judgements }, ports);
}
