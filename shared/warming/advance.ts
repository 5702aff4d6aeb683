import { act } from './act.js';
import { earliestAhead } from './deadline.js';
import type { ActPorts } from './look-at.js';
import type { Outages } from './outages.js';
import type { ArtifactStates, Budgets, BudgetAccount, WarmQueue, WarmTask } from './ports.js';
import { isDeepStill } from './proof-level.js';
import type { ArtifactState } from './state.js';
import type { Pace } from './retry.js';
import { nextState } from './steps.js';
import { warmReferrers } from './warm-referrers.js';

export interface AdvancePorts extends ActPorts {
  readonly states: ArtifactStates;
  readonly warmQueue: WarmQueue;
  readonly budgets: Budgets;
  readonly outages: Outages;
  /** Whether signatures and SBOMs are asked for, too: setting WARM_REFERRERS. */
  readonly referrers: 'warmed' | 'left';
  readonly pace: Pace;
}

/** What a task did: told in logs and tests. `deferred`: it comes back, nothing was asked and nothing written. */
export type Advance = 'advanced' | 'deferred' | 'stale' | 'unknown' | 'lost-race' | 'resumed';

/** Blobs of one manifest, as far as nobody has read it yet. */
const usualBlobs = 8;

/**
 * Advances one artifact by one step and returns; waiting is a new message with a delay.
 *
 * Runs twice: the state's version decides, the loser writes and enqueues nothing. Stops anywhere: before the state is
 * written the message comes back and repeats the look, which is idempotent; between the write and the new message the
 * message comes back with `deliveries` > 1 and enqueues what is missing. During an outage, and without a budget, the same
 * task comes back later: the state does not change by that. The state may be one that the task carries of its step: that is a
 * read made earlier, and whoever wrote since has outdone this task.
 * @param deliveries how often the queue handed out this message, 1 for the first time
 */
export async function advanceArtifact(task: WarmTask, deliveries: number, ports: AdvancePorts): Promise<Advance> {
  const stored = await ports.states.get(task.registry, task, deliveries === 1 ? task : undefined);
  if (!stored || stored.unreadable !== undefined) return 'unknown';
  if (task.step < stored.state.step) return resume(task, stored.state, deliveries, ports);
  const wait = await mustWait(stored.state, ports);
  if (wait !== undefined) {
    // It may wait for hours, and be given a successor meanwhile: when it comes back it reads whether it is stale.
    const { carried: _carried, ...bare } = task;
    await ports.warmQueue.enqueue([bare], wait);
    return 'deferred';
  }
  const outcome = await act(stored.state, ports);
  await ports.outages.tell(stored.state, outcome);
  const { state, delaySeconds } = nextState(stored.state, outcome, ports.now(), ports.pace);
  const lost = await ports.states.save([{ state, etag: stored.etag }]);
  if (lost.length > 0) return 'lost-race';
  if (delaySeconds !== undefined) await ports.warmQueue.enqueue([taskOf(state)], delaySeconds);
  const isNew = state.phase === 'proven' && stored.state.phase !== 'proven';
  if (isNew && ports.referrers === 'warmed')
    await warmReferrers(state, ports.registry(state.loginServer), ports.budgets);
  return 'advanced';
}

export function taskOf(state: ArtifactState): WarmTask {
  return { registry: state.registry, repository: state.repository, tag: state.tag, step: state.step };
}

async function resume(task: WarmTask, state: ArtifactState, deliveries: number, ports: AdvancePorts): Promise<Advance> {
  const unfinished = state.phase === 'planned' || state.phase === 'waiting';
  if (deliveries === 1 || task.step !== state.step - 1 || !unfinished) return 'stale';
  await ports.warmQueue.enqueue([taskOf(state)], ports.pace.verifyDelaySeconds);
  return 'resumed';
}

/** Seconds until this task may ask anything: an outage first, which costs no budget. Undefined: now. */
async function mustWait(state: ArtifactState, ports: AdvancePorts): Promise<number | undefined> {
  const permit = ports.outages.permit(state);
  if (typeof permit === 'object') return permit.seconds;
  const { budgets } = ports;
  const deadline = earliestAhead(ports.now(), state.neededBy);
  const taken: Cost[] = [];
  for (const cost of costOf(state, ports)) {
    const grant = await budgets.take(cost.account, cost.requests, deadline);
    if (grant.kind === 'wait') {
      // All or nothing: who waits for the registry must not use up what ARM gives to the imports of others.
      for (const { account, requests } of taken) await budgets.giveBack(account, requests, deadline);
      return grant.seconds;
    }
    taken.push(cost);
  }
  return undefined;
}

interface Cost {
  readonly account: BudgetAccount;
  readonly requests: number;
}

/**
 * What a step sends at most, near enough: budgets are taken before, and what is not used is not given back. ARM first: where it is what
 * an import waits for, a message comes back some times, and would use up the registry's reads, of which a whole artifact needs more.
 */
function costOf(state: ArtifactState, { proofLevel, memory, now }: AdvancePorts): readonly Cost[] {
  const { loginServer: registry, strategy, phase, children, imports } = state;
  const manifests = [state.digest, ...children];
  const deep = (proofLevel === 'deep' || strategy === 'pull-blobs') && !isDeepStill(state, now());
  const blobs = manifests.reduce((sum, manifest) => sum + (memory.blobsOf(manifest)?.length ?? usualBlobs), 0);
  const reads = manifests.length + (deep && phase !== 'planned' ? blobs : 0);
  const costs: Cost[] = [{ account: { registry, operation: 'manifest-read' }, requests: reads }];
  if (strategy !== 'import') return costs;
  const operation = imports ? 'arm-read' : 'arm-write';
  return phase === 'proven'
    ? costs
    : [{ account: { registry: 'arm', operation, asker: registry }, requests: 1 }, ...costs];
}
