import type { BudgetAccount } from './ports.js';

/** A token bucket: `burst` requests at once after a rest, `perSecond` in the long run. */
export interface BucketLimit {
  readonly burst: number;
  readonly perSecond: number;
}

export interface BudgetPolicy {
  /** Part of a documented limit that is ours, above 0 and up to 1; the rest is for nodes and people. */
  readonly share: number;
  /** MAR documents no limit: this one is our own and taken whole. */
  readonly marReadsPerMinute: number;
}

/** Requests a minute of one registry; our identity may use no more than the lesser of both. */
interface RegistryLimits {
  readonly reads: number;
  readonly referrers: number;
  readonly tokens: number;
}

/** Per identity where ACR has such a limit, else per registry. Source: azure-docs container-registry-skus.md, "API concurrency and rate limits". */
const premium: RegistryLimits = { reads: 10_000, referrers: 1_000, tokens: 20_000 };
const basicOrStandard: RegistryLimits = { reads: 5_000, referrers: 250, tokens: 10_000 };

/** Per subscription, principal and region. Source: azure-docs request-limits-and-throttling.md. */
const arm = { 'arm-read': { burst: 250, perSecond: 25 }, 'arm-write': { burst: 200, perSecond: 10 } } as const;

/** MAR's is spread more evenly: nobody says how it counts. */
const marBurstSeconds = 10;

/**
 * What we may ask of an account. A limit "per minute" is a bucket of a minute's requests that refills within a minute: with half of it
 * for us, no minute, however it is cut, sees more than the whole limit.
 * @param sku as ARM spells it; a registry whose SKU nobody has read yet is taken for the smallest
 */
export function limitOf({ operation }: BudgetAccount, sku: string | undefined, policy: BudgetPolicy): BucketLimit {
  const registry = sku?.toLowerCase() === 'premium' ? premium : basicOrStandard;
  switch (operation) {
    case 'manifest-read':
      return ofMinute(registry.reads * policy.share);
    case 'referrers':
      return ofMinute(registry.referrers * policy.share);
    case 'token':
      return ofMinute(registry.tokens * policy.share);
    case 'arm-read':
    case 'arm-write': {
      const { burst, perSecond } = arm[operation];
      return { burst: burst * policy.share, perSecond: perSecond * policy.share };
    }
    case 'upstream-read': {
      const perSecond = policy.marReadsPerMinute / 60;
      return { burst: perSecond * marBurstSeconds, perSecond };
    }
  }
}

function ofMinute(requests: number): BucketLimit {
  return { burst: requests, perSecond: requests / 60 };
}
