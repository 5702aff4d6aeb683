import { isOfTheFuture } from '../model/clock-skew.js';
import { failures, type SyncError } from '../model/errors.js';
import type { Outage } from './outage.js';

/** Looks in vain have to lie so far apart, with none between that found the registry: less is a blip, and no gate flaps for it. */
const unreachableAfterMs = 5 * 60_000;

/**
 * Whether a failure says that the registry itself could not be asked: no answer, an answer that is none (5xx), or 401 and 403 for our
 * identity. Throttling (429) and what fails behind it (424, 502 of a cache rule) are answers; so is content that is wrong. Pure.
 */
export function isUnreachable({ code }: SyncError): boolean {
  return code === 'REGISTRY_UNAVAILABLE' || code === 'REGISTRY_FORBIDDEN';
}

/**
 * The outage of a registry after one more look that did not reach it. It goes on from before, however long nobody looked: a look that reached
 * the registry would have ended it. Order and number of the looks change nothing but its newest reason. Pure.
 */
export function afterLookInVain(known: Outage | undefined, error: SyncError, now: Date): Outage {
  const { since, lastProbe } = known ?? { since: now, lastProbe: now };
  return {
    since: since < now ? since : now,
    lastProbe: lastProbe > now && !isOfTheFuture(lastProbe, now) ? lastProbe : now,
    code: error.code,
    reason: `${error.code}: ${error.message}`.slice(0, 300),
  };
}

/**
 * Whether nothing can be said of what a registry serves: at least two looks in vain, five minutes apart. Where looks have ceased, as in an app
 * that was stopped, it holds on as long as proofs from before it count. Pure.
 * @param proofsLastMs a proof older than this opens no gate
 */
export function shutsGates(outage: Outage | undefined, now: Date, proofsLastMs: number): outage is Outage {
  if (!outage || now.getTime() - outage.lastProbe.getTime() > proofsLastMs) return false;
  return outage.lastProbe.getTime() - outage.since.getTime() >= unreachableAfterMs;
}

/** One sentence for the gate: who, since when, what it says, what to do. */
export function describeUnreachable(loginServer: string, { since, lastProbe, code, reason }: Outage): string {
  const times = `since ${since.toISOString()}, last tried ${lastProbe.toISOString()}`;
  return `registry unreachable: ${loginServer} could not be reached ${times} (${reason}). ${failures[code].advice} The gate follows by itself, a few minutes after the registry is back`;
}
