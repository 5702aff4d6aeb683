import { artifactName } from '../model/artifact.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { ArtifactStates, TargetRecord, Targets } from '../warming/ports.js';
import { decideTarget, type GateDecision, type GatePolicy, type StateIndex } from './decide.js';
import type { FleetGateRecords, GateQueue, GateTask, Judgements } from './ports.js';

export interface JudgePorts {
  readonly targets: Targets;
  readonly states: ArtifactStates;
  readonly gatePolicy: GatePolicy;
  readonly now: () => Date;
}

export interface EvaluatePorts extends JudgePorts {
  readonly judgements: Judgements;
  readonly fleetRecords: FleetGateRecords;
  readonly gateQueue: GateQueue;
  /** Seconds between two judgements of a target that work is under way for. */
  readonly judgeEverySeconds: number;
}

/** The decision from what is stored now. Reads only: two lookups. */
export async function judgeTarget(
  clusterId: string,
  version: KubernetesVersion,
  ports: JudgePorts,
): Promise<{ readonly record: TargetRecord | undefined; readonly decision: GateDecision }> {
  const record = await ports.targets.get(clusterId, version);
  const states = record?.planned ? await indexStates(record.planned.registry, ports.states) : new Map();
  return { record, decision: decideTarget(record, states, ports.now(), ports.gatePolicy) };
}

export async function indexStates(registry: string, states: ArtifactStates): Promise<StateIndex> {
  const stored = await states.list(registry);
  return new Map([...stored.values()].map(({ state }) => [artifactName(state), state]));
}

/**
 * Judges a target and records the decision; while work is under way a new task follows, so that the gate opens soon
 * after the last proof without a task per artifact. When it opens, Fleet gates that wait are judged again.
 *
 * Runs twice: the judgement's version decides, the loser enqueues nothing. Stops anywhere: before the record the
 * message comes back; after it, the reconcile timer starts a new chain.
 */
export async function evaluateTarget(
  task: Extract<GateTask, { kind: 'target' }>,
  ports: EvaluatePorts,
): Promise<'judged' | 'stale' | 'lost-race'> {
  const previous = await ports.judgements.get(task.clusterId, task.kubernetesVersion);
  if (previous && task.step !== undefined && task.step < previous.judgement.step) return 'stale';
  const { record, decision } = await judgeTarget(task.clusterId, task.kubernetesVersion, ports);
  const now = ports.now();
  const unchanged = previous?.judgement.decision === decision.decision;
  const step = (previous?.judgement.step ?? 0) + 1;
  const judgement = {
    clusterId: record?.clusterId ?? task.clusterId,
    kubernetesVersion: task.kubernetesVersion,
    decision: decision.decision,
    decidedAt: now,
    since: unchanged ? previous.judgement.since : now,
    step,
  };
  if (!(await ports.judgements.save(judgement, previous?.etag))) return 'lost-race';
  if (decision.decision === 'open') await wakeFleetGates(ports);
  if (isUnderWay(record, decision)) await ports.gateQueue.enqueue([{ ...task, step }], ports.judgeEverySeconds);
  return 'judged';
}

/** Work that will change the decision by itself: artifacts on their way, or a plan that is still to come. */
function isUnderWay(record: TargetRecord | undefined, decision: GateDecision): boolean {
  if (!record || decision.decision === 'open') return false;
  return !record.planned || decision.missing.some((missing) => missing.state !== 'failed');
}

async function wakeFleetGates(ports: EvaluatePorts): Promise<void> {
  const records = await ports.fleetRecords.list();
  const waiting = records.filter((record) => record.action === 'waiting');
  await ports.gateQueue.enqueue(
    waiting.map((record) => ({ kind: 'fleet-gate', gateId: record.id })),
    0,
  );
}
