import type { Ports } from '../../../shared/app/ports.js';

interface Stop {
  readonly worker: number;
  readonly goOn: () => void;
}

/**
 * Workers that run at the same time and stop before and after every call of a port, so that a test decides who goes on next,
 * and who never does: a worker that died leaves everything as it is at that point.
 */
export class MortalWorkers {
  #stops: readonly Stop[] = [];
  #hired = 0;
  /** Calls that a worker is in: those that do more than micro tasks take some turns of the event loop. */
  #calls = 0;
  deaths = 0;

  get waiting(): number {
    return this.#stops.length;
  }

  /** Starts a worker; it stops at its first port call. @returns its number */
  async hire(ports: Ports, work: (ports: Ports, pause: () => Promise<void>) => Promise<void>): Promise<number> {
    this.#hired += 1;
    const worker = this.#hired;
    const pause = () =>
      new Promise<void>((goOn) => {
        this.#stops = [...this.#stops, { worker, goOn }];
      });
    const count = (change: 1 | -1) => {
      this.#calls += change;
    };
    void work(stopAtEveryCall(ports, pause, count), pause);
    await this.#settle();
    return worker;
  }

  /** One worker goes on to its next stop. */
  async release(choice: number): Promise<void> {
    const stop = this.#stops[choice % Math.max(this.#stops.length, 1)];
    if (!stop) return;
    this.#stops = this.#stops.filter((other) => other !== stop);
    stop.goOn();
    await this.#settle();
  }

  /** One worker goes on for some stops, as far as it gets. */
  async runOn(choice: number, stops: number): Promise<void> {
    const worker = this.#stops[choice % Math.max(this.#stops.length, 1)]?.worker;
    if (worker !== undefined) await this.runWorkerOn(worker, stops);
  }

  /** As `runOn`, for a worker by its number. */
  async runWorkerOn(worker: number, stops: number): Promise<void> {
    for (let left = stops; left > 0; left -= 1) {
      const next = this.#stops.findIndex((stop) => stop.worker === worker);
      if (next < 0) return;
      await this.release(next);
    }
  }

  /** One worker dies where it stands, with all that it does at the same time. */
  kill(choice: number): void {
    const stop = this.#stops[choice % Math.max(this.#stops.length, 1)];
    if (stop) this.killWorkers(new Set([stop.worker]));
  }

  /** As `kill`, for workers by their numbers: those of an instance that is recycled, for example. */
  killWorkers(workers: ReadonlySet<number>): void {
    const dying = new Set(this.#stops.map(({ worker }) => worker).filter((worker) => workers.has(worker)));
    this.#stops = this.#stops.filter(({ worker }) => !dying.has(worker));
    this.deaths += dying.size;
  }

  killAll(): void {
    while (this.#stops.length > 0) this.kill(0);
  }

  /** Until all workers stand still: the choices of a test alone decide what happens in which order. */
  async #settle(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#calls > 0);
  }
}

function stopAtEveryCall(ports: Ports, pause: () => Promise<void>, count: (change: 1 | -1) => void): Ports {
  const stopping = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(owner, name) {
        const value: unknown = Reflect.get(owner, name, owner);
        if (typeof value !== 'function') return value;
        return async (...words: unknown[]) => {
          await pause();
          count(1);
          try {
            return await (Reflect.apply(value, owner, words) as Promise<unknown>);
          } finally {
            count(-1);
            await pause();
          }
        };
      },
    });
  return {
    ...ports,
    clusters: stopping(ports.clusters),
    registries: stopping(ports.registries),
    fleets: stopping(ports.fleets),
    upstream: stopping(ports.upstream),
    imports: stopping(ports.imports),
    outageRecords: stopping(ports.outageRecords),
    registry: (loginServer) => stopping(ports.registry(loginServer)),
    states: stopping(ports.states),
    registryProofs: stopping(ports.registryProofs),
    storedManifests: stopping(ports.storedManifests),
    targets: stopping(ports.targets),
    judgements: stopping(ports.judgements),
    maintenance: stopping(ports.maintenance),
    holds: stopping(ports.holds),
    fleetRecords: stopping(ports.fleetRecords),
    audit: stopping(ports.audit),
    breakGlasses: stopping(ports.breakGlasses),
    seenClusters: stopping(ports.seenClusters),
    planQueue: stopping(ports.planQueue),
    warmQueue: stopping(ports.warmQueue),
    gateQueue: stopping(ports.gateQueue),
  };
}
