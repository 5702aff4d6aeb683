import type { Ports } from '../../../shared/app/application.js';

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
  deaths = 0;

  get waiting(): number {
    return this.#stops.length;
  }

  /** Starts a worker; it stops at its first port call. */
  async hire(ports: Ports, work: (ports: Ports, pause: () => Promise<void>) => Promise<void>): Promise<void> {
    this.#hired += 1;
    const worker = this.#hired;
    const pause = () =>
      new Promise<void>((goOn) => {
        this.#stops = [...this.#stops, { worker, goOn }];
      });
    void work(stopAtEveryCall(ports, pause), pause);
    await settle();
  }

  /** One worker goes on to its next stop. */
  async release(choice: number): Promise<void> {
    const stop = this.#stops[choice % Math.max(this.#stops.length, 1)];
    if (!stop) return;
    this.#stops = this.#stops.filter((other) => other !== stop);
    stop.goOn();
    await settle();
  }

  /** One worker dies where it stands, with all that it does at the same time. */
  kill(choice: number): void {
    const stop = this.#stops[choice % Math.max(this.#stops.length, 1)];
    if (!stop) return;
    this.#stops = this.#stops.filter((other) => other.worker !== stop.worker);
    this.deaths += 1;
  }

  killAll(): void {
    while (this.#stops.length > 0) this.kill(0);
  }
}

/** Everything in memory is done with micro tasks: after one turn of the event loop all workers stand still. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function stopAtEveryCall(ports: Ports, pause: () => Promise<void>): Ports {
  const stopping = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(owner, name) {
        const value: unknown = Reflect.get(owner, name, owner);
        if (typeof value !== 'function') return value;
        return async (...words: unknown[]) => {
          await pause();
          const result: unknown = await Reflect.apply(value, owner, words);
          await pause();
          return result;
        };
      },
    });
  return {
    ...ports,
    clusters: stopping(ports.clusters),
    registries: stopping(ports.registries),
    fleets: stopping(ports.fleets),
    upstream: stopping(ports.upstream),
    registry: (loginServer) => stopping(ports.registry(loginServer)),
    states: stopping(ports.states),
    registryProofs: stopping(ports.registryProofs),
    storedManifests: stopping(ports.storedManifests),
    targets: stopping(ports.targets),
    judgements: stopping(ports.judgements),
    fleetRecords: stopping(ports.fleetRecords),
    seenClusters: stopping(ports.seenClusters),
    planQueue: stopping(ports.planQueue),
    warmQueue: stopping(ports.warmQueue),
    gateQueue: stopping(ports.gateQueue),
  };
}
