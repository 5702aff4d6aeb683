import { artifactName, type ArtifactRef, type Requirement } from '../model/artifact.js';
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

/**
 * Pins every artifact to MAR's digest of its tag. At most one GET per artifact; idempotent.
 * @param states what the registry's records pinned before
 */
export async function pinArtifacts(
  artifacts: readonly Requirement[],
  states: ReadonlyMap<string, StoredState>,
  upstream: ManifestReader,
  now: Date,
): Promise<Pins> {
  const limit = pLimit(concurrentRequests);
  const results = await Promise.all(
    artifacts.map((artifact) => limit(() => pinArtifact(artifact, states.get(artifactName(artifact)), upstream, now))),
  );
  const failure = results.find((result) => result instanceof SyncError);
  return {
    pinned: results.filter((result) => 'digest' in result),
    refused: results.filter((result) => 'error' in result),
    ...(failure === undefined ? {} : { failure }),
  };
}

async function pinArtifact(
  artifact: Requirement,
  stored: StoredState | undefined,
  upstream: ManifestReader,
  now: Date,
): Promise<PinnedArtifact | RefusedArtifact | SyncError> {
  const known = stored?.state;
  if (known && now.getTime() - known.pinnedAt.getTime() < freshForMs) return pinOf(artifact, known, known.pinnedAt);
  try {
    return pinOf(artifact, await upstream.get(artifact.repository, artifact.tag), now);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return error.canRetry ? error : { artifact, error };
  }
}

function pinOf(
  artifact: ArtifactRef,
  tree: Pick<PinnedArtifact, 'digest' | 'children'>,
  pinnedAt: Date,
): PinnedArtifact {
  return { repository: artifact.repository, tag: artifact.tag, digest: tree.digest, children: tree.children, pinnedAt };
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

function isFresh(stored: StoredState | undefined, now: Date): stored is StoredState {
  return stored !== undefined && now.getTime() - stored.state.pinnedAt.getTime() < freshForMs;
}

function pinOf({ repository, tag }: ArtifactRef, { state }: StoredState): PinnedArtifact {
  return { repository, tag, digest: state.digest, children: state.children, pinnedAt: state.pinnedAt };
}

function withoutBudget(retryAfterSeconds: number): SyncError {
  return new SyncError('REGISTRY_THROTTLED', 'MAR: the own request budget is used up', { retryAfterSeconds });
}
