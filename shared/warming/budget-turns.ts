import { fill, rateOf, savingsOf, weightOf, type Asker, type Bucket } from './budget-bucket.js';
import type { BucketLimit } from './budget-limits.js';

const hourMs = 3_600_000;

/** By whom and how urgently a bucket is asked. */
export interface Wish {
  readonly asker: string;
  readonly weight: number;
  readonly requests: number;
  /** Requests of the same asker that are expected to follow at once: they get their places in the line with this one. */
  readonly followers: number;
}

/** Requests to use, or times to come back. */
export type Turn =
  | { readonly kind: 'granted'; readonly requests: number; readonly bucket: Bucket }
  | { readonly kind: 'line'; readonly stretch: Stretch; readonly bucket: Bucket };

/** A part of a line: this take comes due at `from`, those of the same asker that follow evenly until `until` (ms since 1970). */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  /** Between both. */
  readonly requests: number;
}

/** Requests are handed to an instance for this long at most: what makes overshoot bounded, and storage cheap. */
export const leaseMs = 5_000;

/**
 * The nearer the deadline, the greater the part: four times as much within a day, six hours, one hour. Nobody's part is nothing,
 * so that the urgent go first and the rest still goes.
 */
export function urgencyOf(deadline: Date | undefined, now: number): number {
  const left = deadline === undefined ? Number.POSITIVE_INFINITY : deadline.getTime() - now;
  return [hourMs, 6 * hourMs, 24 * hourMs].reduce((weight, within) => (left <= within ? weight * 4 : weight), 1);
}

/**
 * Who may send how much, and who comes back when. Pure.
 *
 * Nobody waits: what is free is for whoever asks. As soon as somebody has to wait, what the bucket earns is divided among those who
 * wait, by weight, and kept for each: a backlog of thousands takes nothing of what is kept for a single request, whatever comes first.
 * @returns at most a lease's worth, at least what was asked; or else a stretch of the asker's line, for it and those of it who ask next
 */
export function takeTurn(before: Bucket, limit: BucketLimit, wish: Wish, now: number): Turn {
  const bucket = fill(before, limit, now);
  const known = bucket.askers[wish.asker];
  const asker: Asker = {
    weight: wish.weight,
    owed: known?.owed ?? 0,
    line: known?.line ?? 0,
    lineEnds: known?.lineEnds ?? 0,
    seenAt: now,
  };
  const asked = { ...bucket, askers: { ...bucket.askers, [wish.asker]: asker } };
  const weights = weightOf(asked);
  const has = asker.owed + bucket.free;
  const needs = Math.min(wish.requests, savingsOf(bucket, limit, wish.weight, weights));
  if (now >= bucket.pausedUntil && has >= needs - 1e-9) return grant(asked, asker, wish, lease(asked, limit, asker));
  return standInLine(asked, limit, asker, wish, now);
}

/**
 * What an instance may take along beyond what it asked for: nothing where somebody waits, since the next message of the asker may well
 * reach another instance.
 */
function lease(bucket: Bucket, limit: BucketLimit, asker: Asker): number {
  if (asker.line > 0 || Object.keys(bucket.askers).length > 1) return 0;
  return Math.min((rateOf(bucket, limit) * leaseMs) / 1000, (bucket.free + asker.owed) / 4);
}

function grant(bucket: Bucket, asker: Asker, wish: Wish, along: number): Turn {
  const requests = Math.max(wish.requests, Math.floor(along));
  const ofFree = Math.min(bucket.free, Math.max(0, requests - Math.max(0, asker.owed)));
  const owed = asker.owed - (requests - ofFree);
  const { [wish.asker]: _asker, ...others } = bucket.askers;
  const waits = asker.line > 0 || Math.abs(owed) > 1e-9;
  const askers = waits ? { ...others, [wish.asker]: { ...asker, owed } } : others;
  return { kind: 'granted', requests, bucket: { ...bucket, free: bucket.free - ofFree, askers } };
}

/** Nobody is sent away for longer: rates rise again, and others get done. Who is sent away for as long has no place in the line. */
const longestWaitMs = 600_000;

/**
 * The end of the asker's line, as if nobody else came: each asker of lesser backlog is through by then, each of greater one has had as
 * much, by weight.
 */
function standInLine(bucket: Bucket, limit: BucketLimit, asker: Asker, wish: Wish, now: number): Turn {
  const rate = rateOf(bucket, limit);
  const start = Math.max(now, bucket.pausedUntil);
  const ownRate = (rate * asker.weight) / weightOf(bucket);
  const missing = Math.max(0, wish.requests - Math.max(0, asker.owed + bucket.free));
  const first = asker.line > 0 ? asker.line + wish.requests : missing;
  const line = first + wish.followers;
  const dueAt = (backlog: number) => start + (sharedBacklog(bucket, wish, backlog) / rate) * 1000;
  const stretch = { from: dueAt(first), until: dueAt(line), requests: wish.followers };
  if (stretch.from > now + longestWaitMs) return { kind: 'line', stretch: sentAway(now, ownRate), bucket };
  const lineEnds = Math.max(asker.lineEnds, stretch.until);
  const askers = { ...bucket.askers, [wish.asker]: { ...asker, line, lineEnds } };
  return { kind: 'line', stretch, bucket: { ...bucket, askers } };
}

/** Spread, so that not all come back at once. */
function sentAway(now: number, ownRate: number): Stretch {
  const from = now + longestWaitMs;
  return { from, until: from + longestWaitMs / 10, requests: (ownRate * longestWaitMs) / 10_000 };
}

/** What the bucket earns for everybody until it has earned `backlog` for this asker. */
function sharedBacklog(bucket: Bucket, wish: Wish, backlog: number): number {
  return Object.entries(bucket.askers).reduce(
    (sum, [key, { line, weight }]) =>
      sum + (key === wish.asker ? backlog : Math.min(line, (backlog * weight) / wish.weight)),
    0,
  );
}
