import type { PlannedTarget, Strategy } from '../../warming/state.js';

/** Artifacts of a target by how they get into its registry. */
type StrategyCounts = Readonly<Partial<Record<Strategy, number>>>;

/** How the artifacts of a target get into its registry. */
export interface Ways {
  /** Absent before a plan tells. */
  readonly strategies?: StrategyCounts;
  /** MAR repositories that no cache rule covers, so that ARM imports them; absent where rules cover all. */
  readonly imported?: readonly string[];
}

export function describeWays(planned: PlannedTarget): Ways {
  const strategies = countStrategies(planned);
  const imported = Object.entries(planned.strategies ?? {}).flatMap(([repository, strategy]) =>
    strategy === 'import' ? [repository] : [],
  );
  return { ...(strategies ? { strategies } : {}), ...(imported.length === 0 ? {} : { imported }) };
}

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
