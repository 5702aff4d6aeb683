import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import { parseClusterId } from '../model/resource-id.js';
import { hashFacts } from '../requirements/facts-hash.js';
import type { ClusterReader } from '../requirements/ports.js';
import type { PlanQueue } from '../warming/ports.js';
import { judgeTarget, type JudgePorts } from './evaluate-target.js';
import { isOurs, questionOf, type FleetGate, type GateQuestion } from './fleet.js';
import type { FleetGateAction, FleetGateRecord, FleetGateRecords, Fleets } from './ports.js';

export interface FleetGatePorts extends JudgePorts {
  readonly fleets: Fleets;
  readonly clusters: ClusterReader;
  readonly fleetRecords: FleetGateRecords;
  readonly planQueue: PlanQueue;
  readonly mode: 'observe' | 'enforce';
  readonly fleetGatePrefix: string;
}

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
  const doubts = (await Promise.all(question.clusterIds.map((id) => doubtsOf(id, question, ports)))).flat();
  if (doubts.length > 0) return await record(gate, 'waiting', doubts, ports);
  const what = question.version === 'current' ? 'their current version' : question.version;
  const open = [`${question.clusterIds.length} clusters open for ${what}`];
  if (ports.mode === 'observe') return await record(gate, 'would-approve', open, ports);
  if ((await ports.fleets.approve(gate)) === 'conflict') {
    return await record(gate, 'waiting', ['the gate changed while it was judged; it will be judged again'], ports);
  }
  return await record(gate, 'approved', open, ports);
}

async function askRun(gate: FleetGate, ports: FleetGatePorts): Promise<GateQuestion> {
  const run = await ports.fleets.getUpdateRun(gate.updateRunId);
  return run ? questionOf(gate, run, ports.fleetGatePrefix) : { ask: false, reason: 'its update run is gone' };
}

/** Why a member keeps the gate shut; asks for what is missing. */
async function doubtsOf(clusterId: string, question: Question, ports: FleetGatePorts): Promise<readonly string[]> {
  const cluster = await findCluster(clusterId, ports.clusters);
  if (typeof cluster === 'string') return [cluster];
  if (cluster.bootstrap.source === 'direct') return [];
  const { name } = cluster.resource;
  const version = question.version === 'current' ? cluster.kubernetesVersion : question.version;
  const target = { clusterId: cluster.resource.id, kubernetesVersion: version };
  const { record: found, decision } = await judgeTarget(target.clusterId, target.kubernetesVersion, ports);
  if (!found) {
    await ports.targets.request(target, ports.now());
    await ports.planQueue.enqueue([{ ...target, attempt: 0 }], 0);
  }
  if (decision.decision !== 'open')
    return [`${name} ${version} is ${decision.decision}: ${decision.reasons.slice(0, 3).join('; ')}`];
  if (found?.planned?.factsHash === hashFacts(cluster)) return [];
  await ports.planQueue.enqueue([{ ...target, attempt: 0 }], 0);
  return [`${name} changed since it was planned; it is being planned again`];
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
