import pLimit from 'p-limit';
import { artifactName } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import { parseClusterId } from '../model/resource-id.js';
import { hashFacts } from '../requirements/facts-hash.js';
import type { ClusterReader } from '../requirements/ports.js';
import { taskOf } from '../warming/advance.js';
import type { PlanQueue, TargetRecord, WarmQueue } from '../warming/ports.js';
import { enqueueTargets } from '../warming/request-targets.js';
import { indexStates, judgeTarget, type JudgePorts } from './evaluate-target.js';
import { isOurs, questionOf, type FleetGate, type GateQuestion } from './fleet.js';
import type { FleetGateAction, FleetGateRecord, FleetGateRecords, Fleets, GateQueue } from './ports.js';

export interface FleetGatePorts extends JudgePorts {
  readonly fleets: Fleets;
  readonly clusters: ClusterReader;
  readonly fleetRecords: FleetGateRecords;
  readonly planQueue: PlanQueue;
  readonly warmQueue: WarmQueue;
  readonly gateQueue: GateQueue;
  /** Before an approval every proof is renewed that is older than this: it cannot be taken back. */
  readonly freshProofMs: number;
  readonly mode: 'observe' | 'enforce';
  readonly fleetGatePrefix: string;
}

/** Members read at the same time: ARM's bucket is shared with everything else. */
const concurrentMembers = 8;
/** When proofs are being renewed, the gate is looked at again after this. */
const renewalSeconds = 15;

type Question = Extract<GateQuestion, { ask: true }>;

/**
 * Judges one Fleet gate, and approves it in mode `enforce` when every member of its stage or group is open.
 *
 * The gate, the run and the facts of each member are read fresh, and the approval carries the gate's ETag: a gate or
 * run that changed since is judged anew, never approved. Runs twice: a gate that is not Pending is left alone.
 * Stops anywhere: an approval without its record is seen as Completed by the next look.
 * @throws SyncError ARM_UNAVAILABLE: the message comes back. What else stops the judgement is told at the gate, which waits.
 */
export async function evaluateFleetGate(gateId: string, ports: FleetGatePorts): Promise<FleetGateAction | 'gone'> {
  const gate = await ports.fleets.getGate(gateId);
  if (!gate) return await forget(gateId, ports);
  try {
    return await judgeGate(gate, ports);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    return await record(gate, 'waiting', [describe(error)], ports);
  }
}

async function judgeGate(gate: FleetGate, ports: FleetGatePorts): Promise<FleetGateAction> {
  const question = isOurs(gate, ports.fleetGatePrefix) ?? (await askRun(gate, ports));
  if (!question.ask) return await leaveAlone(gate, question.reason, ports);
  const limit = pLimit(concurrentMembers);
  const members = question.clusterIds.map((id) => limit(() => doubtsOf(id, question, gate, ports)));
  const doubts = (await Promise.all(members)).flat();
  if (doubts.length > 0) return await record(gate, 'waiting', doubts, ports);
  const open = [`open for ${question.version}: ${question.clusterIds.map((id) => id.split('/').at(-1)).join(', ')}`];
  if (ports.mode === 'observe') return await record(gate, 'would-approve', open, ports);
  return await approve(gate, question, open, ports);
}

/** The run has no ETag that an approval could carry, so it is read once more just before. */
async function approve(
  gate: FleetGate,
  question: Question,
  open: readonly string[],
  ports: FleetGatePorts,
): Promise<FleetGateAction> {
  const changed = ['the gate or its update run changed while it was judged; it will be judged again'];
  if (gate.etag === undefined)
    return await record(gate, 'waiting', ['ARM gave no ETag of the gate: an approval could hit a changed one'], ports);
  if (JSON.stringify(await askRun(gate, ports)) !== JSON.stringify(question))
    return await record(gate, 'waiting', changed, ports);
  await record(gate, 'approving', open, ports);
  if ((await ports.fleets.approve(gate)) === 'conflict') return await record(gate, 'waiting', changed, ports);
  return await record(gate, 'approved', open, ports);
}

async function askRun(gate: FleetGate, ports: FleetGatePorts): Promise<GateQuestion> {
  const run = await ports.fleets.getUpdateRun(gate.updateRunId);
  return run ? questionOf(gate, run, ports.fleetGatePrefix) : { ask: false, reason: 'its update run is gone' };
}

/** Why a member keeps the gate shut; asks for what is missing. */
async function doubtsOf(
  clusterId: string,
  question: Question,
  gate: FleetGate,
  ports: FleetGatePorts,
): Promise<readonly string[]> {
  const cluster = await findCluster(clusterId, ports.clusters);
  if (typeof cluster === 'string') return [cluster];
  if (cluster.bootstrap.source === 'direct') return [];
  const { name } = cluster.resource;
  const target = { clusterId: cluster.resource.id, kubernetesVersion: question.version };
  const { record: found, decision } = await judgeTarget(target.clusterId, target.kubernetesVersion, ports);
  if (!found || isAging(found, ports)) await enqueueTargets(target.clusterId, [question.version], ports);
  if (decision.decision !== 'open')
    return [`${name} ${question.version} is ${decision.decision}: ${decision.reasons.slice(0, 3).join('; ')}`];
  if (found?.planned?.factsHash !== hashFacts(cluster)) {
    await enqueueTargets(target.clusterId, [question.version], ports);
    return [`${name} changed since it was planned; it is being planned again`];
  }
  return await renewOldProofs(name, found.planned, gate, ports);
}

/** Reconciliation renews plans of this subscription only; a member of another one is renewed here. */
function isAging({ planned, failure }: TargetRecord, { now, gatePolicy }: FleetGatePorts): boolean {
  const last = Math.max(planned?.plannedAt.getTime() ?? 0, failure?.at.getTime() ?? 0);
  return last > 0 && now().getTime() - last > gatePolicy.maxPlanAgeMs / 2;
}

/** Looks again at what was proven some time ago, and has the gate judged once that is done. */
async function renewOldProofs(
  name: string,
  plan: NonNullable<TargetRecord['planned']>,
  gate: FleetGate,
  ports: FleetGatePorts,
): Promise<readonly string[]> {
  const states = await indexStates(plan.registry, ports.states);
  const now = ports.now().getTime();
  const old = plan.set.artifacts.flatMap((artifact) => {
    const state = states.get(artifactName(artifact));
    return state && now - (state.provenAt?.getTime() ?? 0) > ports.freshProofMs ? [state] : [];
  });
  if (old.length === 0) return [];
  await ports.warmQueue.enqueue(old.map(taskOf), 0);
  await ports.gateQueue.enqueue([{ kind: 'fleet-gate', gateId: gate.id }], renewalSeconds);
  return [
    `${name}: ${old.length} proofs are older than ${Math.round(ports.freshProofMs / 60_000)} minutes and are being renewed`,
  ];
}

async function findCluster(clusterId: string, clusters: ClusterReader): Promise<Cluster | string> {
  try {
    return await clusters.get(parseClusterId(clusterId));
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    return `member ${clusterId}: ${describe(error)}`;
  }
}

function describe(error: SyncError): string {
  return `${error.code}: ${error.message}. ${error.advice}`;
}

/** A gate that is gone waits for nothing any more. */
async function forget(gateId: string, ports: FleetGatePorts): Promise<'gone'> {
  const known = await findRecord(gateId, ports);
  if (known && known.action !== 'approved' && known.action !== 'left-alone') {
    const reasons = ['the gate is gone'];
    await ports.fleetRecords.save({ ...known, action: 'left-alone', reasons, recordedAt: ports.now() });
  }
  return 'gone';
}

async function findRecord(gateId: string, ports: FleetGatePorts): Promise<FleetGateRecord | undefined> {
  return (await ports.fleetRecords.list()).find((known) => known.id.toLowerCase() === gateId.toLowerCase());
}

/** A gate of ours that is Completed keeps the record of who opened it. */
async function leaveAlone(gate: FleetGate, reason: string, ports: FleetGatePorts): Promise<FleetGateAction> {
  const known = await findRecord(gate.id, ports);
  if (known?.action === 'approved') return 'approved';
  if (known?.action === 'approving' && gate.state === 'Completed')
    return await record(gate, 'approved', known.reasons, ports);
  return await record(gate, 'left-alone', [reason], ports);
}

async function record(
  gate: FleetGate,
  action: FleetGateAction,
  reasons: readonly string[],
  ports: FleetGatePorts,
): Promise<FleetGateAction> {
  await ports.fleetRecords.save({
    id: gate.id,
    displayName: gate.displayName,
    updateRun: gate.updateRunId,
    stage: gate.stage ?? '',
    ...(gate.group === undefined ? {} : { group: gate.group }),
    action,
    reasons,
    recordedAt: ports.now(),
  });
  return action;
}
