import type { Answer } from './http.js';
import { answerOciError } from './oci-answers.js';
import type { ScenarioRegistry } from './scenario.js';
import { TokenBucket } from './token-bucket.js';

/** The request limits of one registry; none unless the scenario sets them. */
export class AcrLimits {
  private readonly buckets: ReadonlyMap<string, TokenBucket>;

  constructor(limits: ScenarioRegistry['limits'], now: () => number) {
    this.buckets = new Map(
      Object.entries(limits ?? {}).flatMap(([operation, perMinute]) =>
        perMinute === undefined ? [] : [[operation, new TokenBucket(perMinute, now)] as const],
      ),
    );
  }

  /** @returns the 429 of a request that is one too many */
  refuse(path: string): Answer | undefined {
    const wait = this.buckets.get(operationOf(path))?.take() ?? 0;
    if (wait === 0) return undefined;
    return answerOciError(429, 'TOOMANYREQUESTS', 'too many requests', { 'retry-after': String(wait) });
  }
}

function operationOf(path: string): 'reads' | 'tokens' | 'referrers' {
  if (path.startsWith('/oauth2/')) return 'tokens';
  return /^\/v2\/.+\/referrers\//.test(path) ? 'referrers' : 'reads';
}
