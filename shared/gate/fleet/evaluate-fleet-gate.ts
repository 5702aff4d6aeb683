import pLimit from 'p-limit';
import { SyncError } from '../../model/errors.js';
import { modeOf, type EnforcementPolicy } from '../enforcement.js';
import { approveFleetGate, describeFailure, type Question } from './approve-fleet-gate.js';
import { entryOf, hasFailed } from './approval.js';
import { judgeMember, type MemberPorts } from './fleet-members.js';
import { isOurs, questionOf, type FleetGate, type GateQuestion } from './fleet.js';
import type { AuditTrail, GateQueue, GateTask } from '../ports.js';
import type { FleetGateAction, FleetGateRecord, FleetGateRecords, Fleets } from './fleet-ports.js';
import { recordFleetGate, type ReadGate } from './record-fleet-gate.js';

export interface FleetGatePorts extends MemberPorts {
  readonly fleets: Fleets;
  readonly fleetRecords: FleetGateRecords;
  readonly gateQueue: GateQueue;
  readonly audit: AuditTrail;
  readonly enforcement: EnforcementPolicy;
  readonly fleetGatePrefix: string;
}

/** Members read at the same time: ARM's bucket is shared with everything else. */
const concurrentMembers = 8;
/** When proofs are being renewed, the gate is looked at again after this. */
const renewalSeconds = 15;

/**
 * Judges one Fleet gate, and approves it in mode `enforce` when every member of its stage or group is open.
 *
 * The gate, the run and the facts of each member are read fresh, and the approval carries the gate's ETag: a gate or
 * run that changed since is judged anew, never approved. Runs twice: a gate that is not Pending is left alone.
 * Stops anywhere: an approval without its record is seen as Completed by the next look. A task that follows a record is
 * stale when a newer one was written: tasks of one gate form one chain, however many members and events there are.
 * @throws SyncError ARM_UNAVAILABLE: the message comes back. This and what else stops the judgement is told at the gate, which waits.
 */
export async function evaluateFleetGate(
  { gateId, after }: Extract<GateTask, { kind: 'fleet-gate' }>,
  ports: FleetGatePorts,
): Promise<FleetGateAction | 'gone' | 'stale'> {
  if (after !== undefined && (await knownOf(gateId, ports))?.recordedAt.toISOString() !== after) return 'stale';
  let gate: ReadGate | undefined;
  try {
    gate = await readGate(gateId, ports);
  } catch (error) {
    return await tellUnread(gateId, error, ports);
  }
  if (!gate) return await forget(gateId, ports);
  try {
    return await judgeGate(gate, ports);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    if (error.code !== 'ARM_UNAVAILABLE') return await record(gate, 'waiting', [describeFailure(error)], ports);
    // What became of an approval that was begun is not known: its record tells that.
    if ((await knownOf(gateId, ports))?.action === 'approving') throw error;
    // The task comes back, and follows this record, too.
    const now = after === undefined ? ports.now : () => new Date(after);
    await record(gate, 'waiting', [describeFailure(error)], { ...ports, now });
    throw error;
  }
}

async function readGate(gateId: string, { fleets, now }: FleetGatePorts): Promise<ReadGate | undefined> {
  const readAt = now();
  const gate = await fleets.getGate(gateId);
  return gate && { ...gate, readAt };
}

/** A gate that waits says that it cannot be read; `recordedAt` stays, so that tasks which follow the record still do. */
async function tellUnread(gateId: string, error: unknown, { fleetRecords }: FleetGatePorts): Promise<FleetGateAction> {
  const known = await fleetRecords.get(gateId);
  const action = known?.record.action;
  if (!(error instanceof SyncError) || !known || (action !== 'waiting' && action !== 'would-approve')) throw error;
  await fleetRecords.save({ ...known.record, action: 'waiting', reasons: [describeFailure(error)] }, known.etag);
  if (error.code === 'ARM_UNAVAILABLE') throw error;
  return 'waiting';
}

async function judgeGate(gate: ReadGate, ports: FleetGatePorts): Promise<FleetGateAction> {
  const question = isOurs(gate, ports.fleetGatePrefix) ?? (await askRun(gate, ports));
  if (!question.ask) return await record(gate, 'left-alone', [question.reason], ports);
  const busy = gate.provisioningState;
  if (busy !== undefined && busy !== 'Succeeded' && !hasFailed(gate))
    return await record(gate, 'waiting', [`ARM is working on the gate (${busy})`], ports);
  const limit = pLimit(concurrentMembers);
  const looks = question.clusterIds.map((id) => limit(() => judgeMember(id, question.version, ports)));
  const members = await Promise.all(looks);
  const doubts = members.flatMap((member) => member.doubts);
  const reasons = doubts.map(({ reason }) => reason);
  if (doubts.some(({ ends }) => ends === 'soon')) return await waitShortly(gate, reasons, ports);
  if (doubts.length > 0) return await record(gate, 'waiting', reasons, ports);
  const what = question.version === 'current' ? 'their current versions' : question.version;
  const names = question.clusterIds.map((id) => id.split('/').at(-1)).join(', ');
  const open = [`open for ${what}: ${names}`, ...members.flatMap(({ overruled }) => overruled ?? [])];
  if (!isEnforced(gate, question, ports.enforcement)) return await tellApproval(gate, open, ports);
  return await approveFleetGate(gate, question, open, ports);
}

/** A gate is in scope by its fleet, or by all the clusters that it lets pass. */
function isEnforced(gate: FleetGate, { clusterIds }: Question, enforcement: EnforcementPolicy): boolean {
  const isInScope = (id: string) => modeOf(id, enforcement) === 'enforce';
  return isInScope(gate.fleetId) || clusterIds.every(isInScope);
}

/** What would be done stands in the trail once, before the record: two workers at the same time write it twice at most. */
async function tellApproval(gate: ReadGate, open: readonly string[], ports: FleetGatePorts): Promise<FleetGateAction> {
  const known = await knownOf(gate.id, ports);
  if (known?.action !== 'would-approve')
    await ports.audit.save(entryOf(gate.id, { at: gate.readAt, etag: gate.etag ?? '', run: '' }, 'would', open));
  return await record(gate, 'would-approve', open, ports);
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

async function askRun(gate: FleetGate, ports: FleetGatePorts): Promise<GateQuestion> {
  const run = await ports.fleets.getUpdateRun(gate.updateRunId);
  return run ? questionOf(gate, run, ports.fleetGatePrefix) : { ask: false, reason: 'its update run is gone' };
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

async function knownOf(gateId: string, { fleetRecords }: FleetGatePorts): Promise<FleetGateRecord | undefined> {
  return (await fleetRecords.get(gateId))?.record;
}

async function record(
  gate: ReadGate,
  action: FleetGateAction,
  reasons: readonly string[],
  ports: FleetGatePorts,
): Promise<FleetGateAction> {
  return (await recordFleetGate(gate, { action, reasons }, ports)).action;
}
