import type { PlannedTarget, Strategy } from '../warming/state.js';

/** Artifacts of a target by how they get into its registry. */
export type StrategyCounts = Readonly<Partial<Record<Strategy, number>>>;

/** @returns undefined for a plan of a release that knew one way alone */
export function countStrategies({ set, strategies }: PlannedTarget): StrategyCounts | undefined {
  if (!strategies) return undefined;
  // Repositories may be named as members of Object are.
  const byRepository = new Map(Object.entries(strategies));
  const counts: Partial<Record<Strategy, number>> = {};
  for (const { repository } of set.artifacts) {
    const strategy = byRepository.get(repository);
    if (strategy) counts[strategy] = (counts[strategy] ?? 0) + 1;
  }
  return counts;
}
