import { artifactName, type ArtifactRef } from '../model/artifact.js';
import { taskOf } from './advance.js';
import type { ArtifactStates, StoredState, WarmQueue } from './ports.js';
import type { ArtifactState } from './state.js';
import { enqueuedAgain, type WorkPolicy } from './work.js';

export interface RenewPorts {
  readonly states: ArtifactStates;
  readonly warmQueue: WarmQueue;
  readonly workPolicy: WorkPolicy;
  readonly now: () => Date;
}

/**
 * Has the proofs of a set that are older than `oldMs` looked at again, each by itself: an approval cannot be taken back, and a look at
 * the tag sees what MAR did to it (five minutes late: Azure/acr#860), while the registry's list, and with it `RegistryProof`, does not. Runs twice: a proof whose look is on its way is left
 * to it. Stops anywhere: what was marked and not enqueued counts as lost after `lostAfterMs`.
 * @param registry key of the registry's resource id
 * @returns those that are older, enqueued now or before; their `reason` tells how the last look failed
 */
export async function renewProofs(
  registry: string,
  artifacts: readonly ArtifactRef[],
  oldMs: number,
  ports: RenewPorts,
): Promise<readonly ArtifactState[]> {
  const now = ports.now();
  const states = await ports.states.list(registry);
  const stored = artifacts.flatMap((artifact) => states.get(artifactName(artifact)) ?? []);
  const old = stored.filter(({ state }) => now.getTime() - (state.provenAt?.getTime() ?? 0) > oldMs);
  const changes = old
    .filter((one) => one.unreadable === undefined && !isAwaited(one, now, ports.workPolicy.lostAfterMs))
    .map(({ state, etag }) => ({ state: enqueuedAgain(state, now), etag }));
  const lost = new Set(await ports.states.save(changes));
  const tasks = changes.filter(({ state }) => !lost.has(artifactName(state))).map(({ state }) => taskOf(state));
  await ports.warmQueue.enqueue(tasks, 0);
  return old.map(({ state }) => state);
}

/** A settled proof is due when it was proven; one that is due later has a task on its way, until that counts as lost. */
function isAwaited({ state }: StoredState, now: Date, lostAfterMs: number): boolean {
  const due = state.dueAt.getTime();
  return due > (state.provenAt?.getTime() ?? 0) && now.getTime() - due < lostAfterMs;
}
