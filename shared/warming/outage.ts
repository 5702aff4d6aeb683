import type { FailureCode } from '../model/errors.js';

/** Who fails: the registry itself, or what it gets from MAR. */
export type OutageSide = 'registry' | 'upstream';

/** A time in which nobody is asked but by one probe after the other. */
export interface Outage {
  readonly since: Date;
  readonly lastProbe: Date;
  /** Of the newest failure. */
  readonly code: FailureCode;
  /** The newest failure: its code and message. */
  readonly reason: string;
}

/** What is known of one side of one registry. */
export interface Health {
  /** Different artifacts that failed since the last success, newest last. */
  readonly failures: readonly { readonly artifact: string; readonly at: Date }[];
  readonly outage?: Outage;
}

export const healthy: Health = { failures: [] };

export interface OutagePolicy {
  /** So many different artifacts in a row, within `windowMs`, are no coincidence. */
  readonly failuresForOutage: number;
  readonly windowMs: number;
  readonly probeEveryMs: number;
}

/** One artifact failing for an hour is its own trouble (Azure/acr#876, #892); six in five minutes without one success are an outage. */
export const outagePolicy: OutagePolicy = { failuresForOutage: 6, windowMs: 5 * 60_000, probeEveryMs: 30_000 };

export type Permit =
  | { readonly kind: 'go' }
  | { readonly kind: 'probe'; readonly health: Health }
  | { readonly kind: 'wait'; readonly seconds: number };

const longestWaitSeconds = 600;

/**
 * Whether one more task may reach this side now. During an outage one may every `probeEveryMs`: a probe. The others are told to come
 * back, the later the longer it lasts. Pure.
 */
export function permitOf(health: Health, now: Date, policy: OutagePolicy): Permit {
  const { outage } = health;
  if (!outage) return { kind: 'go' };
  const sinceProbe = now.getTime() - outage.lastProbe.getTime();
  if (sinceProbe >= policy.probeEveryMs)
    return { kind: 'probe', health: { ...health, outage: { ...outage, lastProbe: now } } };
  const age = now.getTime() - outage.since.getTime();
  const seconds = Math.ceil(Math.max(policy.probeEveryMs - sinceProbe, age / 10, policy.probeEveryMs / 2) / 1000);
  return { kind: 'wait', seconds: Math.min(seconds, longestWaitSeconds) };
}

/** An answer was had from this side. Pure. */
export function afterFailure(
  health: Health,
  failure: { readonly artifact: string; readonly code: FailureCode; readonly reason: string },
  now: Date,
  policy: OutagePolicy,
): Health {
  const { artifact, code, reason } = failure;
  const others = health.failures.filter(
    (other) => other.artifact !== artifact && now.getTime() - other.at.getTime() < policy.windowMs,
  );
  const failures = [...others, { artifact, at: now }].slice(-policy.failuresForOutage);
  if (health.outage) return { failures, outage: { ...health.outage, code, reason } };
  if (failures.length < policy.failuresForOutage) return { failures };
  return { failures, outage: { since: now, lastProbe: now, code, reason } };
}
