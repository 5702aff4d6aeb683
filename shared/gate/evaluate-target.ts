import { artifactName } from '../model/artifact.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { ArtifactStates, TargetRecord, Targets } from '../warming/ports.js';
import { withEffectiveProof, type RegistryProof, type RegistryProofs } from '../warming/registry-proof.js';
import { describeOutage, isCurrent, outageOf, type OutageRecord } from '../warming/outage-record.js';
import type { OutageRecords } from '../warming/outages.js';
import { shutsGates } from '../warming/unreachable.js';
import { describeThrottled, type ThrottledBudget } from '../warming/budgets.js';
import type { ArtifactState, PlannedTarget } from '../warming/state.js';
import { decideTarget, type GateDecision, type GatePolicy, type StateIndex } from './decision/decide.js';
import { forecastOpening, withForecast, type Forecast } from './decision/forecast.js';
import type { MaintenancePolicy } from './maintenance/maintenance-ports.js';
import type { BreakGlasses, GateQueue, GateTask, Judgements, SeenClusters } from './ports.js';
import type { FleetGateRecords } from './fleet/fleet-ports.js';
import { nextJudgement, type AnnouncePorts } from './next-judgement.js';
import { lastDue, nextLookIn } from './decision/next-look.js';
import type { OutgoingEvent } from './announcements/outgoing-events.js';
import { pauseOf } from './decision/pause-of.js';
import { publishAnnouncements } from './announcements/publish-announcements.js';
import { isProvenOpen, reconsider } from './decision/reconsider.js';
import { wakeOpeners } from './wake-openers.js';
import type { WakePolicyPorts } from './policy/wake-policy.js';

/** What a judgement reads. */
export interface JudgeReads {
  readonly targets: Pick<Targets, 'get'>;
  readonly states: Pick<ArtifactStates, 'list'>;
  readonly registryProofs: Pick<RegistryProofs, 'get'>;
  readonly outageRecords: Pick<OutageRecords, 'list'>;
  /** Budgets that are not at their full rate. */
  readonly throttled: () => Promise<readonly ThrottledBudget[]>;
  readonly judgements: Pick<Judgements, 'get'>;
  readonly seenClusters: Pick<SeenClusters, 'get'>;
  readonly breakGlasses: Pick<BreakGlasses, 'get'>;
  readonly gatePolicy: GatePolicy;
  readonly now: () => Date;
}

export interface JudgePorts extends JudgeReads {
  readonly targets: Targets;
  readonly states: ArtifactStates;
  readonly registryProofs: RegistryProofs;
}

export interface EvaluatePorts extends JudgePorts, AnnouncePorts, WakePolicyPorts {
  readonly judgements: Judgements;
  readonly fleetRecords: FleetGateRecords;
  readonly gateQueue: GateQueue;
  readonly maintenancePolicy: Pick<MaintenancePolicy, 'scope'>;
  /** Least seconds between two judgements of a target that work is under way for. */
  readonly judgeEverySeconds: number;
}

/** An artifact that is due for longer waits for something else than its own delay. */
const lateAfterMs = 60_000;

/** A decision, what it rests on, and what can be said of its end. */
export interface Judged {
  readonly record: TargetRecord | undefined;
  readonly decision: GateDecision;
  readonly forecast: Forecast;
  /** When the last missing artifact is due: it does not open before. */
  readonly due?: Date | undefined;
  /** Whether its registry cannot be reached: that ends by itself. */
  readonly registry?: 'unreachable' | undefined;
}

/** The judgement that was read last. */
type Newest = Awaited<ReturnType<Judgements['get']>>;

/**
 * The decision from what is stored now, in all circumstances: plan, proofs, hysteresis, break glass. Every opener asks this.
 * Reads only: three lookups, and five or six more for a gate that proofs keep shut.
 */
export async function judgeTarget(
  clusterId: string,
  version: KubernetesVersion,
  ports: JudgeReads,
  known?: Newest,
): Promise<Judged> {
  const record = await ports.targets.get(clusterId, version);
  const proof = record?.planned && (await ports.registryProofs.get(record.planned.registry))?.proof;
  const states = record?.planned ? await indexStates(record.planned.registry, ports.states, proof) : new Map();
  const { gatePolicy: policy } = ports;
  const now = ports.now();
  const outage = proof?.outage;
  const decided = decideTarget(record, states, now, policy, outage);
  if (decided.decision === 'open') return { record, decision: decided, forecast: { kind: 'open' } };
  const circumstances = {
    version,
    record,
    states,
    outage,
    ...(await readCircumstances(clusterId, version, ports, known)),
  };
  const decision = reconsider(decided, circumstances, now, policy);
  const facts = { record, states, policy, now };
  if (!record?.planned)
    return { record, decision, forecast: forecastOpening({ ...facts, decision, held: [], pausedUntil: undefined }) };
  const isUnreachable = shutsGates(outage, now, policy.maxProofAgeMs);
  const held = await currentOutages(record.planned.registry, proof, ports);
  const late = lateOf(record.planned, states, now);
  const budgets = late.length === 0 ? [] : await slowBudgets(record.planned, late, ports);
  // What makes the gate unknown is its reason already.
  const outages = held.filter(({ side }) => side === 'upstream' || !isUnreachable).map(describeOutage);
  const causes = [...outages, ...budgets.map(describeThrottled)];
  const waits = causes.length > 0 || late.length === 0 || isUnreachable ? causes : [describeLate(late)];
  const told = { ...decision, reasons: [...decision.reasons, ...waits] };
  const forecast = forecastOpening({
    ...facts,
    decision: told,
    held: held.map(describeOutage),
    pausedUntil: pauseOf(budgets),
  });
  const judged = { record, decision: withForecast(told, forecast), forecast, due: lastDue(told, states) };
  return isUnreachable ? { ...judged, registry: 'unreachable' } : judged;
}

async function readCircumstances(
  clusterId: string,
  version: KubernetesVersion,
  { judgements, seenClusters, breakGlasses }: JudgeReads,
  known: Newest,
) {
  const [newest, seen, glass] = await Promise.all([
    known ?? judgements.get(clusterId, version),
    seenClusters.get(clusterId),
    breakGlasses.get(clusterId, version),
  ]);
  return { judged: newest?.judgement, seen, glass };
}

/** Budgets that what is late may wait for: of the registry, and of ARM, which imports. */
async function slowBudgets(
  { loginServer }: PlannedTarget,
  late: readonly ArtifactState[],
  { throttled }: JudgeReads,
): Promise<readonly ThrottledBudget[]> {
  const asked = late.some(({ strategy }) => strategy === 'import') ? [loginServer, 'arm'] : [loginServer];
  return (await throttled()).filter(({ registry }) => asked.includes(registry));
}

/** Artifacts of the set whose next step should have been done a while ago. */
function lateOf({ set }: PlannedTarget, states: StateIndex, now: Date): readonly ArtifactState[] {
  return set.artifacts
    .flatMap((artifact) => states.get(artifactName(artifact)) ?? [])
    .filter(({ phase }) => phase === 'planned' || phase === 'waiting')
    .filter(({ dueAt }) => now.getTime() - dueAt.getTime() > lateAfterMs);
}

function describeLate(late: readonly ArtifactState[]): string {
  const since = new Date(Math.min(...late.map(({ dueAt }) => dueAt.getTime()))).toISOString();
  return `late: ${late.length} artifacts are due since ${since} and nobody has worked on them: other work comes first, or the function warm does not run`;
}

/** Why nothing moves, as far as it is the fault of others: the registry itself first. */
async function currentOutages(
  registry: string,
  proof: RegistryProof | undefined,
  ports: JudgeReads,
): Promise<readonly OutageRecord[]> {
  const own = proof && outageOf(proof);
  const records = [...(own ? [own] : []), ...(await ports.outageRecords.list())];
  return records.filter((outage) => outage.registry === registry && isCurrent(outage, ports.now()));
}

/**
 * The states of a registry, each with its effective proof.
 * @param proof read before: what it does not hold true of any more has lost its own proof by then
 */
export async function indexStates(
  registry: string,
  states: Pick<ArtifactStates, 'list'>,
  proof?: RegistryProof,
): Promise<StateIndex> {
  const stored = await states.list(registry);
  return new Map([...stored.values()].map(({ state }) => [artifactName(state), withEffectiveProof(state, proof)]));
}

/**
 * Judges a target and records the decision with what there is to tell of it; while work is under way a new task follows, so that the
 * gate opens soon after the last proof without a task per artifact. When it changes, openers that wait for it are judged again.
 *
 * Runs twice: the judgement's version decides; openers judge for themselves, and of two tasks that follow one is stale. Stops anywhere:
 * others are told before the record is written, so that the message comes back until all of it is done; what was not published is by
 * the reconcile timer.
 * @param tell of each event that this judgement gave rise to, published or not
 */
export async function evaluateTarget(
  task: Extract<GateTask, { kind: 'target' }>,
  ports: EvaluatePorts,
  tell: (event: OutgoingEvent) => void = () => undefined,
): Promise<'judged' | 'stale' | 'lost-race' | 'gone'> {
  const previous = await ports.judgements.get(task.clusterId, task.kubernetesVersion);
  if (previous && task.step !== undefined && task.step < previous.judgement.step) {
    await publishAnnouncements(previous.judgement, ports);
    return 'stale';
  }
  const judged = await judgeTarget(task.clusterId, task.kubernetesVersion, ports, previous);
  const { record, decision, forecast, due } = judged;
  if (!record) return 'gone';
  const { judgement, events } = await nextJudgement(record, decision, forecast, previous?.judgement, ports);
  await wakeOpeners(record.clusterId, decision.decision, previous?.judgement.decision, ports);
  if (isUnderWay(record, judged)) {
    const delay = nextLookIn(judgement, due, ports.judgeEverySeconds);
    await ports.gateQueue.enqueue([{ ...task, step: judgement.step }], delay);
  }
  if (!(await ports.judgements.save(judgement, previous?.etag))) return 'lost-race';
  events.forEach(tell);
  await publishAnnouncements(judgement, ports);
  return 'judged';
}

/**
 * What will change the decision by itself: artifacts on their way, a plan that is still to come, a registry that will be back. An artifact
 * without a record is neither (no rule covers it, or MAR has it not); after a failed plan the next one asks to be judged.
 */
function isUnderWay(record: TargetRecord, { decision, registry }: Judged): boolean {
  if (isProvenOpen(decision)) return false;
  if (registry === 'unreachable') return true;
  if (!record.planned) return record.failure === undefined;
  return decision.missing.some(({ state }) => state !== 'failed' && state !== 'not-started');
}
