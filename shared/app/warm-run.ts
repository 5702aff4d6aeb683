import { artifactName, type ArtifactRef, type Requirement } from '../model/artifact.js';
import type { Registry } from '../model/registry.js';
import { advanceArtifact, taskOf, type AdvancePorts } from '../warming/advance.js';
import type { ArtifactStates, ManifestReader, WarmTask } from '../warming/ports.js';
import type { ArtifactState, Strategy } from '../warming/state.js';
import { planWork, type WorkPolicy } from '../warming/work.js';
import { pinForRun, type Pinning } from './warm-pins.js';
import type { WarmTimeline } from './warm-timeline.js';

/** An artifact that is not proven, and why. */
export interface WarmTrouble extends ArtifactRef {
  readonly reason: string;
}

/** How far a run is, and at its end what it has reached. Every artifact of the plan is in exactly one place. */
export interface WarmProgress {
  readonly required: number;
  readonly proven: number;
  /** No retry will help, or every one that was allowed failed. */
  readonly failed: readonly WarmTrouble[];
  /** Unfinished: on their way while it runs, given up for this time when it has ended. */
  readonly waiting: readonly WarmTrouble[];
}

export interface WarmOrder {
  readonly artifacts: readonly Requirement[];
  readonly registry: Registry;
  readonly marHost: string;
  /** Set where the cache rules do not tell. */
  readonly strategy: Strategy | undefined;
  readonly concurrency: number;
  /** Failures of one artifact in a row after which this run leaves it alone. */
  readonly mostFailures: number;
}

export type WarmRunPorts = Omit<AdvancePorts, 'warmQueue'> & {
  readonly timeline: WarmTimeline;
  readonly states: ArtifactStates;
  /** Asked for digests where MAR cannot be. */
  readonly registryAsUpstream: ManifestReader;
  /** Told after every step of an artifact. */
  readonly tell: (progress: WarmProgress) => void;
  readonly stop: AbortSignal;
};

export interface WarmRun extends WarmProgress {
  readonly pinnedBy: Pinning['by'];
  readonly isStopped: boolean;
}

/** Nobody else works on these states: whatever is unfinished has lost its task, and every proof is looked at in every run. */
const policy: WorkPolicy = { reproveAfterMs: 0, retryFailedAfterMs: 0, lostAfterMs: 0, bakedDelaySeconds: 0 };

/**
 * Warms one registry in this process by the steps that the app takes by its queues. Runs twice: what was proven is looked at once
 * more and stays. Stops anywhere: the states tell the next run what is left.
 */
export async function runWarm(order: WarmOrder, ports: WarmRunPorts): Promise<WarmRun> {
  const { registry, artifacts } = order;
  const { key } = registry.resource;
  const known = await ports.states.list(key);
  const pins = await pinForRun(artifacts, known, ports);
  const { pinned } = pins;
  const now = ports.now();
  const work = planWork({ pinned, states: known, registry, marHost: order.marHost, now, policy, run: 'again' });
  const changes = work.changes.map(({ state, etag }) => ({ state: withStrategy(state, order.strategy), etag }));
  await ports.states.save(changes);
  const tally = new Tally(artifacts.length, pins, work.uncovered);
  const advancePorts = { ...ports, warmQueue: { enqueue: enqueueUnlessGivenUp } };

  async function enqueueUnlessGivenUp(tasks: readonly WarmTask[], delaySeconds: number): Promise<void> {
    const stored = await Promise.all(tasks.map((task) => ports.states.get(key, task)));
    const left = tasks.filter((_task, index) => (stored[index]?.state.failures ?? 0) < order.mostFailures);
    await ports.timeline.enqueue(left, delaySeconds);
  }

  async function advance(task: WarmTask): Promise<void> {
    await advanceArtifact(task, 1, advancePorts);
    const stored = await ports.states.get(key, task);
    if (stored) tally.note(stored.state, order.mostFailures);
    ports.tell(tally.progress());
  }

  for (const { state } of changes) tally.note(state, order.mostFailures);
  ports.tell(tally.progress());
  await ports.timeline.enqueue(
    changes.map(({ state }) => taskOf(state)),
    0,
  );
  const end = await ports.timeline.run(advance, order.concurrency, ports.stop);
  return { ...tally.progress(), pinnedBy: pins.by, isStopped: end === 'stopped' };
}

function withStrategy(state: ArtifactState, strategy: Strategy | undefined): ArtifactState {
  return strategy === undefined ? state : { ...state, strategy };
}

/** Where every artifact of a run stands. */
class Tally {
  readonly #failed = new Map<string, WarmTrouble>();
  readonly #waiting = new Map<string, WarmTrouble>();
  readonly #proven = new Set<string>();

  constructor(
    private readonly required: number,
    { refused, unasked }: Pinning,
    uncovered: readonly ArtifactRef[],
  ) {
    for (const { artifact, error } of refused) this.#fail(artifact, `${error.code}: ${error.message}`);
    for (const { artifact, error } of unasked) this.#fail(artifact, `${error.code}: ${error.message}`);
    for (const artifact of uncovered) this.#fail(artifact, 'CACHE_RULE_MISSING: no cache rule of the registry covers it');
  }

  note(state: ArtifactState, mostFailures: number): void {
    const name = artifactName(state);
    this.#waiting.delete(name);
    this.#proven.delete(name);
    const isGivenUp = state.failures >= mostFailures;
    if (state.phase === 'failed' || isGivenUp) this.#fail(state, state.reason ?? 'no reason was recorded');
    else if (state.phase === 'proven' && state.failures === 0) this.#proven.add(name);
    else this.#waiting.set(name, trouble(state, state.reason ?? 'not looked at yet'));
  }

  progress(): WarmProgress {
    return {
      required: this.required,
      proven: this.#proven.size,
      failed: [...this.#failed.values()],
      waiting: [...this.#waiting.values()],
    };
  }

  #fail(artifact: ArtifactRef, reason: string): void {
    this.#failed.set(artifactName(artifact), trouble(artifact, reason));
  }
}

function trouble({ repository, tag }: ArtifactRef, reason: string): WarmTrouble {
  return { repository, tag, reason };
}
