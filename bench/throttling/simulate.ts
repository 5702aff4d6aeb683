import { limitsUnder, OwnLedgers, type Ledger } from '../../shared/warming/budget-ledger.js';
import { SharedBudgets } from '../../shared/warming/budgets.js';
import type { BudgetAccount, OperationClass } from '../../shared/warming/ports.js';
import { Events } from './events.js';
import { Servers, type Refusal } from './server.js';

/** Requests that one message sends, one after the other. */
export interface Step {
  readonly operation: OperationClass;
  readonly requests: number;
}

export interface Backlog {
  readonly registry: string;
  readonly artifacts: number;
  /** Seconds from now; the sooner, the more urgent. */
  readonly deadline?: number;
  /** Seconds from now at which the artifacts are planned. */
  readonly startsAt?: number;
}

export interface Scenario {
  readonly backlogs: readonly Backlog[];
  readonly steps: readonly Step[];
  readonly share: number;
  readonly instances: number;
  readonly refusals?: readonly Refusal[];
}

export interface Outcome {
  /** Seconds until the last artifact of each registry was through. */
  readonly finishedAt: ReadonlyMap<string, number>;
  /** Sent by an instance that had been told to stay away. */
  readonly sentInPause: number;
  /** Sent within somebody else's pause, by an instance that did not know yet. */
  readonly sentUnaware: number;
  /** The longest that such an instance went on, in seconds. */
  readonly longestUnaware: number;
  readonly requests: number;
  readonly refused: number;
  /** Transactions on the shared ledgers. */
  readonly transactions: number;
  /** Messages that were given back because there was no budget. */
  readonly givenBack: number;
}

interface Message {
  readonly backlog: Backlog;
  readonly step: number;
}

type Event =
  | { readonly kind: 'visible'; readonly message: Message }
  | { readonly kind: 'request'; readonly message: Message; readonly worker: Worker; readonly left: number }
  | { readonly kind: 'free'; readonly worker: Worker };

interface Worker {
  readonly instance: number;
}

const workersPerInstance = 16;
/** host.json: `batchSize` + `newBatchThreshold` keep about so many invocations of an instance going. */
const latencySeconds = [0.02, 0.08] as const;
const epoch = Date.parse('2026-11-01T00:00:00Z');

/** Plays a scenario in virtual time: the product's budgets, workers that act as the warm queue's do, servers of this bench. */
export class Simulation {
  readonly #events = new Events<Event>();
  readonly #store = new CountedLedgers();
  readonly #servers;
  readonly #instances: readonly SharedBudgets[];
  readonly #idle: Worker[] = [];
  readonly #visible: Message[] = [];
  readonly #finishedAt = new Map<string, number>();
  /** By account: until when the server wants no requests, and since when each instance knows. */
  readonly #pauses = new Map<string, { until: number; readonly since: number; readonly toldTo: Set<number> }>();
  readonly #counts = { sentInPause: 0, sentUnaware: 0, longestUnaware: 0, requests: 0, givenBack: 0 };
  #now = 0;
  #random: number;

  constructor(
    private readonly scenario: Scenario,
    seed: number,
  ) {
    this.#random = seed;
    this.#servers = new Servers(scenario.refusals ?? []);
    const limits = limitsUnder({ share: scenario.share, marReadsPerMinute: 3000 });
    const clock = () => new Date(epoch + this.#now * 1000);
    this.#instances = Array.from({ length: scenario.instances }, () => new SharedBudgets(this.#store, limits, clock));
    this.#instances.forEach((budgets, instance) => {
      for (const { registry } of scenario.backlogs) budgets.learnSku(registry, 'Premium');
      for (let worker = 0; worker < workersPerInstance; worker += 1) this.#idle.push({ instance });
    });
  }

  async run(): Promise<Outcome> {
    for (const backlog of this.scenario.backlogs) {
      for (let artifact = 0; artifact < backlog.artifacts; artifact += 1)
        this.#events.plan(backlog.startsAt ?? 0, { kind: 'visible', message: { backlog, step: 0 } });
    }
    for (let next = this.#events.next(); next; next = this.#events.next()) {
      this.#now = next.at;
      await this.#happen(next.event);
      while (this.#visible.length > 0 && this.#idle.length > 0) await this.#receive();
    }
    const { transactions } = this.#store;
    return { ...this.#counts, finishedAt: this.#finishedAt, refused: this.#servers.refused, transactions };
  }

  async #happen(event: Event): Promise<void> {
    if (event.kind === 'visible') this.#visible.push(event.message);
    else if (event.kind === 'free') this.#idle.push(event.worker);
    else await this.#request(event.message, event.worker, event.left);
  }

  /** A message that is visible, any of them, goes to a worker of any instance. */
  async #receive(): Promise<void> {
    const message = removeAt(this.#visible, this.#chance(this.#visible.length));
    const worker = removeAt(this.#idle, this.#chance(this.#idle.length));
    const step = this.#step(message);
    const { deadline } = message.backlog;
    const until = deadline === undefined ? undefined : new Date(epoch + deadline * 1000);
    const grant = await this.#budgets(worker).take(this.#account(message), step.requests, until);
    if (grant.kind === 'granted') return await this.#request(message, worker, step.requests);
    this.#counts.givenBack += 1;
    this.#idle.push(worker);
    this.#events.plan(this.#now + grant.seconds, { kind: 'visible', message });
  }

  /** As watched-fetch.ts: nothing is sent in a pause that the instance knows of. */
  async #request(message: Message, worker: Worker, left: number): Promise<void> {
    const account = this.#account(message);
    const paused = this.#budgets(worker).pauseOf(account);
    if (paused > 0) return this.#giveBack(message, worker, paused);
    this.#notePause(account, worker);
    this.#counts.requests += 1;
    const retryAfterSeconds = this.#servers.ask(account.registry, account.operation, this.#now);
    const answeredAt = this.#now + this.#latency();
    if (retryAfterSeconds !== undefined) {
      this.#budgets(worker).observe(account, { status: 429, retryAfterSeconds });
      await this.#budgets(worker).announce(account.registry);
      this.#pause(account, worker, retryAfterSeconds);
      return this.#giveBack(message, worker, retryAfterSeconds);
    }
    this.#budgets(worker).observe(account, { status: 200 });
    if (left > 1) return this.#events.plan(answeredAt, { kind: 'request', message, worker, left: left - 1 });
    this.#events.plan(answeredAt, { kind: 'free', worker });
    if (message.step + 1 < this.scenario.steps.length)
      this.#events.plan(answeredAt, { kind: 'visible', message: { ...message, step: message.step + 1 } });
    else this.#finishedAt.set(message.backlog.registry, answeredAt);
  }

  #giveBack(message: Message, worker: Worker, seconds: number): void {
    this.#events.plan(this.#now, { kind: 'free', worker });
    this.#events.plan(this.#now + Math.ceil(seconds), { kind: 'visible', message });
  }

  #pause({ registry, operation }: BudgetAccount, worker: Worker, seconds: number): void {
    const key = `${registry} ${operation}`;
    const known = this.#pauses.get(key);
    const until = this.#now + seconds;
    if (known && this.#now < known.until) {
      known.until = Math.max(known.until, until);
      known.toldTo.add(worker.instance);
    } else this.#pauses.set(key, { until, since: this.#now, toldTo: new Set([worker.instance]) });
  }

  #notePause({ registry, operation }: BudgetAccount, worker: Worker): void {
    const pause = this.#pauses.get(`${registry} ${operation}`);
    if (!pause || this.#now >= pause.until - 1e-9) return;
    if (pause.toldTo.has(worker.instance)) this.#counts.sentInPause += 1;
    else {
      this.#counts.sentUnaware += 1;
      this.#counts.longestUnaware = Math.max(this.#counts.longestUnaware, this.#now - pause.since);
    }
  }

  #account(message: Message): BudgetAccount {
    const { operation } = this.#step(message);
    const { registry } = message.backlog;
    if (operation === 'upstream-read') return { registry: 'mar', operation, asker: registry };
    if (operation === 'arm-read' || operation === 'arm-write') return { registry: 'arm', operation, asker: registry };
    return { registry, operation };
  }

  #step(message: Message): Step {
    const step = this.scenario.steps[message.step];
    if (!step) throw new Error('no such step');
    return step;
  }

  #budgets(worker: Worker): SharedBudgets {
    const budgets = this.#instances[worker.instance];
    if (!budgets) throw new Error('no such instance');
    return budgets;
  }

  #latency(): number {
    const [least, most] = latencySeconds;
    return least + (this.#chance(1000) / 1000) * (most - least);
  }

  /** A whole number below `below`, the same in every run with the same seed. */
  #chance(below: number): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * below);
  }
}

class CountedLedgers extends OwnLedgers {
  transactions = 0;

  override read(registry: string) {
    this.transactions += 1;
    return super.read(registry);
  }

  override write(registry: string, ledger: Ledger, etag: string | undefined) {
    this.transactions += 1;
    return super.write(registry, ledger, etag);
  }
}

/** Takes one out, in no time: the last takes its place. */
function removeAt<Item>(items: Item[], index: number): Item {
  const item = items[index];
  const last = items.pop();
  if (item === undefined || last === undefined) throw new Error('nothing there');
  if (index < items.length) items[index] = last;
  return item;
}
