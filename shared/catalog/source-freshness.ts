import { isOfTheFuture } from '../model/clock-skew.js';
import type { CatalogAlert } from './alerts.js';
import type { Freshness, SourceFreshness, SourceName } from './source-records.js';

/** A source that was not read without a failure for this long is stale: weekly releases change it about as often. */
const staleAfterMs = 24 * 3_600_000;
/** Freshness that only grew older is written this often: a round that finds nothing new costs no write. */
const recordEveryMs = 3_600_000;

/** @param failures of the round, in words; none: it went well */
export function nextFreshness(
  before: SourceFreshness | undefined,
  failures: readonly string[],
  now: Date,
): SourceFreshness {
  const at = now.toISOString();
  const [first] = failures;
  if (first === undefined) return { succeededAt: at };
  const others = failures.length > 1 ? ` (and ${failures.length - 1} more documents)` : '';
  const succeeded = before?.succeededAt === undefined ? {} : { succeededAt: before.succeededAt };
  return { ...succeeded, failure: { at, since: before?.failure?.since ?? at, reason: `${first}${others}` } };
}

/** Whether `next` says more than that time went by. */
export function isWorthRecording(before: SourceFreshness | undefined, next: SourceFreshness): boolean {
  if (before?.failure?.reason !== next.failure?.reason) return true;
  const recorded = before?.failure?.at ?? before?.succeededAt;
  const newest = next.failure?.at ?? next.succeededAt;
  return recorded === undefined || newest === undefined || Date.parse(newest) - Date.parse(recorded) >= recordEveryMs;
}

/** A failure is told once, not at every round. */
export function alertOf(
  source: SourceName,
  before: SourceFreshness | undefined,
  next: SourceFreshness,
): readonly CatalogAlert[] {
  if (!next.failure || next.failure.reason === before?.failure?.reason) return [];
  return [{ subject: source, reason: next.failure.reason }];
}

/** Whether nobody tried for a day, or ever: the timer was lost, or the app is new. */
export function isOverdue(freshness: Freshness, sources: readonly SourceName[], now: Date): boolean {
  return sources.some((source) => {
    const last = freshness[source]?.failure?.at ?? freshness[source]?.succeededAt;
    return last === undefined || isOfTheFuture(new Date(last), now) || now.getTime() - Date.parse(last) >= staleAfterMs;
  });
}

export interface SourceStatus {
  readonly name: SourceName | 'bundled';
  readonly state: 'fresh' | 'stale' | 'failed' | 'disabled';
  /** ISO 8601: when the whole source was last read without a failure. */
  readonly readAt?: string;
  readonly detail: string;
}

/** @param address empty: switched off */
export function describeSource(
  name: SourceName,
  address: string,
  freshness: SourceFreshness | undefined,
  now: Date,
): SourceStatus {
  if (address === '') return { name, state: 'disabled', detail: 'switched off by its setting' };
  const { succeededAt, failure } = freshness ?? {};
  const fallback = succeededAt === undefined ? 'data bundled with the app is used' : 'the last good copy is used';
  const readAt = succeededAt === undefined ? {} : { readAt: succeededAt };
  if (failure)
    return { name, state: 'failed', ...readAt, detail: `since ${failure.since}: ${failure.reason}; ${fallback}` };
  if (succeededAt === undefined) return { name, state: 'stale', detail: `not read yet; ${fallback}` };
  const isStale = now.getTime() - Date.parse(succeededAt) >= staleAfterMs;
  return isStale
    ? { name, state: 'stale', ...readAt, detail: `not read for a day; ${fallback}` }
    : { name, state: 'fresh', ...readAt, detail: `read from ${address.split('?')[0]}` };
}
