import { believe, openBucket, recover, throttle, type Bucket } from './budget-bucket.js';
import { limitOf, type BucketLimit, type BudgetPolicy } from './budget-limits.js';
import type { OperationClass } from './ports.js';

/** The buckets of one registry, of MAR or of ARM: what is stored as one record. */
export interface Ledger {
  /** As ARM spelled it when the registry was last read by anybody. */
  readonly sku?: string;
  readonly buckets: Readonly<Partial<Record<OperationClass, Bucket>>>;
}

/** A ledger with what optimistic concurrency needs. */
export interface StoredLedger {
  readonly ledger: Ledger;
  readonly etag: string;
}

/** Ledgers by account name, shared by all instances. */
export interface LedgerStore {
  read(registry: string): Promise<StoredLedger | undefined>;
  /**
   * Replaces the version that `etag` names; undefined creates.
   * @returns the new version, or undefined when somebody else was first: nothing is written then
   */
  write(registry: string, ledger: Ledger, etag: string | undefined): Promise<string | undefined>;
  list(): Promise<ReadonlyMap<string, Ledger>>;
}

/** What an instance learnt of a ledger and has not told the others yet. */
export interface News {
  readonly sku?: string;
  readonly refusals: ReadonlyMap<
    OperationClass,
    { readonly at: number; readonly retryAfterSeconds: number | undefined }
  >;
  readonly answered: ReadonlySet<OperationClass>;
}

export type LimitOf = (registry: string, operation: OperationClass, sku: string | undefined) => BucketLimit;

export function limitsUnder(policy: BudgetPolicy): LimitOf {
  return (registry, operation, sku) => limitOf({ registry, operation }, sku, policy);
}

/** The bucket of an operation, open where nobody has asked yet. */
export function bucketOf({ buckets }: Ledger, operation: OperationClass, limit: BucketLimit, now: number): Bucket {
  return buckets[operation] ?? openBucket(limit, now);
}

/**
 * The ledger with the news, and without what cannot be true. Pure: the same news told twice lower a rate once (answers of the same
 * moment are one sign).
 */
export function learn(registry: string, ledger: Ledger, news: News, limitFor: LimitOf, now: number): Ledger {
  const sku = news.sku ?? ledger.sku;
  const believed = Object.entries(ledger.buckets).map(
    ([operation, bucket]) => [operation, believe(bucket, now)] as const,
  );
  const buckets: Partial<Record<OperationClass, Bucket>> = Object.fromEntries<Bucket>(believed);
  const limit = (operation: OperationClass) => limitFor(registry, operation, sku);
  for (const operation of news.answered) {
    const bucket = buckets[operation];
    if (bucket) buckets[operation] = recover(bucket, now);
  }
  for (const [operation, { at: seenAt, retryAfterSeconds }] of news.refusals) {
    const at = Math.min(seenAt, now);
    const bucket = bucketOf({ buckets }, operation, limit(operation), at);
    buckets[operation] = throttle(bucket, limit(operation), retryAfterSeconds, at);
  }
  return { ...(sku === undefined ? {} : { sku }), buckets };
}

/** Ledgers of one process: for the command line, which shares with nobody. */
export class OwnLedgers implements LedgerStore {
  readonly #ledgers = new Map<string, StoredLedger>();
  #writes = 0;

  async read(registry: string): Promise<StoredLedger | undefined> {
    return this.#ledgers.get(registry);
  }

  async write(registry: string, ledger: Ledger, etag: string | undefined): Promise<string | undefined> {
    if (this.#ledgers.get(registry)?.etag !== etag) return undefined;
    this.#writes += 1;
    this.#ledgers.set(registry, { ledger, etag: `${this.#writes}` });
    return `${this.#writes}`;
  }

  async list(): Promise<ReadonlyMap<string, Ledger>> {
    return new Map([...this.#ledgers].map(([registry, { ledger }]) => [registry, ledger]));
  }
}
