import type { Ports } from '../../../shared/app/ports.js';
import { CarryingQueue } from '../../../shared/warming/carry-states.js';
import type { Chance } from '../chance.js';
import { MortalWorkers } from '../fakes/mortal-workers.js';
import type { ChaosAzure, InstancePorts } from './chaos-azure.js';
import { faultyFetch, type Yesterday } from './faulty-fetch.js';
import { around, faultyPorts, faultyStorage, type Before } from './faulty-ports.js';
import { mostSkewSeconds } from './truth.js';
import type { Weather } from './weather.js';

const instanceCount = 3;

/** One instance of the app: a clock of its own, clients with their memory, and workers that die with it. */
interface Instance {
  readonly own: InstancePorts;
  readonly workers: Set<number>;
}

/** A worker as the test sees it. */
export interface Worker {
  readonly startedAt: number;
}

export type Work = (ports: Ports, pause: () => Promise<void>) => Promise<void>;
/** What a test breaks in the app, to see that it is found out. */
export type Sabotage = (ports: Ports) => Ports;

/** The scaled-out app: some instances at work at the same time, each recycled now and then. */
export class Instances {
  readonly workers = new MortalWorkers();
  readonly yesterday = new Map<string, string>() satisfies Yesterday;
  readonly #before: Before = new Map();
  #instances: readonly Instance[] = [];
  /** The worker that asked Fleet for the newest approval. */
  approver: Worker = { startedAt: 0 };

  constructor(
    private readonly azure: ChaosAzure,
    private readonly weather: Weather,
    private readonly chance: Chance,
    private readonly sabotage: Sabotage,
  ) {}

  /** Call once, before the first worker. */
  start(): void {
    this.#instances = Array.from({ length: instanceCount }, () => this.#start());
  }

  /** A worker of some instance begins. @returns its number */
  async hire(work: Work): Promise<number> {
    const instance = this.chance.one(this.#instances);
    const worker = await this.workers.hire(this.#portsOf(instance), work);
    instance.workers.add(worker);
    return worker;
  }

  /** One instance goes with all that it does and knows, another comes. */
  recycle(): void {
    const gone = this.chance.one(this.#instances);
    this.workers.killWorkers(gone.workers);
    this.#instances = this.#instances.map((instance) => (instance === gone ? this.#start() : instance));
  }

  #start(): Instance {
    const { azure, weather, chance } = this;
    const skew = weather.strikes('clock skew') ? chance.below(2 * mostSkewSeconds) - mostSkewSeconds : 0;
    const now = () => new Date(azure.clock.now().getTime() + skew * 1000);
    const fetcher = faultyFetch(azure.local.fetch, weather, chance, this.yesterday);
    return { own: azure.clients(fetcher, now, faultyStorage(azure.ledgers, weather, chance)), workers: new Set() };
  }

  #portsOf({ own }: Instance): Ports {
    const { azure, weather, chance } = this;
    const worker = { startedAt: azure.clock.now().getTime() };
    const fleets = around(azure.fleets, async (call, words, method) => {
      if (method === 'approve') this.approver = worker;
      return await call(...words);
    });
    const states = azure.truth.watch(azure.states, () => worker.startedAt);
    const warmQueue = new CarryingQueue(azure.warmQueue, azure.states);
    const ports = this.sabotage({ ...azure.ports(), ...own, fleets, states, warmQueue });
    return faultyPorts(ports, weather, chance, this.#before);
  }
}
