import type { SyncError } from '../model/errors.js';
import type { ImportProgress, ManifestTree } from './ports.js';
import { retryDelay, type Pace } from './retry.js';
import type { ArtifactState, ProofLevel } from './state.js';

/** What one message found or did. */
export type Outcome =
  /** All that the proof level asks for is in the registry, at the pinned digest. */
  | {
      readonly kind: 'cached';
      readonly proof: ProofLevel;
      /** Of an earlier look at configs and layers that this proof rests on; absent: this look found them. */
      readonly deepAt?: Date | undefined;
    }
  /** Served, but `upstream` of its manifests still come from MAR. */
  | { readonly kind: 'proxied'; readonly upstream: number }
  /** Every manifest is in the registry, `missing` of its blobs are not; the first `blobsDone` are. */
  | { readonly kind: 'blobs-missing'; readonly missing: number; readonly blobsDone: number }
  /** As many blobs as one message may work on are done; more are left. */
  | { readonly kind: 'partial'; readonly blobsDone: number; readonly total: number }
  | { readonly kind: 'import-started'; readonly progress: ImportProgress }
  | { readonly kind: 'import-running'; readonly progress: Extract<ImportProgress, { kind: 'running' }> }
  /** It ran too long (Azure/acr#617), or ended without the artifact: `reason` says which. */
  | { readonly kind: 'import-lost'; readonly reason: string }
  /** The registry answers 404 for what MAR has. */
  | { readonly kind: 'absent'; readonly error: SyncError }
  /** The registry serves another digest than pinned, while MAR still names the pinned one; or cannot be asked, which `reason` tells. */
  | { readonly kind: 'stale-tag'; readonly reason?: string }
  /** MAR itself names another digest now. */
  | { readonly kind: 'moved'; readonly tree: ManifestTree }
  | { readonly kind: 'failure'; readonly error: SyncError };

/** A transition: the new state, and when to go on; no delay where no task follows. */
export interface Transition {
  readonly state: ArtifactState;
  readonly delaySeconds: number | undefined;
}

const longestDelaySeconds = 600;
/** An import takes 0.2 to 10 s: no reason to come back much later. */
const longestImportDelaySeconds = 60;
/** A registry notices a moved tag within five minutes (Azure/acr#860). */
const longestStaleDelaySeconds = 60;
/** Looks after which a request is repeated: the background caching of the registry may have failed in silence (Azure/acr#876). */
export const looksPerRequest = 4;
/** Failures or 404s in a row after which a 404 is believed: a deleted repository may never be pulled again (Azure/acr#765). */
export const mostAbsences = 5;
/** Imports that may stick or end without the artifact before a person has to look. */
export const mostImports = 5;

/**
 * One transition of one artifact. Pure. A plan resolves the digest at MAR and enters it as `planned`.
 *
 * |                | planned (request) | waiting (look)             | proven (look again) |
 * | -------------- | ----------------- | -------------------------- | ------------------- |
 * | cached         | proven            | proven                     | proven              |
 * | proxied        | waiting           | waiting, each 4th: planned | planned             |
 * | blobs-missing  | waiting           | waiting, each 4th: planned | planned             |
 * | partial        | planned           | waiting                    | proven              |
 * | import-started | waiting           | waiting                    | waiting             |
 * | import-running | waiting           | waiting                    | waiting             |
 * | import-lost    | planned           | planned                    | planned             |
 * | absent         | planned           | planned                    | planned             |
 * | stale-tag      | planned           | planned                    | planned             |
 * | moved          | planned           | planned                    | planned             |
 * | retryable      | planned           | waiting                    | proven              |
 * | final          | failed            | failed                     | failed              |
 *
 * `failed` has no task; a later plan makes it planned. The 5th `absent` in a row, and an `import-lost` after 5 imports, are final.
 * `moved` pins anew. A proof outlives a retryable failure and a look that is not finished: its age is the gate's judgement.
 * steps.test.ts reads this table and checks every cell.
 */
export function nextState(state: ArtifactState, outcome: Outcome, now: Date, pace: Pace): Transition {
  switch (outcome.kind) {
    case 'cached': {
      const { importTries: _importTries, ...rest } = fresh(state);
      const deep = outcome.proof === 'deep' ? { deepAt: outcome.deepAt ?? now } : {};
      return settle({ ...rest, ...deep, phase: 'proven', proof: outcome.proof, provenAt: now, attempts: 0 }, now);
    }
    case 'proxied': {
      const reason = `${outcome.upstream} of ${state.children.length + 1} manifests not cached yet`;
      return wait({ ...fresh(state), reason }, now, pace);
    }
    case 'blobs-missing': {
      const { missing, blobsDone } = outcome;
      const reason = `all manifests are cached, ${missing} of their layers and configs are not yet`;
      return wait({ ...fresh(state), proof: 'manifests', blobsDone, reason }, now, pace);
    }
    case 'partial':
      return goOn(state, outcome.blobsDone, outcome.total, now);
    case 'import-started':
    case 'import-running':
      return importing(state, outcome, now, pace);
    case 'import-lost':
      return importLost(state, outcome.reason, now, pace);
    case 'absent':
      return absent(state, outcome.error, now, pace);
    case 'stale-tag':
      return staleTag(state, outcome.reason, now, pace);
    case 'moved': {
      const { digest, children } = outcome.tree;
      const pin = { digest, children, pinnedAt: now, attempts: 0, importTries: 0 };
      return again({ ...fresh(state), ...pin, phase: 'planned', reason: 'the tag moved at MAR' }, now, pace);
    }
    case 'failure':
      return failed(state, outcome.error, now, pace);
  }
}

/** Not there yet: looked at again, and every so often asked for again. */
function wait(state: ArtifactState, now: Date, pace: Pace): Transition {
  const repeat =
    state.phase === 'proven' || (state.phase === 'waiting' && (state.attempts + 1) % looksPerRequest === 0);
  return again({ ...state, phase: repeat ? 'planned' : 'waiting' }, now, pace);
}

/** The phase stays, and the next message follows at once: the work was cut in pieces, nothing is waited for. */
function goOn(state: ArtifactState, blobsDone: number, total: number, now: Date): Transition {
  const { failureClass: _failureClass, imports: _imports, ...kept } = state;
  const reason = `${blobsDone} of ${total} layers and configs done`;
  const proof = state.phase === 'proven' ? (state.proof ?? 'manifests') : 'manifests';
  const next: ArtifactState = { ...kept, proof, blobsDone, failures: 0, reason };
  return { state: { ...next, step: state.step + 1, dueAt: now }, delaySeconds: 0 };
}

function importing(
  state: ArtifactState,
  outcome: Extract<Outcome, { readonly kind: 'import-started' | 'import-running' }>,
  now: Date,
  pace: Pace,
): Transition {
  const { kind, progress } = outcome;
  const isNew = kind === 'import-started';
  const tries = (state.importTries ?? 0) + (isNew ? 1 : 0);
  const waiting: ArtifactState = {
    ...fresh(state),
    phase: 'waiting',
    importTries: tries,
    reason: 'being imported by ARM',
  };
  if (progress.kind === 'ended') return later(waiting, now, 1);
  const { token, retryAfterSeconds = 0 } = progress;
  const startedAt = (isNew ? undefined : state.imports?.startedAt) ?? now;
  const delay = Math.max(Math.min(backoff(state, pace), longestImportDelaySeconds), retryAfterSeconds);
  return later({ ...waiting, imports: { token, startedAt } }, now, delay);
}

function importLost(state: ArtifactState, reason: string, now: Date, pace: Pace): Transition {
  if ((state.importTries ?? 0) < mostImports) return again({ ...fresh(state), phase: 'planned', reason }, now, pace);
  const failedState: ArtifactState = { ...fresh(state), phase: 'failed', failureClass: 'permanent' };
  return settle({ ...failedState, reason: `IMPORT_FAILED: ${reason}` }, now);
}

function staleTag(state: ArtifactState, told: string | undefined, now: Date, pace: Pace): Transition {
  const reason = (told ?? 'the registry still serves an older digest of the tag').slice(0, 500);
  const delay = Math.min(backoff(state, pace), longestStaleDelaySeconds);
  return later({ ...fresh(state), phase: 'planned', reason }, now, delay);
}

function absent(state: ArtifactState, error: SyncError, now: Date, pace: Pace): Transition {
  const reason = `${error.code}: the registry answers 404 for what MAR has: ${error.message}`.slice(0, 300);
  const failures = state.failures + 1;
  if (failures >= mostAbsences) {
    const cure =
      'if it was deleted there, the cache rule may not pull it again (Azure/acr#765): delete the repository and pull its tag once by hand';
    const failedState: ArtifactState = { ...fresh(state), phase: 'failed', failures, failureClass: 'permanent' };
    return settle({ ...failedState, reason: `${reason}; ${cure}` }, now);
  }
  const planned: ArtifactState = { ...fresh(state), phase: 'planned', failures, reason, failureClass: 'registry-down' };
  return later(planned, now, Math.min(pace.verifyDelaySeconds * 2 ** state.failures, longestDelaySeconds));
}

function failed(state: ArtifactState, error: SyncError, now: Date, pace: Pace): Transition {
  const { failureClass } = error;
  const reason = `${error.code}: ${error.message}`.slice(0, 500);
  const delay = retryDelay(error, state.failures, pace);
  if (delay === undefined) return settle({ ...fresh(state), phase: 'failed', reason, failureClass }, now);
  const { imports, ...rest } = state;
  const kept = imports && !spendsImport(error) ? { ...rest, imports } : rest;
  const step = { step: state.step + 1, failures: state.failures + 1, dueAt: after(now, delay) };
  return { state: { ...kept, ...step, reason, failureClass }, delaySeconds: delay };
}

/** An operation that ended with an error, or may have: the registry is looked at before another one is started. */
function spendsImport({ code }: SyncError): boolean {
  return code === 'IMPORT_FAILED' || code === 'ARM_THROTTLED';
}

/** The state without its proof, without what was under way, and without what was wrong. */
export function fresh(state: ArtifactState): ArtifactState {
  const {
    provenAt: _1,
    reason: _2,
    failureClass: _3,
    proof: _4,
    blobsDone: _5,
    imports: _6,
    deepAt: _7,
    ...rest
  } = state;
  return { ...rest, failures: 0 };
}

function settle(state: ArtifactState, now: Date): Transition {
  return { state: { ...state, step: state.step + 1, dueAt: now }, delaySeconds: undefined };
}

/** Answered, and to be looked at again: the longer it takes, the less often. */
function again(state: ArtifactState, now: Date, pace: Pace): Transition {
  return later(state, now, backoff(state, pace));
}

function later(state: ArtifactState, now: Date, seconds: number): Transition {
  const delaySeconds = Math.ceil(seconds);
  const dueAt = after(now, delaySeconds);
  return { state: { ...state, step: state.step + 1, attempts: state.attempts + 1, dueAt }, delaySeconds };
}

function backoff({ attempts }: ArtifactState, pace: Pace): number {
  return Math.min(pace.verifyDelaySeconds * 2 ** Math.min(attempts, 10), longestDelaySeconds);
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
