import type { SyncError } from '../model/errors.js';
import type { ArtifactState } from './state.js';
import type { ManifestTree } from './ports.js';

/** What one look at the registry found. */
export type Outcome =
  /** Tag, index and children are in the registry at the pinned digest. */
  | { readonly kind: 'cached' }
  /** Served, but `upstream` of its manifests still come from MAR. */
  | { readonly kind: 'proxied'; readonly upstream: number }
  /** The registry serves another digest than pinned, while MAR still names the pinned one. */
  | { readonly kind: 'stale-tag' }
  /** MAR itself names another digest now. */
  | { readonly kind: 'moved'; readonly tree: ManifestTree }
  | { readonly kind: 'failure'; readonly error: SyncError };

export interface Pace {
  /** Seconds before the first look after a request; doubles with every look. */
  readonly verifyDelaySeconds: number;
}

/** A transition: the new state, and when to look again; no delay where no task follows. */
export interface Transition {
  readonly state: ArtifactState;
  readonly delaySeconds: number | undefined;
}

const longestDelaySeconds = 600;
/** Looks after which a request is repeated: the background caching of the registry may have failed in silence (Azure/acr#876). */
const looksPerRequest = 4;

/**
 * One transition of one artifact. Pure.
 *
 *            cached      proxied              stale-tag   moved      retryable    final
 *  planned   proven      waiting              planned     planned*   planned      failed
 *  waiting   proven      waiting, each 4th    planned     planned*   waiting      failed
 *                        look planned
 *  proven    proven      planned              planned     planned*   proven       failed
 *  failed    (a failed artifact has no task; a new plan makes it planned)
 *
 *  * pinned anew. A proven artifact keeps its proof through a retryable failure: the proof's age is the gate's judgement.
 */
export function nextState(state: ArtifactState, outcome: Outcome, now: Date, pace: Pace): Transition {
  switch (outcome.kind) {
    case 'cached':
      return settle({ ...without(state), phase: 'proven', provenAt: now, attempts: 0 }, now);
    case 'proxied':
      return proxied(state, outcome.upstream, now, pace);
    case 'stale-tag':
      return again(
        { ...without(state), phase: 'planned', reason: 'the registry still serves an older digest of the tag' },
        now,
        pace,
      );
    case 'moved': {
      const { digest, children } = outcome.tree;
      return again(
        {
          ...without(state),
          phase: 'planned',
          digest,
          children,
          pinnedAt: now,
          attempts: 0,
          reason: 'the tag moved at MAR',
        },
        now,
        pace,
      );
    }
    case 'failure':
      return failed(state, outcome.error, now, pace);
  }
}

function proxied(state: ArtifactState, upstream: number, now: Date, pace: Pace): Transition {
  const total = state.children.length + 1;
  const reason = `${upstream} of ${total} manifests not cached yet`;
  const repeat =
    state.phase === 'proven' || (state.phase === 'waiting' && (state.attempts + 1) % looksPerRequest === 0);
  return again({ ...without(state), phase: repeat ? 'planned' : 'waiting', reason }, now, pace);
}

function failed(state: ArtifactState, error: SyncError, now: Date, pace: Pace): Transition {
  const reason = `${error.code}: ${error.message}`.slice(0, 500);
  if (!error.canRetry) return settle({ ...without(state), phase: 'failed', reason }, now);
  const kept = state.phase === 'proven' ? state : without(state);
  return again({ ...kept, reason }, now, pace, error.retryAfterSeconds);
}

/** The state without its proof and reason. */
function without({ provenAt: _provenAt, reason: _reason, ...rest }: ArtifactState): ArtifactState {
  return rest;
}

function settle(state: ArtifactState, now: Date): Transition {
  return { state: { ...state, step: state.step + 1, dueAt: now }, delaySeconds: undefined };
}

function again(state: ArtifactState, now: Date, pace: Pace, retryAfterSeconds = 0): Transition {
  const backoff = Math.min(pace.verifyDelaySeconds * 2 ** Math.min(state.attempts, 10), longestDelaySeconds);
  const delaySeconds = Math.max(Math.ceil(backoff), retryAfterSeconds);
  const dueAt = new Date(now.getTime() + delaySeconds * 1000);
  return { state: { ...state, step: state.step + 1, attempts: state.attempts + 1, dueAt }, delaySeconds };
}
