import { fill, rateOf, savingsOf, weightOf, type Asker, type Bucket } from './budget-bucket.js';
import { placeInLine, type Stretch, type Wish } from './budget-line.js';
import type { BucketLimit } from './budget-limits.js';

const hourMs = 3_600_000;

/** Requests to use, or times to come back. */
export type Turn =
  | { readonly kind: 'granted'; readonly requests: number; readonly bucket: Bucket }
  | { readonly kind: 'line'; readonly stretch: Stretch; readonly bucket: Bucket };

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
    line: known?.line ?? [],
    lineEnds: known?.lineEnds ?? 0,
    seenAt: now,
  };
  const asked = { ...bucket, askers: { ...bucket.askers, [wish.asker]: asker } };
  const weights = weightOf(asked);
  const has = asker.owed + bucket.free;
  const needs = Math.min(wish.requests, savingsOf(bucket, limit, wish.weight, weights));
  if (now >= bucket.pausedUntil && has >= needs - 1e-9) return grant(asked, asker, wish, lease(asked, limit, asker));
  const placed = placeInLine(asked, rateOf(asked, limit), wish, now);
  return { kind: 'line', ...placed };
}

/**
 * What an instance may take along beyond what it asked for: nothing where somebody waits, since the next message of the asker may well
 * reach another instance.
 */
function lease(bucket: Bucket, limit: BucketLimit, asker: Asker): number {
  if (asker.line.length > 0 || Object.keys(bucket.askers).length > 1) return 0;
  return Math.min((rateOf(bucket, limit) * leaseMs) / 1000, (bucket.free + asker.owed) / 4);
}

function grant(bucket: Bucket, asker: Asker, wish: Wish, along: number): Turn {
  const requests = Math.max(wish.requests, Math.floor(along));
  const ofFree = Math.min(bucket.free, Math.max(0, requests - Math.max(0, asker.owed)));
  const owed = asker.owed - (requests - ofFree);
  const { [wish.asker]: _asker, ...others } = bucket.askers;
  const waits = asker.line.length > 0 || Math.abs(owed) > 1e-9;
  const askers = waits ? { ...others, [wish.asker]: { ...asker, owed } } : others;
  return { kind: 'granted', requests, bucket: { ...bucket, free: bucket.free - ofFree, askers } };
}
