import { artifactName } from '../model/artifact.js';
import type { ArtifactStates, TargetRecord } from './ports.js';
import type { ArtifactState } from './state.js';

/** What a plan under way has pinned may be in no record yet. */
const underWayMs = 3_600_000;

interface DropPorts {
  readonly states: ArtifactStates;
  readonly now: () => Date;
}

/**
 * Ends the work for artifacts that no plan needs any more: their tasks would follow one another for ever where a registry is gone or
 * never caches. Runs twice: what has ended is left. Stops anywhere: the next round finds the rest, but for a registry that no target
 * is left of. A plan that needs one after all begins it anew, with the next round at the latest.
 * @param kept all targets that there are
 * @param indexes states by registry and artifact name, also of targets that were just removed
 */
export async function dropUnneeded(
  kept: readonly TargetRecord[],
  indexes: ReadonlyMap<string, ReadonlyMap<string, ArtifactState>>,
  ports: DropPorts,
): Promise<void> {
  for (const [registry, index] of indexes) {
    const plans = kept.flatMap(({ planned }) => (planned?.registry === registry ? planned : []));
    const needed = new Set(plans.flatMap(({ set }) => set.artifacts.map(artifactName)));
    const since = ports.now().getTime() - (plans.length > 0 ? underWayMs : 0);
    const isUnneeded = (state: ArtifactState): boolean =>
      (state.phase === 'planned' || state.phase === 'waiting') &&
      state.pinnedAt.getTime() <= since &&
      !needed.has(artifactName(state));
    if ([...index.values()].some(isUnneeded)) await drop(registry, isUnneeded, ports);
  }
}

/** With another step its task is stale; dated so that a plan need not wait before it tries a failed artifact again. */
async function drop(
  registry: string,
  isUnneeded: (state: ArtifactState) => boolean,
  { states }: DropPorts,
): Promise<void> {
  const stored = [...(await states.list(registry)).values()].filter(({ state }) => isUnneeded(state));
  await states.save(
    stored.map(({ state, etag }) => {
      const end = { phase: 'failed', dueAt: new Date(0), reason: 'no plan needs it any more' } as const;
      return { state: { ...state, ...end, step: state.step + 1 }, etag };
    }),
  );
}
