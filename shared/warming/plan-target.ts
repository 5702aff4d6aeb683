import { artifactName } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import { parseClusterId } from '../model/resource-id.js';
import { hashFacts } from '../requirements/facts-hash.js';
import { confirmSet, type ConfirmedSet } from './confirm-set.js';
import { gatherFacts, knownTarget, type FactPorts, type KnownTarget, type PlanFacts } from './plan-facts.js';
import type { PlanQueue, PlanTask, Targets, WarmQueue } from './ports.js';
import { findingsOfPlan, joinFindings } from './registry-findings.js';
import type { PlannedTarget } from './state.js';
import { orderTasks } from './task-order.js';
import { planWork, type Work, type WorkPolicy } from './work.js';

export interface PlanPorts extends FactPorts {
  readonly targets: Targets;
  readonly planQueue: PlanQueue;
  readonly warmQueue: WarmQueue;
  readonly marHost: string;
  readonly workPolicy: WorkPolicy;
}

/** Tries in a row after a failure that waiting may cure, over some minutes; from then on the reconcile timer asks again. */
const mostAttempts = 5;
/** Cluster, upgrade profile, registry, its rules, and a page more. */
const armReads = 6;

/** How a plan ended: told in logs and tests. */
export type PlanResult =
  | {
      readonly kind: 'planned';
      readonly plan: PlannedTarget;
      readonly enqueued: number;
      /** Artifacts whose records could not be read, and were written anew. */
      readonly repaired: readonly string[];
    }
  | { readonly kind: 'not-isolated' }
  /** No budget for Azure Resource Manager now: the task comes back, and this was no try. */
  | { readonly kind: 'deferred'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly error: SyncError };

/**
 * Computes what a cluster will pull for a version, and sets the warming of what is missing in motion.
 *
 * Runs twice: records that exist are left to their tasks. Stops anywhere: the plan is saved last, so that the message
 * comes back, with `deliveries` > 1, and enqueues again whatever is not proven; doubled tasks do nothing.
 * A failure that waiting may cure is planned anew after a delay, a few times: without an end, every lost race and every
 * round of the reconcile timer would leave one more endless chain. The reason stays visible at the target.
 */
export async function planTarget(task: PlanTask, deliveries: number, ports: PlanPorts): Promise<PlanResult> {
  const arm = { registry: 'arm', operation: 'arm-read', asker: task.clusterId.toLowerCase() } as const;
  const known = knownTarget(await ports.targets.get(task.clusterId, task.kubernetesVersion), task, ports.now());
  const grant = await ports.budgets.take(arm, armReads, known.neededBy);
  if (grant.kind === 'wait') {
    await ports.planQueue.enqueue([task], grant.seconds);
    return { kind: 'deferred', seconds: grant.seconds };
  }
  try {
    const cluster = await ports.clusters.get(parseClusterId(task.clusterId));
    if (cluster.bootstrap.source === 'direct') {
      await ports.targets.remove(task);
      return { kind: 'not-isolated' };
    }
    return await planIsolated(task, cluster, known, deliveries, ports);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    await ports.targets.saveFailure({
      ...task,
      reason: `${error.code}: ${error.message}. ${error.advice}`,
      at: ports.now(),
      effect: 'plan-stays',
    });
    if (error.canRetry && task.attempt < mostAttempts)
      await ports.planQueue.enqueue([{ ...task, attempt: task.attempt + 1 }], retryDelay(task, error));
    return { kind: 'failed', error };
  }
}

async function planIsolated(
  task: PlanTask,
  cluster: Cluster,
  known: KnownTarget,
  deliveries: number,
  ports: PlanPorts,
): Promise<PlanResult> {
  const facts = await gatherFacts(task, cluster, known, ports);
  const { set, pinned, failure } = await confirmSet(facts.predicted, facts);
  const { enqueued, repaired, strategies } = await startWork(facts, { set, pinned }, deliveries, ports);
  // What was pinned is on its way and pinned still at the next try, so that throttling slows a plan down and never stops it.
  if (failure) throw failure;
  const { registry } = facts;
  const plan: PlannedTarget = {
    clusterId: cluster.resource.id,
    kubernetesVersion: task.kubernetesVersion,
    registry: registry.resource.key,
    loginServer: registry.loginServer,
    set: { ...set, findings: joinFindings(set.findings, findingsOfPlan(registry, cluster, ports.marHost)) },
    strategies,
    plannedAt: facts.now,
    factsHash: hashFacts(cluster),
    probes: facts.probes.records(),
  };
  await ports.targets.savePlan(plan);
  return { kind: 'planned', plan, enqueued, repaired };
}

type Started = Pick<Extract<PlanResult, { kind: 'planned' }>, 'enqueued' | 'repaired'> & Pick<Work, 'strategies'>;

/** Writes the states that the plan changes, and a task for each that was written. */
async function startWork(
  facts: PlanFacts,
  { set, pinned }: Pick<ConfirmedSet, 'set' | 'pinned'>,
  deliveries: number,
  ports: PlanPorts,
): Promise<Started> {
  const { marHost, workPolicy: policy } = ports;
  const work = planWork({ ...facts, pinned, marHost, policy, run: deliveries > 1 ? 'again' : 'first' });
  const lost = new Set(await ports.states.save(work.changes));
  const started = work.changes.map(({ state }) => state).filter((state) => !lost.has(artifactName(state)));
  for (const { tasks, delaySeconds } of orderTasks(started, set, facts.now, policy.bakedDelaySeconds))
    await ports.warmQueue.enqueue(tasks, delaySeconds);
  const names = started.map(artifactName);
  const repaired = names.filter((name) => facts.states.get(name)?.unreadable !== undefined);
  return { enqueued: started.length, repaired, strategies: work.strategies };
}

function retryDelay(task: PlanTask, error: SyncError): number {
  return Math.max(Math.min(15 * 2 ** Math.min(task.attempt, 6), 600), error.retryAfterSeconds ?? 0);
}
