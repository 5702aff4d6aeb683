import { isPause, unnamedPauseSeconds } from './budget-bucket.js';
import type { News, StoredLedger } from './budget-ledger.js';
import type { Stretch, Wish } from './budget-line.js';
import type { OperationClass } from './ports.js';

/** A copy of the ledger older than this has probably been changed by others. */
const trustCopyMs = 60_000;
const othersMs = 30_000;
const mostFollowers = 16;
const trustLineMs = 2_000;

/** A stretch of a line, and when its next place comes due; `step` ms a request. */
interface Line {
  /** By then others may have left requests over: the store is asked again. */
  readonly trustedUntil: number;
  readonly until: number;
  readonly next: number;
  readonly step: number;
  readonly requests: number;
}

/** What one instance holds of one ledger: leases, places in lines, and news that the others lack. Times are ms since 1970. */
export class LocalLedger {
  readonly #leases = new Map<string, { readonly left: number; readonly until: number }>();
  readonly #lines = new Map<string, Line>();
  readonly #paused = new Map<OperationClass, number>();
  #news: News = { refusals: new Map(), answered: new Set() };
  #copy: { readonly stored: StoredLedger; readonly trustedUntil: number } | undefined;
  #othersUntil = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** One change at a time: invocations of the same instance must not race each other for the record. */
  inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(run, run);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** From what is held: granted, or the time to come back (ms); undefined where the store must be asked. */
  serve(operation: OperationClass, wish: Wish, now: number): 'granted' | number | undefined {
    const id = idOf(operation, wish);
    const lease = this.#leases.get(id);
    const paused = Math.max(this.pausedUntil(operation, now), this.pausedUntil('token', now));
    if (now >= paused && lease && now < lease.until && lease.left >= wish.requests) {
      this.#leases.set(id, { ...lease, left: lease.left - wish.requests });
      return 'granted';
    }
    const line = this.#lines.get(id);
    if (!line || now >= line.trustedUntil || line.next > line.until) return undefined;
    const at = line.next;
    this.#lines.set(id, { ...line, next: at + line.step * wish.requests });
    return at;
  }

  lease(operation: OperationClass, wish: Wish, left: number, until: number): void {
    if (left > 0) this.#leases.set(idOf(operation, wish), { left, until });
    this.#lines.delete(idOf(operation, wish));
  }

  /** Granted and not sent. What came from a lease that has ended meanwhile ends with it. */
  unsent(operation: OperationClass, asker: string, requests: number, until: number): void {
    const id = `${operation} ${asker}`;
    const lease = this.#leases.get(id) ?? { left: 0, until };
    this.#leases.set(id, { ...lease, left: lease.left + requests });
  }

  /** What is left of the asker's lease, and of those of others that have ended: given back with the next draw. */
  unspent(operation: OperationClass, wish: Wish, now: number): number {
    return this.#spent(operation, wish, now).reduce((sum, [, { left }]) => sum + left, 0);
  }

  /** They have been given back. */
  gaveBack(operation: OperationClass, wish: Wish, now: number): void {
    for (const [id] of this.#spent(operation, wish, now)) this.#leases.delete(id);
  }

  #spent(operation: OperationClass, wish: Wish, now: number) {
    return [...this.#leases].filter(
      ([id, { until }]) => id === idOf(operation, wish) || (now >= until && id.startsWith(`${operation} `)),
    );
  }

  /** Twice as many as the last time, if more came before the first was due; none when they come one by one. */
  followers(operation: OperationClass, asker: string, now: number): number {
    const line = this.#lines.get(`${operation} ${asker}`);
    return line && now < line.trustedUntil && line.next > line.until
      ? Math.min(mostFollowers, Math.max(1, line.requests * 2))
      : 0;
  }

  /** The asker's stretch of the line: each further request of it comes back a step later. */
  queue(operation: OperationClass, wish: Wish, stretch: Stretch, now: number): void {
    const { from, until, requests } = stretch;
    const step = requests > 0 ? (until - from) / requests : 0;
    this.#lines.set(idOf(operation, wish), {
      trustedUntil: Math.min(from, now + trustLineMs),
      next: requests > 0 ? from + step * wish.requests : Number.POSITIVE_INFINITY,
      step,
      until,
      requests,
    });
  }

  refuse(operation: OperationClass, retryAfterSeconds: number | undefined, now: number): void {
    const until = now + (retryAfterSeconds ?? unnamedPauseSeconds) * 1000;
    this.#paused.set(operation, Math.max(until, this.pausedUntil(operation, now)));
    const refusals = new Map(this.#news.refusals).set(operation, { at: now, retryAfterSeconds });
    this.#news = { ...this.#news, refusals };
    for (const id of this.#leases.keys()) if (id.startsWith(`${operation} `)) this.#leases.delete(id);
  }

  answer(operation: OperationClass): void {
    if (this.#news.answered.has(operation)) return;
    this.#news = { ...this.#news, answered: new Set(this.#news.answered).add(operation) };
  }

  learnSku(sku: string): void {
    if (this.#copy?.stored.ledger.sku !== sku) this.#news = { ...this.#news, sku };
  }

  /** 0 for none, and for one that this clock, set back since, makes too long to be one. */
  pausedUntil(operation: OperationClass, now: number): number {
    const until = this.#paused.get(operation) ?? 0;
    return isPause(until, now) ? until : 0;
  }

  get news(): News {
    return this.#news;
  }

  /** The record as this instance wrote it last, where nobody else seems to write it. */
  copy(now: number): StoredLedger | undefined {
    return this.#copy && now < this.#copy.trustedUntil && now >= this.#othersUntil ? this.#copy.stored : undefined;
  }

  wrote(stored: StoredLedger, told: News, now: number): void {
    this.#copy = { stored, trustedUntil: now + trustCopyMs };
    this.#news = untold(this.#news, told);
    for (const [operation, bucket] of Object.entries(stored.ledger.buckets)) {
      const known = this.pausedUntil(operation as OperationClass, now);
      if (bucket.pausedUntil > known) this.#paused.set(operation as OperationClass, bucket.pausedUntil);
    }
  }

  /** Somebody else writes the record: for a while it is read before it is written. */
  lost(now: number): void {
    this.#copy = undefined;
    this.#othersUntil = now + othersMs;
  }
}

/** What came while the record was written. */
function untold(news: News, told: News): News {
  if (news === told) return { refusals: new Map(), answered: new Set() };
  const refusals = [...news.refusals].filter(([operation, refusal]) => told.refusals.get(operation) !== refusal);
  const { sku: _sku, ...rest } = news;
  return { ...(news.sku === told.sku ? rest : news), refusals: new Map(refusals) };
}

function idOf(operation: OperationClass, { asker }: Wish): string {
  return `${operation} ${asker}`;
}
