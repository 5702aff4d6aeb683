import { artifactName, type ArtifactRef, type Requirement } from '../model/artifact.js';
import { cachedRepository, type Registry } from '../model/registry.js';
import { advanceArtifact, taskOf, type AdvancePorts } from '../warming/advance.js';
import type { ArtifactStates, Budgets, ManifestReader, StoredState, WarmTask } from '../warming/ports.js';
import type { ArtifactState, ProofLevel } from '../warming/state.js';
import { strategyFor, type StrategyChoice } from '../warming/strategy.js';
import { planWork, type PinnedArtifact, type WorkPolicy } from '../warming/work.js';
import { pinForRun, type Pinning } from './warm-pins.js';
import { renewProven } from './warm-renew.js';
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
  /** `pull-blobs` for a cache that is no Azure Container Registry: it has no rules, and tells nothing of what it holds. */
  readonly strategy: StrategyChoice | 'pull-blobs';
  readonly proofLevel: ProofLevel;
  readonly concurrency: number;
  /** Failures of one artifact in a row after which this run leaves it alone. */
  readonly mostFailures: number;
}

export type WarmRunPorts = Omit<AdvancePorts, 'warmQueue'> & {
  readonly timeline: WarmTimeline;
  readonly states: ArtifactStates;
  /** As `budgets`, for what is done before the first step: it waits itself, as there is no message to give back. */
  readonly waitingBudgets: Budgets;
  /** Told after every step of an artifact. */
  readonly tell: (progress: WarmProgress) => void;
  readonly stop: AbortSignal;
};

export interface WarmRun extends WarmProgress {
  /** Proven ones of which this run looked at the manifest alone; everything else it proved as `proofLevel` says. */
  readonly renewed: number;
  readonly proofLevel: ProofLevel;
  readonly pinnedBy: Pinning['by'];
  readonly isStopped: boolean;
}

/**
 * Warms one registry in this process by the steps that the app takes by its queues. Runs twice: what was proven is looked at once
 * more and stays. Stops anywhere: the states tell the next run what is left.
 */
export async function runWarm(order: WarmOrder, ports: WarmRunPorts): Promise<WarmRun> {
  const { key } = order.registry.resource;
  const tally = new Tally(order.artifacts.length, order.mostFailures);
  const known = await ports.states.list(key);
  const patient = { ...ports, budgets: ports.waitingBudgets };
  const pins = await pinForRun(order.artifacts, known, { ...patient, registryAsUpstream: asUpstream(order, ports) });
  const placed = placeAll(pins, order, tally);
  const renewed = await renewProven(placed, known, order, patient);
  for (const state of renewed.values()) tally.note(state);
  const left = placed.filter((pin) => !renewed.has(artifactName(pin)));
  const changes = planChanges(left, known, order, ports);
  await ports.states.save(changes);
  for (const { state } of changes) tally.wait(state, 'not looked at yet');
  ports.tell(tally.progress());

  const enqueue = async (tasks: readonly WarmTask[], delaySeconds: number): Promise<void> => {
    const states = await Promise.all(tasks.map((task) => ports.states.get(key, task)));
    const wanted = tasks.filter((_task, index) => !isGivenUp(states[index]?.state, order.mostFailures));
    await ports.timeline.enqueue(wanted, delaySeconds);
  };
  const advance = async (task: WarmTask): Promise<void> => {
    const advance = await advanceArtifact(task, 1, { ...ports, warmQueue: { enqueue } });
    const stored = await ports.states.get(key, task);
    if (stored && advance === 'deferred') tally.wait(task, 'waits for a request budget');
    else if (stored) tally.note(stored.state);
    ports.tell(tally.progress());
  };
  await ports.timeline.enqueue(
    changes.map(({ state }) => taskOf(state)),
    0,
  );
  const end = await ports.timeline.run(advance, order.concurrency, ports.stop);
  const { proofLevel } = order;
  return { ...tally.progress(), renewed: renewed.size, proofLevel, pinnedBy: pins.by, isStopped: end === 'stopped' };
}

/** The registry in the place of MAR: by the names that MAR's repositories have there. */
function asUpstream({ registry, marHost }: WarmOrder, ports: WarmRunPorts): Pick<ManifestReader, 'get'> {
  const reader = ports.registry(registry.loginServer);
  return {
    get: (repository, reference) =>
      reader.get(cachedRepository(registry.cacheRules, marHost, repository) ?? repository, reference),
  };
}

/** What has a way into the registry; the rest fails for good. */
function placeAll(pins: Pinning, order: WarmOrder, tally: Tally): readonly PinnedArtifact[] {
  for (const { artifact, error } of [...pins.refused, ...pins.unasked])
    tally.fail(artifact, `${error.code}: ${error.message}`);
  const { registry, marHost, strategy } = order;
  const choice = strategy === 'pull-blobs' ? 'pull-through' : strategy;
  return pins.pinned.filter((pin) => {
    const placement = strategyFor(registry, marHost, pin.repository, choice);
    if (!('refused' in placement)) return true;
    tally.fail(pin, `CACHE_RULE_MISSING: ${placement.refused}`);
    return false;
  });
}

/** `planWork` knows caches by their rules; one without is to it a rule for everything, and a strategy of its own here. */
function planChanges(
  pinned: readonly PinnedArtifact[],
  known: ReadonlyMap<string, StoredState>,
  { registry, marHost, strategy, proofLevel }: WarmOrder,
  { now }: Pick<WarmRunPorts, 'now'>,
): readonly { readonly state: ArtifactState; readonly etag: string | undefined }[] {
  const as = (state: ArtifactState, own: ArtifactState['strategy']): ArtifactState =>
    strategy === 'pull-blobs' ? { ...state, strategy: own } : state;
  const states = new Map(
    [...known].map(([name, { state, etag }]) => [name, { state: as(state, 'pull-through'), etag }]),
  );
  const policy: WorkPolicy = { ...alone, proofLevel };
  const { changes } = planWork({ pinned, states, registry, marHost, now: now(), policy, run: 'again' });
  return changes.map(({ state, etag }) => ({ state: as(state, 'pull-blobs'), etag }));
}

/** Nobody else works on these states: whatever is unfinished has lost its task, and every proof is looked at in every run. */
const alone = { reproveAfterMs: 0, retryFailedAfterMs: 0, lostAfterMs: 0, bakedDelaySeconds: 0 };

/** Failures in a row, but for those that only ask for patience: the run's own time bounds that. */
function isGivenUp(state: ArtifactState | undefined, mostFailures: number): boolean {
  return state !== undefined && state.failures >= mostFailures && state.failureClass !== 'throttled';
}

/** Where every artifact of a run stands. */
class Tally {
  readonly #failed = new Map<string, WarmTrouble>();
  readonly #waiting = new Map<string, WarmTrouble>();
  readonly #proven = new Set<string>();

  constructor(
    private readonly required: number,
    private readonly mostFailures: number,
  ) {}

  note(state: ArtifactState): void {
    const name = artifactName(state);
    this.#waiting.delete(name);
    this.#proven.delete(name);
    if (state.phase === 'failed' || isGivenUp(state, this.mostFailures))
      this.fail(state, state.reason ?? 'no reason was recorded');
    else if (state.phase === 'proven' && state.failures === 0 && state.provenAt) this.#proven.add(name);
    else this.wait(state, state.reason ?? 'under way');
  }

  wait(artifact: ArtifactRef, reason: string): void {
    this.#waiting.set(artifactName(artifact), trouble(artifact, reason));
  }

  fail(artifact: ArtifactRef, reason: string): void {
    this.#failed.set(artifactName(artifact), trouble(artifact, reason));
  }

  progress(): WarmProgress {
    return {
      required: this.required,
      proven: this.#proven.size,
      failed: [...this.#failed.values()],
      waiting: [...this.#waiting.values()],
    };
  }
}

function trouble({ repository, tag }: ArtifactRef, reason: string): WarmTrouble {
  return { repository, tag, reason };
}
