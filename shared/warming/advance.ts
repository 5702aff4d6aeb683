import type { Digest } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { ArtifactStates, ManifestReader, WarmQueue, WarmTask } from './ports.js';
import type { ArtifactState } from './state.js';
import { nextState, type Outcome, type Pace } from './steps.js';

export interface AdvancePorts {
  readonly states: ArtifactStates;
  readonly warmQueue: WarmQueue;
  /** Reader of the registry that serves a login server. */
  readonly registry: (loginServer: string) => ManifestReader;
  readonly upstream: ManifestReader;
  readonly now: () => Date;
  readonly pace: Pace;
}

/** What a task did: told in logs and tests. */
export type Advance = 'advanced' | 'stale' | 'unknown' | 'lost-race' | 'resumed';

/**
 * Advances one artifact by one step and returns; waiting is a new message with a delay.
 *
 * Runs twice: the state's version decides, the loser writes and enqueues nothing. Stops anywhere: before the state is
 * written the message comes back and repeats the look, which is idempotent; between the write and the new message the
 * message comes back with `deliveries` > 1 and enqueues what is missing.
 * @param deliveries how often the queue handed out this message, 1 for the first time
 */
export async function advanceArtifact(task: WarmTask, deliveries: number, ports: AdvancePorts): Promise<Advance> {
  const stored = await ports.states.get(task.registry, task);
  if (!stored) return 'unknown';
  if (task.step < stored.state.step) return resume(task, stored.state, deliveries, ports);
  const outcome = await look(stored.state, ports);
  const { state, delaySeconds } = nextState(stored.state, outcome, ports.now(), ports.pace);
  const lost = await ports.states.save([{ state, etag: stored.etag }]);
  if (lost.length > 0) return 'lost-race';
  if (delaySeconds !== undefined) await ports.warmQueue.enqueue([taskOf(state)], delaySeconds);
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

/** GET asks the cache rule for the manifests and thereby starts their caching; HEAD only looks. */
async function look(state: ArtifactState, ports: AdvancePorts): Promise<Outcome> {
  const reader = ports.registry(state.loginServer);
  const read = (reference: string) =>
    state.phase === 'planned'
      ? reader.get(state.cachedRepository, reference)
      : reader.head(state.cachedRepository, reference);
  try {
    const top = await read(state.tag);
    if (top.digest !== state.digest) return await compareWithUpstream(state, ports.upstream);
    const origins = [top.origin];
    for (const child of state.children) origins.push(await originOf(child, read));
    const upstream = origins.filter((origin) => origin === 'upstream').length;
    return upstream === 0 ? { kind: 'cached' } : { kind: 'proxied', upstream };
  } catch (error) {
    if (error instanceof SyncError) return { kind: 'failure', error };
    throw error;
  }
}

async function originOf(child: Digest, read: (reference: string) => ReturnType<ManifestReader['head']>) {
  const head = await read(child);
  if (head.digest !== child) throw new SyncError('DIGEST_MISMATCH', `asked for ${child}, served ${head.digest}`);
  return head.origin;
}

async function compareWithUpstream(state: ArtifactState, upstream: ManifestReader): Promise<Outcome> {
  const tree = await upstream.get(state.repository, state.tag);
  return tree.digest === state.digest ? { kind: 'stale-tag' } : { kind: 'moved', tree };
}
