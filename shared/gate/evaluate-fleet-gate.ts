import pLimit from 'p-limit';
import { SyncError } from '../model/errors.js';
import { modeOf, type EnforcementPolicy } from './enforcement.js';
import { doubtsOf, type MemberPorts } from './fleet-members.js';
import { isOurs, questionOf, type FleetGate, type GateQuestion } from './fleet.js';
import type { FleetGateAction, FleetGateRecords, Fleets, GateQueue, GateTask } from './ports.js';
import { recordFleetGate, type ReadGate } from './record-fleet-gate.js';

export interface FleetGatePorts extends MemberPorts {
  readonly fleets: Fleets;
  readonly fleetRecords: FleetGateRecords;
  readonly gateQueue: GateQueue;
  readonly enforcement: EnforcementPolicy;
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
 * Stops anywhere: an approval without its record is seen as Completed by the next look. A task that follows a record is
 * stale when a newer one was written: tasks of one gate form one chain, however many members and events there are.
 * @throws SyncError ARM_UNAVAILABLE: the message comes back. What else stops the judgement is told at the gate, which waits.
 */
export async function evaluateFleetGate(
  { gateId, after }: Extract<GateTask, { kind: 'fleet-gate' }>,
  ports: FleetGatePorts,
): Promise<FleetGateAction | 'gone' | 'stale'> {
  if (after !== undefined && (await recordedAt(gateId, ports)) !== after) return 'stale';
  const gate = await readGate(gateId, ports);
  if (!gate) return await forget(gateId, ports);
  try {
    return await judgeGate(gate, ports);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    return await record(gate, 'waiting', [describe(error)], ports);
  }
}

async function readGate(gateId: string, { fleets, now }: FleetGatePorts): Promise<ReadGate | undefined> {
  const readAt = now();
  const gate = await fleets.getGate(gateId);
  return gate && { ...gate, readAt };
}

async function judgeGate(gate: ReadGate, ports: FleetGatePorts): Promise<FleetGateAction> {
  const question = isOurs(gate, ports.fleetGatePrefix) ?? (await askRun(gate, ports));
  if (!question.ask) return await record(gate, 'left-alone', [question.reason], ports);
  const limit = pLimit(concurrentMembers);
  const members = question.clusterIds.map((id) => limit(() => doubtsOf(id, question.version, ports)));
  const doubts = (await Promise.all(members)).flat();
  const reasons = doubts.map(({ reason }) => reason);
  if (doubts.some(({ ends }) => ends === 'soon')) return await waitShortly(gate, reasons, ports);
  if (doubts.length > 0) return await record(gate, 'waiting', reasons, ports);
  const what = question.version === 'current' ? 'their current versions' : question.version;
  const open = [`open for ${what}: ${question.clusterIds.map((id) => id.split('/').at(-1)).join(', ')}`];
  if (modeOf(gate.fleetId, ports.enforcement) === 'observe') return await record(gate, 'would-approve', open, ports);
  return await approve(gate, question, open, ports);
}

async function waitShortly(
  gate: ReadGate,
  reasons: readonly string[],
  ports: FleetGatePorts,
): Promise<FleetGateAction> {
  const recordedAt = ports.now();
  const action = await record(gate, 'waiting', reasons, { ...ports, now: () => recordedAt });
  const next = { kind: 'fleet-gate', gateId: gate.id, after: recordedAt.toISOString() } as const;
  if (action === 'waiting') await ports.gateQueue.enqueue([next], renewalSeconds);
  return action;
}

/** The run has no ETag that an approval could carry, so it is read once more just before. */
async function approve(
  gate: ReadGate,
  question: Question,
  open: readonly string[],
  ports: FleetGatePorts,
): Promise<FleetGateAction> {
  const changed = ['the gate or its update run changed while it was judged; it will be judged again'];
  if (gate.etag === undefined)
    return await record(gate, 'waiting', ['ARM gave no ETag of the gate: an approval could hit a changed one'], ports);
  if (JSON.stringify(await askRun(gate, ports)) !== JSON.stringify(question))
    return await record(gate, 'waiting', changed, ports);
  // Somebody else began to approve since: two approvals at once would end as one and a conflict that tells nothing.
  const begun = await recordFleetGate(gate, { action: 'approving', reasons: open }, ports);
  if (!begun.written) return begun.action;
  if ((await ports.fleets.approve(gate)) === 'approved') return await record(gate, 'approved', open, ports);
  const current = await readGate(gate.id, ports);
  if (current?.state === 'Completed') return await record(current, 'left-alone', ['it is Completed'], ports);
  return await record(current ?? gate, 'waiting', changed, ports);
}

async function askRun(gate: FleetGate, ports: FleetGatePorts): Promise<GateQuestion> {
  const run = await ports.fleets.getUpdateRun(gate.updateRunId);
  return run ? questionOf(gate, run, ports.fleetGatePrefix) : { ask: false, reason: 'its update run is gone' };
}

function describe(error: SyncError): string {
  return `${error.code}: ${error.message}. ${error.advice}`;
}

/** A gate that is gone waits for nothing any more. */
async function forget(gateId: string, { fleetRecords, now }: FleetGatePorts): Promise<'gone'> {
  const known = await fleetRecords.get(gateId);
  if (known && known.record.action !== 'approved' && known.record.action !== 'left-alone') {
    const gone = { ...known.record, action: 'left-alone', reasons: ['the gate is gone'], recordedAt: now() } as const;
    await fleetRecords.save(gone, known.etag);
  }
  return 'gone';
}

async function recordedAt(gateId: string, { fleetRecords }: FleetGatePorts): Promise<string | undefined> {
  return (await fleetRecords.get(gateId))?.record.recordedAt.toISOString();
}

async function record(
  gate: ReadGate,
  action: FleetGateAction,
  reasons: readonly string[],
  ports: FleetGatePorts,
): Promise<FleetGateAction> {
  return (await recordFleetGate(gate, { action, reasons }, ports)).action;
}
