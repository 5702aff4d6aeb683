import { SyncError } from '../../model/errors.js';
import { cameToNothing, entryOf, hashRun, isTaken } from './approval.js';
import { describeHeld } from './fleet-held.js';
import { questionOf, type FleetGate, type GateQuestion, type UpdateRun } from './fleet.js';
import type { Approval, FleetGateAction, Fleets } from './fleet-ports.js';
import { recordFleetGate, type ReadGate, type RecordPorts } from './record-fleet-gate.js';

export interface ApprovePorts extends RecordPorts {
  readonly fleets: Fleets;
  readonly fleetGatePrefix: string;
}

export type Question = Extract<GateQuestion, { ask: true }>;

/** A run that changes more often than this at one gate is nobody's. */
const mostRemembered = 50;

/** Its worker may have died before Azure was asked: only the audit trail knows more. */
const begunBefore =
  'an approval of ours was begun before for this same state of its run (aks-artifact-sync audit tells when, and how it ended), and the gate is Pending: it is not approved twice';

const changed = 'the gate or its update run changed while it was judged; it will be judged again';

/**
 * Approves a gate whose members are all open: once per gate and state of its run. The run has no ETag that an approval could carry,
 * so it is read once more just before.
 *
 * Dies between any two lines: `approving` with the gate's ETag is recorded before Azure is asked, then the trail, then Azure. Whoever
 * looks next sees by the ETag whether Azure has taken it. One that has not been is given again with the same ETag, so that of both
 * only one can take effect; so is one that ARM accepted and certainly did not carry out. Any other is never given again, also when the
 * gate is Pending once more.
 * @throws SyncError ARM_UNAVAILABLE: nobody knows whether Azure took it; the message comes back
 */
export async function approveFleetGate(
  gate: ReadGate,
  question: Question,
  open: readonly string[],
  ports: ApprovePorts,
): Promise<FleetGateAction> {
  const wait = (...reasons: readonly string[]) => recordFleetGate(gate, { action: 'waiting', reasons }, ports);
  if (gate.etag === undefined)
    return (await wait('ARM gave no ETag of the gate: an approval could hit a changed one')).action;
  const run = await ports.fleets.getUpdateRun(gate.updateRunId);
  if (!run || JSON.stringify(questionOf(gate, run, ports.fleetGatePrefix)) !== JSON.stringify(question))
    return (await wait(changed)).action;
  const attempt = await beginApproval({ ...gate, etag: gate.etag }, run, question, ports);
  if (attempt.is === 'none') return (await wait(...attempt.reasons)).action;
  const { approval } = attempt;
  const because = approval.accepted ? [...open, 'approved again: ARM accepted it before and changed nothing'] : open;
  const begun = await recordFleetGate(gate, { action: 'approving', reasons: because, approval }, ports);
  // Somebody else began to approve since: two approvals at once would end as one and a conflict that tells nothing.
  if (!begun.written) return begun.action;
  await ports.audit.save(entryOf(gate.id, approval, 'begun', because));
  return await askAzure(gate, attempt, because, ports);
}

interface Attempt {
  readonly approval: Approval;
  /** After a worker that died, or that heard nothing, its approval may have taken effect. */
  readonly is: 'the-first' | 'another';
}

/** @returns the approval to give, or why none may be given */
async function beginApproval(
  gate: FleetGate & { readonly etag: string },
  run: UpdateRun,
  { version }: Question,
  { fleetRecords, now }: ApprovePorts,
): Promise<Attempt | { readonly is: 'none'; readonly reasons: readonly string[] }> {
  const { etag } = gate;
  const key = hashRun(run, gate, version);
  const earlier = (await fleetRecords.get(gate.id))?.record.approval;
  const given = earlier && isTaken(earlier, gate) ? [...earlier.before, earlier.run] : (earlier?.before ?? []);
  if (!earlier || (earlier.run !== key && !given.includes(key)))
    return {
      approval: { at: now(), etag, run: key, before: given.slice(-mostRemembered), accepted: false },
      is: 'the-first',
    };
  // Its worker died, or heard nothing from Azure, or Azure did nothing: the same approval goes on.
  if (earlier.run === key && (!isTaken(earlier, gate) || cameToNothing(earlier, gate, run)))
    return { approval: { ...earlier, etag }, is: 'another' };
  const held = describeHeld(gate, run);
  return { is: 'none', reasons: [begunBefore, ...(held.length > 0 ? held : ['if it stays so, approve it by hand'])] };
}

async function askAzure(
  gate: ReadGate,
  { approval, is }: Attempt,
  open: readonly string[],
  ports: ApprovePorts,
): Promise<FleetGateAction> {
  const end = async (outcome: 'done' | 'failed', because: readonly string[]) =>
    await ports.audit.save(entryOf(gate.id, approval, outcome, because));
  const refused = async (current: ReadGate, action: 'waiting' | 'left-alone', reason: string) => {
    const found = { action, reasons: [reason], approval: 'refused' } as const;
    const recorded = await recordFleetGate(current, found, ports);
    if (recorded.written) await end('failed', [...open, reason]);
    return recorded.action;
  };
  let result: 'approved' | 'conflict';
  try {
    result = await ports.fleets.approve(gate);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    return await refused({ ...gate, readAt: ports.now() }, 'waiting', describeFailure(error));
  }
  if (result === 'approved') {
    await end('done', open);
    const accepted = { ...approval, accepted: true };
    const recorded = await recordFleetGate(gate, { action: 'approved', reasons: open, approval: accepted }, ports);
    // Once more, should a worker that asked at the same time and was refused have called it failed.
    await end('done', open);
    return recorded.action;
  }
  const readAt = ports.now();
  const current = await ports.fleets.getGate(gate.id);
  if (current?.state !== 'Completed') return await refused({ ...(current ?? gate), readAt }, 'waiting', changed);
  const completed = 'it is Completed';
  if (is === 'the-first') return await refused({ ...current, readAt }, 'left-alone', completed);
  return (await recordFleetGate({ ...current, readAt }, { action: 'left-alone', reasons: [completed] }, ports)).action;
}

export function describeFailure(error: SyncError): string {
  return `${error.code}: ${error.message}. ${error.advice}`;
}
