import type { OperationClass } from '../../shared/warming/ports.js';

/** What a server lets through: written down here from the documents, and not taken from the product, which has a model of its own. */
interface ServerLimit {
  readonly capacity: number;
  readonly perSecond: number;
}

/** ACR Premium for one identity; ARM for one principal; MAR as its setting supposes. Source: azure-facts.md section 4. */
export const serverLimits: Readonly<Record<OperationClass, ServerLimit>> = {
  'manifest-read': { capacity: 10_000, perSecond: 10_000 / 60 },
  referrers: { capacity: 1_000, perSecond: 1_000 / 60 },
  token: { capacity: 20_000, perSecond: 20_000 / 60 },
  'arm-read': { capacity: 250, perSecond: 25 },
  'arm-write': { capacity: 200, perSecond: 10 },
  'upstream-read': { capacity: 500, perSecond: 50 },
};

/** A time in which a server refuses everything, in seconds. */
export interface Refusal {
  readonly registry: string;
  readonly operation: OperationClass;
  readonly from: number;
  readonly until: number;
}

/** Servers with a token bucket per registry and operation; a refusal says how many seconds to stay away. */
export class Servers {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  refused = 0;

  constructor(private readonly refusals: readonly Refusal[]) {}

  /** @returns seconds of `Retry-After`, or undefined when it answered */
  ask(registry: string, operation: OperationClass, now: number): number | undefined {
    const forced = this.refusals.find(
      (refusal) =>
        refusal.registry === registry && refusal.operation === operation && now >= refusal.from && now < refusal.until,
    );
    const { capacity, perSecond } = serverLimits[operation];
    const key = `${registry} ${operation}`;
    const bucket = this.#buckets.get(key) ?? { tokens: capacity, at: now };
    bucket.tokens = Math.min(capacity, bucket.tokens + (now - bucket.at) * perSecond);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (!forced && bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return undefined;
    }
    this.refused += 1;
    return Math.ceil(forced ? forced.until - now : (1 - bucket.tokens) / perSecond);
  }
}
