import type { ThrottledBudget } from '../../warming/budgets.js';

/** When the last of the pauses ends. */
export function pauseOf(budgets: readonly ThrottledBudget[]): Date | undefined {
  const ends = budgets.flatMap(({ pausedUntil }) => (pausedUntil === undefined ? [] : [Date.parse(pausedUntil)]));
  return ends.length === 0 ? undefined : new Date(Math.max(...ends));
}
