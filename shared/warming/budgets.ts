import { fill, giveBack } from './budget-bucket.js';
import { bucketOf, learn, type Ledger, type LedgerStore, type LimitOf, type News } from './budget-ledger.js';
import { LocalLedger } from './budget-local.js';
import type { Wish } from './budget-line.js';
import { leaseMs, takeTurn, urgencyOf, type Turn } from './budget-turns.js';
import type { BudgetAccount, Budgets, Grant, OperationClass } from './ports.js';

/** Writers of one ledger that lose so often meet too many others: the message comes back in a second. */
const mostTries = 6;

/** An account that is not at its full rate: for `GET /api/status`. */
export interface ThrottledBudget {
  readonly registry: string;
  readonly operation: OperationClass;
  /** Percent of our share of the documented limit. */
  readonly percent: number;
  /** ISO 8601; absent when no pause runs. */
  readonly pausedUntil?: string;
}

/** One sentence for the gate. */
export function describeThrottled({ registry, operation, percent, pausedUntil }: ThrottledBudget): string {
  const held =
    pausedUntil === undefined
      ? `gets ${operation} requests at ${percent} % of our share, as it refused more`
      : `is sent no ${operation} requests until ${pausedUntil}, as it asked`;
  return `budget: ${registry} ${held}; goes on by itself`;
}

/**
 * Budgets that all instances share: one record per registry in a store, from which an instance draws requests for five seconds at a
 * time (a lease), so that most takes cost no transaction. An instance that dies leaves its lease unused. docs/adr/0006.
 */
export class SharedBudgets implements Budgets {
  readonly #locals = new Map<string, LocalLedger>();

  constructor(
    private readonly store: LedgerStore,
    private readonly limitFor: LimitOf,
    private readonly now: () => Date,
  ) {}

  take(account: BudgetAccount, requests: number, deadline?: Date): Promise<Grant> {
    const local = this.#local(account.registry);
    return local.inTurn(() => this.#take(local, account, requests, deadline));
  }

  /** No transaction: the same asker is served from it next, or it goes back with the next draw, as a lease does. */
  giveBack({ registry, ...account }: BudgetAccount, requests: number, deadline?: Date): Promise<void> {
    const local = this.#local(registry);
    const now = this.now().getTime();
    return local.inTurn(async () =>
      local.unsent(account.operation, askerOf(account, deadline, now).asker, requests, now + leaseMs),
    );
  }

  observe({ registry, operation }: BudgetAccount, answer: { status: number; retryAfterSeconds?: number }): void {
    const { status, retryAfterSeconds } = answer;
    const refused = status === 429 || (status === 503 && retryAfterSeconds !== undefined);
    if (refused) this.#local(registry).refuse(operation, retryAfterSeconds, this.now().getTime());
    else if (status < 500) this.#local(registry).answer(operation);
  }

  /** Tells the other instances of a pause at once; without it they learn with the next draw. Best effort. */
  async announce(registry: string): Promise<void> {
    const local = this.#local(registry);
    await local.inTurn(async () => {
      if (local.news.refusals.size > 0)
        await this.#change(local, registry, (ledger) => ({ ledger, result: undefined }));
    });
  }

  /** What ARM says of a registry; kept with the ledger, for the instances that never asked ARM. */
  learnSku(registry: string, sku: string): void {
    this.#local(registry).learnSku(sku);
  }

  /** Seconds for which nothing may be sent, as far as this instance knows; 0 when it may. */
  pauseOf({ registry, operation }: BudgetAccount): number {
    const now = this.now().getTime();
    return Math.max(0, (this.#local(registry).pausedUntil(operation, now) - now) / 1000);
  }

  /** One transaction. */
  async throttled(): Promise<readonly ThrottledBudget[]> {
    const now = this.now().getTime();
    const found = [...(await this.store.list())].flatMap(([registry, { buckets }]) =>
      Object.entries(buckets).map(([operation, bucket]) => ({
        registry,
        operation: operation as OperationClass,
        bucket,
      })),
    );
    return found
      .filter(({ bucket }) => bucket.pausedUntil > now || bucket.factor < 1)
      .map(({ bucket, ...account }) => ({
        ...account,
        percent: Math.round(bucket.factor * 100),
        ...(bucket.pausedUntil > now ? { pausedUntil: new Date(bucket.pausedUntil).toISOString() } : {}),
      }));
  }

  async #take(local: LocalLedger, account: BudgetAccount, requests: number, deadline?: Date): Promise<Grant> {
    const now = this.now().getTime();
    const asked = askerOf(account, deadline, now);
    const wish = { ...asked, requests, followers: local.followers(account.operation, asked.asker, now) };
    const known = local.serve(account.operation, wish, now);
    if (known !== undefined) return known === 'granted' ? { kind: 'granted' } : waitUntil(known, now);
    const turn = await this.#change(local, account.registry, (ledger) => this.#draw(local, account, ledger, wish));
    if (turn === undefined) return { kind: 'wait', seconds: 1 };
    local.gaveBack(account.operation, wish, now);
    if (turn.kind === 'granted') {
      local.lease(account.operation, wish, turn.requests - requests, now + leaseMs);
      return { kind: 'granted' };
    }
    local.queue(account.operation, wish, turn.stretch, now);
    return waitUntil(turn.stretch.from, now);
  }

  /** A request may need a token first: a pause of the token service is one of all reads. */
  #draw(local: LocalLedger, { registry, operation }: BudgetAccount, ledger: Ledger, wish: Wish) {
    const now = this.now().getTime();
    const limit = this.limitFor(registry, operation, ledger.sku);
    const bucket = fill(bucketOf(ledger, operation, limit, now), limit, now);
    const given = giveBack(bucket, limit, local.unspent(operation, wish, now));
    const pausedUntil = Math.max(bucket.pausedUntil, ledger.buckets.token?.pausedUntil ?? 0);
    const result: Turn = takeTurn({ ...given, pausedUntil }, limit, wish, now);
    const after = { ...result.bucket, pausedUntil: bucket.pausedUntil };
    return { ledger: { ...ledger, buckets: { ...ledger.buckets, [operation]: after } }, result };
  }

  /** Reads, changes and writes a ledger until nobody else was in between; what this instance has learnt goes along. */
  async #change<Result>(
    local: LocalLedger,
    registry: string,
    change: (ledger: Ledger) => { readonly ledger: Ledger; readonly result: Result },
  ): Promise<Result | undefined> {
    const now = this.now().getTime();
    for (let tries = 0; tries < mostTries; tries += 1) {
      const stored = local.copy(now) ?? (await this.store.read(registry));
      const news: News = local.news;
      const known = learn(registry, stored?.ledger ?? { buckets: {} }, news, this.limitFor, now);
      const { ledger, result } = change(known);
      const etag = await this.store.write(registry, ledger, stored?.etag);
      if (etag !== undefined) {
        local.wrote({ ledger, etag }, news, now);
        return result;
      }
      local.lost(now);
    }
    return undefined;
  }

  #local(registry: string): LocalLedger {
    const local = this.#locals.get(registry) ?? new LocalLedger();
    this.#locals.set(registry, local);
    return local;
  }
}

/** Who is more urgent than others of its name waits in a line of its own. */
function askerOf({ asker = '' }: Pick<BudgetAccount, 'asker'>, deadline: Date | undefined, now: number) {
  const weight = urgencyOf(deadline, now);
  return { asker: `${asker} ${weight}`, weight };
}

function waitUntil(at: number, now: number): Grant {
  return { kind: 'wait', seconds: Math.max(1, Math.ceil((at - now) / 1000)) };
}

/**
 * Takes, and sleeps where it must: for a process that runs to its end, such as `warm` from the command line; never in a function.
 * Outside any request, so that no timeout runs meanwhile.
 */
export async function takeOrWait(
  budgets: Pick<Budgets, 'take'>,
  account: BudgetAccount,
  requests: number,
  sleep: (seconds: number) => Promise<void>,
): Promise<void> {
  for (;;) {
    const grant = await budgets.take(account, requests);
    if (grant.kind === 'granted') return;
    await sleep(grant.seconds);
  }
}
