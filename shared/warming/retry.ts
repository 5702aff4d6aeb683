import { SyncError, type FailureClass } from '../model/errors.js';

export interface Pace {
  /** Seconds before the first look after a request, and after a first failure; doubles with every further one. */
  readonly verifyDelaySeconds: number;
}

interface RetryRule {
  /** First delay, in verify delays; doubles with every failure in a row. */
  readonly factor: number;
  readonly longestSeconds: number;
}

/**
 * How a failure of each class is tried again. The other side's `Retry-After` always counts when it is longer.
 * - permanent: never; the plan of half an hour later makes a fresh start
 * - throttled: soon, as the other side says when
 * - upstream-down: seldom in the end; fresh images fail for 20 to 50 minutes (Azure/acr#876)
 * - auth: seldom, as only a person changes that
 */
export const retryRules: Readonly<Record<FailureClass, RetryRule | undefined>> = {
  permanent: undefined,
  throttled: { factor: 1, longestSeconds: 120 },
  'upstream-down': { factor: 1, longestSeconds: 600 },
  'registry-down': { factor: 1, longestSeconds: 300 },
  auth: { factor: 2, longestSeconds: 600 },
  ours: { factor: 1, longestSeconds: 600 },
};

/**
 * Seconds until the next try; undefined where none helps. Pure.
 * @param failures failures in a row before this one
 */
export function retryDelay(error: SyncError, failures: number, pace: Pace): number | undefined {
  const rule = retryRules[error.failureClass];
  if (!rule) return undefined;
  const backoff = pace.verifyDelaySeconds * rule.factor * 2 ** Math.min(failures, 10);
  return Math.max(Math.ceil(Math.min(backoff, rule.longestSeconds)), error.retryAfterSeconds ?? 0);
}

/** MAR fails in the words of any registry; here it is the upstream. It wants no identity of ours: what it refuses is no lack of a role. */
export function asUpstream(error: unknown): unknown {
  if (!(error instanceof SyncError)) return error;
  if (error.failureClass !== 'registry-down' && error.code !== 'REGISTRY_FORBIDDEN') return error;
  const { message, retryAfterSeconds } = error;
  return new SyncError('UPSTREAM_UNAVAILABLE', message, {
    cause: error,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
