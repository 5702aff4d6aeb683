import pLimit from 'p-limit';
import { artifactName, type ArtifactRef, type Unresolved, type Requirement } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { ManifestReader, StoredState } from './ports.js';
import type { PinnedArtifact } from './work.js';

/** A pin younger than this is used again instead of asking MAR once more. */
const freshForMs = 15 * 60_000;
const concurrentRequests = 16;

export interface Pins {
  readonly pinned: readonly PinnedArtifact[];
  /** Artifacts that MAR does not have, or serves in a form that is no manifest. */
  readonly unresolved: readonly Unresolved[];
  /** Set when MAR could not be asked for all (throttled, down): the plan is to be tried again, and these pins are used then. */
  readonly failure?: SyncError;
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
    unresolved: results.filter((result) => 'reason' in result),
    ...(failure === undefined ? {} : { failure }),
  };
}

async function pinArtifact(
  artifact: Requirement,
  stored: StoredState | undefined,
  upstream: ManifestReader,
  now: Date,
): Promise<PinnedArtifact | Unresolved | SyncError> {
  const known = stored?.state;
  if (known && now.getTime() - known.pinnedAt.getTime() < freshForMs) return pinOf(artifact, known, known.pinnedAt);
  try {
    return pinOf(artifact, await upstream.get(artifact.repository, artifact.tag), now);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    if (error.canRetry) return error;
    return {
      component: artifact.because[0]?.component ?? artifactName(artifact),
      version: artifact.tag,
      reason: `MAR does not serve ${artifactName(artifact)} (${error.code}): ${error.advice}`,
    };
  }
}

function pinOf(
  artifact: ArtifactRef,
  tree: Pick<PinnedArtifact, 'digest' | 'children'>,
  pinnedAt: Date,
): PinnedArtifact {
  return { repository: artifact.repository, tag: artifact.tag, digest: tree.digest, children: tree.children, pinnedAt };
}
