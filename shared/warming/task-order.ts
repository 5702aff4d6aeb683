import { artifactName, type RequirementSet } from '../model/artifact.js';
import { taskOf } from './advance.js';
import { earliestAhead } from './deadline.js';
import type { WarmTask } from './ports.js';
import type { ArtifactState } from './state.js';

/** Tasks that go to the queue together. */
export interface TaskGroup {
  readonly tasks: readonly WarmTask[];
  readonly delaySeconds: number;
}

/**
 * In which order new tasks go to the queue: by deadline, and in it what node images carry last, as nodes are not waiting for it. Without
 * a deadline that comes later still, so that the others have a head start. Pure.
 */
export function orderTasks(
  states: readonly ArtifactState[],
  set: RequirementSet,
  now: Date,
  bakedDelaySeconds: number,
): readonly TaskGroup[] {
  const bakedNames = new Set(set.artifacts.filter((artifact) => artifact.baked).map(artifactName));
  const dueOf = ({ neededBy }: ArtifactState): number => earliestAhead(now, neededBy)?.getTime() ?? Infinity;
  const groups = Map.groupBy(states, (state) => {
    if (!bakedNames.has(artifactName(state))) return 'awaited';
    return dueOf(state) === Infinity ? 'later' : 'baked';
  });
  return (['awaited', 'baked', 'later'] as const).flatMap((name) => {
    const group = [...(groups.get(name) ?? [])].sort((a, b) =>
      dueOf(a) < dueOf(b) ? -1 : dueOf(a) > dueOf(b) ? 1 : 0,
    );
    return group.length === 0
      ? []
      : { tasks: group.map(taskOf), delaySeconds: name === 'later' ? bakedDelaySeconds : 0 };
  });
}
