import type { Digest } from '../../../shared/model/artifact.js';
import type { Budgets, ImportProgress, Imports } from '../../../shared/warming/ports.js';
import type { FakeClock } from './clock.js';
import type { FakeCachingRegistry } from './fake-registry.js';

interface Operation {
  readonly endsAt: number;
  readonly finish: () => void;
}

/** ARM's imports into one registry: operations that run a while, may stick, and may end well without having done anything. */
export class FakeImports implements Imports {
  readonly #operations = new Map<string, Operation>();
  /** Seconds an import runs; Infinity for one that sticks in `Running` (Azure/acr#617), 0 for one that answers at once. */
  runsSeconds: (repository: string) => number = () => 5;
  /** Asked when one ends: false for an operation that reports success and did nothing. */
  delivers: (repository: string) => boolean = () => true;
  /** Asked before every answer: throw to refuse, throttle or fail. */
  fault: (call: 'start' | 'resume', repositoryOrToken: string) => void = () => undefined;
  readonly started: { readonly repository: string; readonly digest: Digest; readonly target: string }[] = [];

  constructor(
    private readonly registryOf: (registry: string) => FakeCachingRegistry,
    private readonly clock: FakeClock,
  ) {}

  async start(
    registry: string,
    source: { readonly repository: string; readonly digest: Digest },
    target: { readonly repository: string; readonly tag: string },
  ): Promise<ImportProgress> {
    this.fault('start', source.repository);
    this.started.push({ ...source, target: `${target.repository}:${target.tag}` });
    const token = `operation-${this.started.length}`;
    const finish = (): void => {
      if (this.delivers(source.repository))
        this.registryOf(registry).land(target.repository, target.tag, source.digest);
    };
    const endsAt = this.clock.now().getTime() + this.runsSeconds(source.repository) * 1000;
    this.#operations.set(token, { endsAt, finish });
    return this.#progress(token);
  }

  async resume(_registry: string, token: string): Promise<ImportProgress> {
    this.fault('resume', token);
    return this.#progress(token);
  }

  #progress(token: string): ImportProgress {
    const operation = this.#operations.get(token);
    if (operation && operation.endsAt > this.clock.now().getTime()) return { kind: 'running', token };
    operation?.finish();
    return { kind: 'ended' };
  }
}

/** Budgets that never run dry. */
export const unlimitedBudgets: Budgets = {
  take: () => Promise.resolve({ kind: 'granted' }),
  giveBack: () => Promise.resolve(),
  observe: () => undefined,
};
