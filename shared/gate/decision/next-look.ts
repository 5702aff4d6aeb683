import type { GateDecision, StateIndex } from './decide.js';
import type { Judgement } from '../ports.js';

/** The longer a gate has been shut, the less often it is looked at: late by a tenth of the time that it took, at most. */
const judgedPerAge = 10;
const longestDelaySeconds = 300;
/** What is due later may be proven earlier all the same: by another plan, or where a clock was wrong. */
const longestForDueSeconds = 60;

/** When the last of what is missing is looked at next, as far as that is known: a gate cannot open before. Pure. */
export function lastDue({ missing }: Pick<GateDecision, 'missing'>, states: StateIndex): Date | undefined {
  const times = missing.flatMap(({ artifact }) => states.get(artifact)?.dueAt.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(times.reduce((last, time) => Math.max(last, time)));
}

/**
 * Seconds until a shut gate is judged again. A look before the last artifact is due would find it shut, mostly; one shortly after finds what was
 * proven on time. Pure.
 * @param everySeconds least time between two looks
 */
export function nextLookIn(
  { since, decidedAt }: Pick<Judgement, 'since' | 'decidedAt'>,
  due: Date | undefined,
  everySeconds: number,
): number {
  const age = (decidedAt.getTime() - since.getTime()) / 1000;
  const untilDue = due === undefined ? 0 : (due.getTime() - decidedAt.getTime()) / 1000 + everySeconds / 2;
  const forDue = Math.min(Math.ceil(untilDue), longestForDueSeconds);
  return Math.min(Math.max(age / judgedPerAge, everySeconds, forDue), longestDelaySeconds);
}
