import type { Asker, Bucket, Promised } from './budget-bucket.js';

/** By whom and how urgently a bucket is asked. */
export interface Wish {
  readonly asker: string;
  readonly weight: number;
  readonly requests: number;
  /** Requests of the same asker that are expected to follow at once: they get their places in the line with this one. */
  readonly followers: number;
}

/** A part of a line: this take comes due at `from`, those of the same asker that follow evenly until `until` (ms since 1970). */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  /** Between both. */
  readonly requests: number;
}

/** Promises are kept to ten seconds. */
const slotMs = 10_000;
/** Nobody is sent away for longer: rates rise again, and others get done. Who is sent away for as long has no place in the line. */
const slots = 60;

/**
 * Places in the asker's line: the first that are not promised yet. In every ten seconds an asker has its part of what the bucket
 * earns, by weight among those whose lines reach as far: a line gets faster when the others' lines end. Promises keep messages apart in
 * time, no more: whoever comes takes what is there, so a promise that was too early or too late costs a message or seconds, never
 * requests.
 */
export function placeInLine(
  bucket: Bucket,
  rate: number,
  wish: Wish,
  now: number,
): { readonly stretch: Stretch; readonly bucket: Bucket } {
  const asker = bucket.askers[wish.asker];
  if (!asker) return { stretch: sentAway(now, rate), bucket };
  const start = Math.max(now, bucket.pausedUntil);
  const line = new Map(asker.line.map(({ until, requests }) => [until, requests]));
  let left = wish.requests;
  for (let slot = Math.floor(start / slotMs), last = slot + slots; slot < last; slot += 1) {
    const until = (slot + 1) * slotMs;
    const begins = Math.max(start, slot * slotMs);
    const perSecond = (rate * asker.weight) / weightUntil(bucket, wish.asker, until);
    const room = ((until - slot * slotMs) / 1000) * perSecond - (line.get(until) ?? 0);
    const earned = Math.min(room, ((until - begins) / 1000) * perSecond);
    if (earned <= 0) continue;
    const own = Math.min(left, earned);
    left -= own;
    const followers = left > 0 ? 0 : Math.min(wish.followers, Math.floor(earned - own));
    line.set(until, (line.get(until) ?? 0) + own + followers);
    if (left > 1e-9) continue;
    const from = until - ((earned - own) / perSecond) * 1000;
    const stretch = { from, until: from + (followers / perSecond) * 1000, requests: followers };
    return { stretch, bucket: withLine(bucket, wish.asker, asker, line, until) };
  }
  return { stretch: sentAway(now, (rate * asker.weight) / weightUntil(bucket, wish.asker, now)), bucket };
}

/** Weights of those whose lines reach to a time; the asker's own counts always. */
function weightUntil({ askers }: Bucket, self: string, until: number): number {
  let weights = 0;
  for (const key in askers) {
    const asker = askers[key];
    if (asker && (key === self || asker.lineEnds >= until)) weights += asker.weight;
  }
  return weights;
}

function withLine(bucket: Bucket, key: string, asker: Asker, line: ReadonlyMap<number, number>, until: number): Bucket {
  const promised: readonly Promised[] = [...line]
    .sort(([a], [b]) => a - b)
    .map(([until, requests]) => ({ until, requests }));
  const lineEnds = Math.max(asker.lineEnds, until);
  return { ...bucket, askers: { ...bucket.askers, [key]: { ...asker, line: promised, lineEnds } } };
}

/** Spread, so that not all come back at once. */
function sentAway(now: number, ownRate: number): Stretch {
  const from = now + slots * slotMs;
  return { from, until: from + 6 * slotMs, requests: ownRate * 60 };
}
