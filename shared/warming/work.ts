import { artifactName, type ArtifactRef, type Digest } from '../model/artifact.js';
import { isOfTheFuture } from '../model/clock-skew.js';
import type { Registry } from '../model/registry.js';
import { earliestAhead } from './deadline.js';
import type { StoredState } from './ports.js';
import { effectiveProvenAt, type RegistryProof } from './registry-proof.js';
import { isProvenAt } from './proof-level.js';
import type { ArtifactState, ProofLevel, Strategy } from './state.js';
import { strategyFor, type Placement } from './strategy.js';

/** An artifact with MAR's digest of it. */
export interface PinnedArtifact extends ArtifactRef {
  readonly digest: Digest;
  readonly children: readonly Digest[];
  readonly pinnedAt: Date;
}

export interface WorkPolicy {
  /** A proof older than this is looked at again, before it expires at the gate. */
  readonly reproveAfterMs: number;
  /** A failed artifact is tried again after this. */
  readonly retryFailedAfterMs: number;
  /** A state this much overdue has lost its task. */
  readonly lostAfterMs: number;
  /** Head start of what nodes wait for over what their node image carries already. Well below `lostAfterMs`. */
  readonly bakedDelaySeconds: number;
  /** What a proof has to cover. */
  readonly proofLevel: ProofLevel;
}

export interface WorkInput {
  readonly pinned: readonly PinnedArtifact[];
  /** States of this registry by artifact name. */
  readonly states: ReadonlyMap<string, StoredState>;
  /** The newest look at the whole registry, read before the states. */
  readonly proof?: RegistryProof | undefined;
  readonly registry: Registry;
  readonly marHost: string;
  readonly now: Date;
  readonly policy: WorkPolicy;
  /** When the cluster of this plan will pull. */
  readonly neededBy?: Date | undefined;
  /** "again" when an earlier run of the same plan may have stopped between writing states and enqueuing tasks. */
  readonly run: 'first' | 'again';
}

export interface Work {
  /** States to write; each that is written gets a task. */
  readonly changes: readonly { readonly state: ArtifactState; readonly etag: string | undefined }[];
  /** How each MAR repository of the set gets into the registry. */
  readonly strategies: Readonly<Record<string, Strategy>>;
}

/** The union of the set and the registry's states, minus what is proven or on its way. Pure. */
export function planWork(input: WorkInput): Work {
  const changes: { state: ArtifactState; etag: string | undefined }[] = [];
  const strategies: [string, Strategy][] = [];
  for (const pin of input.pinned) {
    const placement = strategyFor(input.registry, input.marHost, pin.repository, 'auto');
    if ('refused' in placement) continue;
    strategies.push([pin.repository, placement.strategy]);
    const stored = input.states.get(artifactName(pin));
    const neededBy = earliestAhead(input.now, stored?.state.neededBy, input.neededBy);
    const due = neededBy && { neededBy };
    if (!stored) changes.push({ state: { ...fresh(pin, placement, input, 0), ...due }, etag: undefined });
    else if (mustRestart(stored.state, pin, placement, input)) {
      const state = { ...fresh(pin, placement, input, stored.state.step + 1), ...due };
      changes.push({ state, etag: stored.etag });
    } else if (needsTask(stored.state, input) || isHastened(stored.state, input))
      changes.push({ state: { ...enqueuedAgain(stored.state, input.now), ...due }, etag: stored.etag });
  }
  return { changes, strategies: Object.fromEntries(strategies.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** A lost task cannot be told from a slow one: the new step makes the old one stale, so that a backlog does not grow itself. */
export function enqueuedAgain(state: ArtifactState, now: Date): ArtifactState {
  return { ...state, step: state.step + 1, dueAt: now };
}

function fresh(
  pin: PinnedArtifact,
  { strategy, repository }: Placement,
  input: WorkInput,
  step: number,
): ArtifactState {
  return {
    registry: input.registry.resource.key,
    loginServer: input.registry.loginServer,
    incarnation: input.registry.createdAt,
    cachedRepository: repository,
    repository: pin.repository,
    tag: pin.tag,
    digest: pin.digest,
    children: pin.children,
    pinnedAt: pin.pinnedAt,
    strategy,
    phase: 'planned',
    step,
    attempts: 0,
    failures: 0,
    dueAt: input.now,
  };
}

function mustRestart(state: ArtifactState, pin: PinnedArtifact, placement: Placement, input: WorkInput): boolean {
  const isNewer = pin.pinnedAt >= state.pinnedAt || isOfTheFuture(state.pinnedAt, input.now);
  if (state.digest !== pin.digest && isNewer) return true;
  if (isElsewhere(state, placement, input.registry)) return true;
  return state.phase === 'failed' && isOlder(state.dueAt, input.now, input.policy.retryFailedAfterMs);
}

/** Whether a record speaks of another place than nodes pull from today, or of another way to fill it: nothing of it counts. Pure. */
export function isElsewhere(state: ArtifactState, placement: Placement, registry: Registry): boolean {
  if (state.cachedRepository !== placement.repository || state.strategy !== placement.strategy) return true;
  return state.loginServer !== registry.loginServer || state.incarnation !== registry.createdAt;
}

/** Whose task is late waits in a backlog; the task of any other is done before it could learn of a deadline, and would do it twice. */
const backlogAfterMs = 30_000;

/** It waits for somebody who can wait longer: its task must learn of it, and there may be one only. */
function isHastened({ phase, neededBy, dueAt }: ArtifactState, input: WorkInput): boolean {
  if (phase !== 'planned' && phase !== 'waiting') return false;
  if (!isOlder(dueAt, input.now, backlogAfterMs)) return false;
  const before = earliestAhead(input.now, neededBy);
  return earliestAhead(input.now, before, input.neededBy)?.getTime() !== before?.getTime();
}

function needsTask(state: ArtifactState, input: WorkInput): boolean {
  switch (state.phase) {
    case 'proven':
      return needsLook(state, input);
    case 'failed':
      return false;
    case 'planned':
    case 'waiting':
      return input.run === 'again' || isOlder(state.dueAt, input.now, input.policy.lostAfterMs);
  }
}

function needsLook(state: ArtifactState, { proof, now, policy }: WorkInput): boolean {
  const { provenAt, dueAt } = state;
  const isWrong = provenAt !== undefined && isOfTheFuture(provenAt, now);
  // A task on its way would be due earlier.
  if (isWrong && dueAt >= provenAt) return true;
  const believed = proof && isOfTheFuture(proof.startedAt, now) ? undefined : proof;
  const isOld = isWrong || isOlder(effectiveProvenAt(state, believed), now, policy.reproveAfterMs);
  return (isOld || !isProvenAt(state, policy.proofLevel)) && isOlder(dueAt, now, policy.lostAfterMs);
}

/** Delays are an hour at most: what lies further ahead was written by a wrong clock, and would be waited for until then. */
const longestAheadMs = 2 * 3_600_000;

/** Whether so much time has passed; always, where the time cannot be true. Pure. */
export function isOlder(since: Date | undefined, now: Date, ms: number): boolean {
  const old = since === undefined ? Number.POSITIVE_INFINITY : now.getTime() - since.getTime();
  return old >= ms || old < -longestAheadMs;
}
