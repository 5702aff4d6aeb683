import { artifactName, type Requirement } from '../../model/artifact.js';
import { confidenceOf, isAtLeast } from '../../requirements/confidence.js';
import type { TargetRecord } from '../../warming/ports.js';
import type { ArtifactState, PlannedTarget } from '../../warming/state.js';
import { awaitedOf, type GateDecision, type GatePolicy, type StateIndex } from './decide.js';
import { allFoundBy, learnLives, type Life, type Running, type Seen } from './life.js';

/** When a gate opens, as far as that can be said. */
export type Forecast =
  | { readonly kind: 'open' }
  /** `at` is as likely too early as too late; one of ten ends outside of `earliest` and `latest` on either side. */
  | { readonly kind: 'expected'; readonly at: Date; readonly earliest: Date; readonly latest: Date }
  /** By something that ends by no waiting. */
  | { readonly kind: 'blocked'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

export interface ForecastInput {
  readonly record: TargetRecord | undefined;
  readonly states: StateIndex;
  readonly decision: GateDecision;
  readonly policy: Pick<GatePolicy, 'baked' | 'minConfidence'>;
  /** Somebody else keeps everything from moving: in words. */
  readonly held: readonly string[];
  /** No request may be sent to this registry before; undefined: now. */
  readonly pausedUntil: Date | undefined;
  readonly now: Date;
}

/** Fewer artifacts tell nothing of those that follow. */
const leastProven = 5;
/** A proof that came later after its pin than this is a renewal and says nothing of the first. */
const firstProofSeconds = 3 * 3600;
/** What was proven longer ago says nothing of today. */
const lookBackMs = 3_600_000;
/** Nobody plans by a forecast beyond this. */
const longestSeconds = 7 * 24 * 3600;
/** Looks at one artifact come twice as late each time, up to this: `nextState` in steps.ts. */
const longestGapSeconds = 600;
/** Times that differ by less count as one. */
const precision = 1.05;

/**
 * The forecast from what was measured at this registry: how long each artifact took from its pin to its first proof, and how long those
 * that are missing have been on their way. Budgets and backlogs are in these times already; a pause that is known comes on top, and no
 * artifact is proven before its next look is due. Pure.
 */
export function forecastOpening(input: ForecastInput): Forecast {
  const { record, decision } = input;
  if (decision.decision === 'open') return { kind: 'open' };
  if (!record?.planned) return { kind: 'unknown', why: record?.failure?.reason ?? 'it is not planned yet' };
  const blocked = blockedBy(record.planned, input);
  if (blocked !== undefined) return { kind: 'blocked', why: blocked };
  const [held] = input.held;
  if (held !== undefined) return { kind: 'unknown', why: held };
  if (decision.missing.length === 0) return { kind: 'unknown', why: decision.reasons[0] ?? 'nothing is missing' };
  return extrapolate(missingStates(record.planned, input), input);
}

/** Forecast as the gate and the status tell it. */
export function withForecast(decision: GateDecision, forecast: Forecast): GateDecision {
  if (forecast.kind !== 'expected') return decision;
  const { at, earliest, latest } = forecast;
  const estimatedRange = { earliest: earliest.toISOString(), latest: latest.toISOString() };
  return { ...decision, estimatedOpenAt: at.toISOString(), estimatedRange };
}

/** What ends by no waiting; the first of it in words. */
function blockedBy({ set }: PlannedTarget, { decision, policy }: ForecastInput): string | undefined {
  const [finding] = set.findings.filter(({ effect }) => effect === 'unknown');
  if (finding) return `finding ${finding.code}: ${finding.message}`;
  const [unresolved] = set.unresolved;
  if (unresolved) return `unresolved: ${unresolved.component}: ${unresolved.reason}`;
  const unsure = set.artifacts.filter((artifact) => !isAtLeast(confidenceOf(artifact), policy.minConfidence));
  if (unsure.length > 0) return `${unsure.length} artifacts are known less surely than the gate demands`;
  const stuck = decision.missing.filter(
    ({ state, failureClass }) => state === 'failed' || state === 'not-started' || failureClass === 'auth',
  );
  const [first] = stuck;
  if (!first) return undefined;
  const others = stuck.length > 1 ? ` (and ${stuck.length - 1} more)` : '';
  return `${first.artifact}: ${first.reason}${others}`;
}

function missingStates(plan: PlannedTarget, { states, decision, policy }: ForecastInput): readonly ArtifactState[] {
  const names = new Set(decision.missing.map(({ artifact }) => artifact));
  return awaitedOf(plan, policy).flatMap((artifact: Requirement) => {
    const name = artifactName(artifact);
    const state = names.has(name) ? states.get(name) : undefined;
    return state ? [state] : [];
  });
}

function extrapolate(missing: readonly ArtifactState[], { states, now, pausedUntil }: ForecastInput): Forecast {
  const done = firstProofs(states, now);
  const proven = done.reduce((sum, { count }) => sum + count, 0);
  if (proven < leastProven) {
    const why = `only ${proven} artifacts were proven in the last hour: too few to tell from`;
    return { kind: 'unknown', why };
  }
  const notBefore = Math.max(0, secondsFrom(now, pausedUntil ?? now));
  const running = runningOf(missing, now, notBefore);
  const lives = learnLives([...done, ...running.map(({ since, count }) => ({ since, count }))]);
  const dateIn = (seconds: number): Date => new Date(now.getTime() + Math.round(seconds * 1000));
  const [earliest, middle, latest] = [0.1, 0.5, 0.9].map((share) => soonest(lives, running, share)) as [
    Span,
    Span,
    Span,
  ];
  return { kind: 'expected', at: dateIn(middle.high), earliest: dateIn(earliest.low), latest: dateIn(latest.high) };
}

interface Span {
  readonly low: number;
  readonly high: number;
}

/** Seconds from now, between which the probability that all are found reaches the given one. */
function soonest(lives: readonly Life[], running: readonly Running[], probability: number): Span {
  let [low, high] = [0, 60];
  while (high < longestSeconds && allFoundBy(lives, running, high) < probability) [low, high] = [high, high * 2];
  while (high - low > 1 && high / Math.max(low, 1) > 1.005) {
    const middle = (low + high) / 2;
    if (allFoundBy(lives, running, middle) < probability) low = middle;
    else high = middle;
  }
  return { low: Math.min(low, longestSeconds), high: Math.min(high, longestSeconds) };
}

/** What was proven lately, with the look before: it was cached some time in between. */
function firstProofs(states: StateIndex, now: Date): readonly Seen[] {
  const times = [...states.values()].flatMap(({ phase, provenAt, pinnedAt }) => {
    if (phase !== 'proven' || provenAt === undefined) return [];
    const took = secondsFrom(pinnedAt, provenAt);
    const age = now.getTime() - provenAt.getTime();
    return age <= lookBackMs && age >= 0 && took >= 0 && took <= firstProofSeconds ? [took] : [];
  });
  return [...tally(times)].map(([until, count]) => ({ since: lookBefore(until), until, count }));
}

/** What is missing, by the look before now and the next. */
function runningOf(missing: readonly ArtifactState[], now: Date, notBefore: number): readonly Running[] {
  const groups = new Map<string, { since: number; due: number; age: number; count: number }>();
  for (const { phase, pinnedAt, dueAt, attempts } of missing) {
    // A proof that expired is looked for anew.
    const age = phase === 'proven' ? 0 : Math.min(Math.max(secondsFrom(pinnedAt, now), 0), firstProofSeconds);
    const due = Math.max(secondsFrom(now, dueAt), notBefore, 0);
    const since = attempts === 0 ? 0 : lookBefore(age + due);
    const key = `${rounded(since)} ${rounded(due)}`;
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, { since, due, age, count });
  }
  return [...groups.values()].map(({ since, due, age, count }) => ({
    ...{ since, count },
    lookBy: (fromNow) => (fromNow < due ? undefined : age + lastLook(due, age + due - since, fromNow)),
  }));
}

/** The last of the looks at `due` and after it, each gap twice the one before. A gap of nothing, by clocks that differ, is one of a second. */
function lastLook(due: number, gap: number, fromNow: number): number {
  let [look, next] = [due, Math.min(Math.max(gap, 1) * 2, longestGapSeconds)];
  while (next < longestGapSeconds && look + next <= fromNow)
    [look, next] = [look + next, Math.min(next * 2, longestGapSeconds)];
  return look + Math.max(0, Math.floor((fromNow - look) / next)) * next;
}

/** As the gaps double, the look before was at about half the time. */
function lookBefore(seconds: number): number {
  return Math.max(seconds - longestGapSeconds, seconds / 2 - 1, 0);
}

function tally(times: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const seconds of times) counts.set(rounded(seconds), (counts.get(rounded(seconds)) ?? 0) + 1);
  return counts;
}

function rounded(seconds: number): number {
  return seconds < 1 ? 1 : precision ** Math.round(Math.log(seconds) / Math.log(precision));
}

function secondsFrom(since: Date, until: Date): number {
  return (until.getTime() - since.getTime()) / 1000;
}
