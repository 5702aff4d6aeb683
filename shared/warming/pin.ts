import { artifactName, type ArtifactRef, type Requirement } from '../model/artifact.js';
import { isOfTheFuture } from '../model/clock-skew.js';
import { SyncError } from '../model/errors.js';
import type { Budgets, ManifestReader, StoredState } from './ports.js';
import { asUpstream } from './retry.js';
import type { PinnedArtifact } from './work.js';

/** A pin younger than this is used again instead of asking MAR once more. */
const freshForMs = 15 * 60_000;
/** Requests at the same time; a budget is asked for as many. */
const chunk = 16;

export interface Pins {
  readonly pinned: readonly PinnedArtifact[];
  /** Artifacts that MAR does not have, or serves in a form that is no manifest. */
  readonly refused: readonly RefusedArtifact[];
  /** Set when MAR could not be asked for all (throttled, down): the plan is to be tried again, and these pins are used then. */
  readonly failure?: SyncError;
}

/** An artifact that cannot be pinned, and no retry will help. */
export interface RefusedArtifact {
  readonly artifact: Requirement;
  readonly error: SyncError;
}

export interface PinInput {
  /** What the registry's records pinned before. */
  readonly states: ReadonlyMap<string, StoredState>;
  readonly upstream: Pick<ManifestReader, 'get'>;
  readonly budgets: Budgets;
  /** For whom MAR is asked: as of `BudgetAccount`. */
  readonly asker?: string;
  readonly neededBy?: Date | undefined;
  readonly now: Date;
}

/**
 * Pins every artifact to MAR's digest of its tag. At most one GET per artifact; idempotent. Without a budget, and once MAR throttles or
 * fails for a whole chunk, the rest is left to the next try: it begins where this one ended.
 */
export async function pinArtifacts(artifacts: readonly Requirement[], input: PinInput): Promise<Pins> {
  const results: (PinnedArtifact | RefusedArtifact | SyncError)[] = [];
  const unknown: Requirement[] = [];
  for (const artifact of artifacts) {
    const stored = input.states.get(artifactName(artifact));
    if (isFresh(stored, input.now)) results.push(pinOf(artifact, stored));
    else unknown.push(artifact);
  }
  const { asker, neededBy } = input;
  const mar = { registry: 'mar', operation: 'upstream-read', ...(asker === undefined ? {} : { asker }) } as const;
  for (let start = 0; start < unknown.length; start += chunk) {
    const some = unknown.slice(start, start + chunk);
    const grant = await input.budgets.take(mar, some.length, neededBy);
    const answers = grant.kind === 'wait' ? [withoutBudget(grant.seconds)] : await askMar(some, input);
    results.push(...answers);
    if (answers.every((answer) => answer instanceof SyncError) || answers.some(isThrottled)) break;
  }
  const failure = results.find((result) => result instanceof SyncError);
  return {
    pinned: results.filter((result) => 'digest' in result),
    refused: results.filter((result) => 'error' in result),
    ...(failure === undefined ? {} : { failure }),
  };
}

function askMar(artifacts: readonly Requirement[], { upstream, now }: PinInput) {
  return Promise.all(
    artifacts.map(async (artifact): Promise<PinnedArtifact | RefusedArtifact | SyncError> => {
      try {
        const { digest, children } = await upstream.get(artifact.repository, artifact.tag);
        return { repository: artifact.repository, tag: artifact.tag, digest, children, pinnedAt: now };
      } catch (cause) {
        const error = asUpstream(cause);
        if (!(error instanceof SyncError)) throw error;
        return error.canRetry ? error : { artifact, error };
      }
    }),
  );
}

function isThrottled(answer: object): boolean {
  return answer instanceof SyncError && answer.failureClass === 'throttled';
}

function isFresh(stored: StoredState | undefined, now: Date): stored is StoredState {
  if (stored === undefined || isOfTheFuture(stored.state.pinnedAt, now)) return false;
  return now.getTime() - stored.state.pinnedAt.getTime() < freshForMs;
}

function pinOf({ repository, tag }: ArtifactRef, { state }: StoredState): PinnedArtifact {
  return { repository, tag, digest: state.digest, children: state.children, pinnedAt: state.pinnedAt };
}

function withoutBudget(retryAfterSeconds: number): SyncError {
  return new SyncError('REGISTRY_THROTTLED', 'MAR: the own request budget is used up', { retryAfterSeconds });
}
