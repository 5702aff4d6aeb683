import { clockSkewMs } from '../model/clock-skew.js';
import type { BucketLimit } from './budget-limits.js';

/** Somebody who waits for a bucket. Requests are counted, fractions too. */
export interface Asker {
  /** Its part of the bucket against the parts of the others that wait. */
  readonly weight: number;
  /** Kept for it; below zero while it pays back a take that was larger than what it could save up. */
  readonly owed: number;
  /** Told to come back: how many until when, in that order. */
  readonly line: readonly Promised[];
  readonly lineEnds: number;
  /** When it last asked. */
  readonly seenAt: number;
}

/** Requests that come back by `until`. */
export interface Promised {
  readonly until: number;
  readonly requests: number;
}

/** The state of one account, shared by all instances. Times are ms since 1970. */
export interface Bucket {
  /** Requests that are nobody's. */
  readonly free: number;
  /** Until when requests were earned; never goes back. */
  readonly at: number;
  /** Part of the limit that the server is believed to bear now, up to 1. */
  readonly factor: number;
  readonly changedAt: number;
  /** Until then nobody sends anything (`Retry-After`). */
  readonly pausedUntil: number;
  readonly askers: Readonly<Record<string, Asker>>;
}

/** A server that refuses a quarter of our share has another trouble than our rate: its pauses slow us then. */
const leastFactor = 0.25;
/** 429s of requests that were under way together are one sign, not many. */
const oneSignMs = 10_000;
const recoverEveryMs = 10_000;
const recoverBy = 0.1;
/** Who has not come back so long after its turn gave up, or was killed. */
const forgetAfterMs = 30_000;
/** A pause where a 429 names none. */
export const unnamedPauseSeconds = 10;

/** A `Retry-After` is read up to an hour (`parseRetryAfter`). */
const longestPauseMs = 3_600_000;

/** Whether a pause can be one: what ends later was written by a wrong clock, and would hold all work until then. */
export function isPause(until: number, now: number): boolean {
  return until - now <= longestPauseMs + clockSkewMs;
}

/**
 * A bucket as far as it can be true: what a clock far ahead of ours left in it is dropped, so that its requests are earned again and
 * those who are gone are forgotten.
 */
export function believe(bucket: Bucket, now: number): Bucket {
  const pausedUntil = isPause(bucket.pausedUntil, now) ? bucket.pausedUntil : 0;
  if (bucket.at - now <= clockSkewMs) return { ...bucket, pausedUntil };
  return { ...bucket, at: now, changedAt: Math.min(bucket.changedAt, now), pausedUntil, askers: {} };
}

/** A bucket that nobody has asked yet is full. */
export function openBucket(limit: BucketLimit, now: number): Bucket {
  return { free: limit.burst, at: now, factor: 1, changedAt: 0, pausedUntil: 0, askers: {} };
}

export function rateOf(bucket: Bucket, limit: BucketLimit): number {
  return limit.perSecond * bucket.factor;
}

export function weightOf(bucket: Bucket): number {
  return Object.values(bucket.askers).reduce((sum, { weight }) => sum + weight, 0);
}

/** The most that an asker can save up: its part of the burst, and at least one request. */
export function savingsOf(bucket: Bucket, limit: BucketLimit, weight: number, weights: number): number {
  return Math.max(1, (limit.burst * bucket.factor * weight) / weights);
}

/**
 * Earns what time brought since the last look. Time that stands still or goes back brings nothing, nor does a pause.
 * What is earned goes to those who wait, by weight; what they cannot save up is free for all; what the bucket cannot hold is lost.
 */
export function fill(before: Bucket, limit: BucketLimit, now: number): Bucket {
  if (now <= before.at) return before;
  const bucket = forgetAskers(before, now);
  const seconds = Math.max(0, now - Math.max(bucket.at, bucket.pausedUntil)) / 1000;
  const earned = seconds * rateOf(bucket, limit);
  const weights = weightOf(bucket);
  let [rest, kept] = [earned, 0];
  const askers: Record<string, Asker> = {};
  for (const [key, asker] of Object.entries(bucket.askers)) {
    const due = (earned * asker.weight) / weights;
    const savings = savingsOf(bucket, limit, asker.weight, weights);
    const owed = Math.min(asker.owed + due, savings);
    rest -= owed - asker.owed;
    kept += Math.max(0, owed);
    askers[key] = { ...asker, owed, line: stillInLine(asker, now) };
  }
  const room = Math.max(0, limit.burst * bucket.factor - kept);
  return { ...bucket, free: Math.min(bucket.free + rest, room), at: now, askers };
}

/** Takes back what an instance drew and did not send. */
export function giveBack(bucket: Bucket, limit: BucketLimit, requests: number): Bucket {
  const kept = Object.values(bucket.askers).reduce((sum, { owed }) => sum + Math.max(0, owed), 0);
  const room = Math.max(bucket.free, limit.burst * bucket.factor - kept);
  return { ...bucket, free: Math.min(bucket.free + requests, room) };
}

/** Those whose turn has come are not in line any more, whether they came or not. */
function stillInLine({ line }: Asker, now: number): readonly Promised[] {
  return line[0] === undefined || line[0].until > now ? line : line.filter(({ until }) => until > now);
}

/** What those kept who are gone is free; who still owes is remembered. */
function forgetAskers(bucket: Bucket, now: number): Bucket {
  let free = bucket.free;
  const askers: Record<string, Asker> = {};
  for (const [key, asker] of Object.entries(bucket.askers)) {
    const gone = now - Math.max(asker.seenAt, asker.lineEnds, bucket.pausedUntil) > forgetAfterMs;
    if (gone && asker.owed >= 0) free += asker.owed;
    else askers[key] = asker;
  }
  return { ...bucket, free, askers };
}

/**
 * The server refused: nothing until its pause is over; then half of what was left, and half the rate. A server that refuses while we have
 * not used half of what it may give us has another reason (Azure/acr#754): it gets its pause, and keeps its rate.
 */
export function throttle(
  before: Bucket,
  limit: BucketLimit,
  retryAfterSeconds: number | undefined,
  now: number,
): Bucket {
  const bucket = fill(before, limit, now);
  const unused = bucket.free > (limit.burst * bucket.factor) / 2;
  const known = unused || now < bucket.pausedUntil || now < bucket.changedAt + oneSignMs;
  const pausedUntil = Math.max(bucket.pausedUntil, now + (retryAfterSeconds ?? unnamedPauseSeconds) * 1000);
  if (known) return { ...bucket, pausedUntil };
  const askers = Object.fromEntries(
    Object.entries(bucket.askers).map(([key, asker]) => [
      key,
      { ...asker, owed: Math.min(asker.owed, Math.max(0, asker.owed) / 2) },
    ]),
  );
  const factor = Math.max(leastFactor, bucket.factor / 2);
  return { ...bucket, factor, changedAt: now, free: bucket.free / 2, pausedUntil, askers };
}

/** The server answers: slowly back to the limit, a tenth of it each half minute. */
export function recover(bucket: Bucket, now: number): Bucket {
  const since = Math.max(bucket.changedAt, bucket.pausedUntil);
  if (bucket.factor === 1 || now - since < recoverEveryMs) return bucket;
  return { ...bucket, factor: Math.min(1, bucket.factor + recoverBy), changedAt: now };
}
