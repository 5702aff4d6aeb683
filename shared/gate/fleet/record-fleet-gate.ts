import { entryOf, isTaken, withdraw } from './approval.js';
import type { FleetGate } from './fleet.js';
import type { Approval, FleetGateAction, FleetGateRecord, FleetGateRecords } from './fleet-ports.js';
import type { AuditTrail } from '../ports.js';

/** A gate as it was at `readAt`. */
export type ReadGate = FleetGate & { readonly readAt: Date };

export interface GateFinding {
  readonly action: FleetGateAction;
  readonly reasons: readonly string[];
  /** Of an approval that is begun or accepted now; `refused` where ARM would not have it. Absent: what is known of one stays. */
  readonly approval?: Approval | 'refused';
}

export interface RecordPorts {
  readonly fleetRecords: FleetGateRecords;
  readonly audit: Pick<AuditTrail, 'save'>;
  readonly now: () => Date;
}

/** An approval runs for a while after ARM took it; a gate that is Pending for longer has come back. */
const approvalTakesMs = 600_000;

/**
 * What is to be recorded of a look at a gate, or that the known record stands. Pure.
 *
 * | known     | the gate when it was read                  | recorded                              |
 * | --------- | ------------------------------------------ | ------------------------------------- |
 * | approved  | Pending for long after the approval        | what was found: the gate came back    |
 * | approved  | anything else                              | the approval stands                   |
 * | approving | Completed, or found approved               | approved                              |
 * | approving | read before the approval began             | the approval that is going on stands  |
 * | approving | read after it began, and not Completed     | what was found: its worker died       |
 * | other     | Completed, after an approval of ours       | approved: it took longer than a look  |
 * | other     | anything                                   | what was found                        |
 */
export function settleRecord(
  known: FleetGateRecord | undefined,
  found: GateFinding,
  gate: Pick<ReadGate, 'state' | 'readAt' | 'etag'>,
): GateFinding | 'stands' {
  const { state, readAt } = gate;
  if (known?.action === 'approved')
    return state === 'Pending' && readAt.getTime() - known.recordedAt.getTime() > approvalTakesMs ? found : 'stands';
  if (found.action === 'approved' || found.approval === 'refused') return found;
  const isOurs = known?.action === 'approving' || (known?.approval && isTaken(known.approval, gate));
  if (known && isOurs && state === 'Completed') return { action: 'approved', reasons: known.reasons };
  if (known?.action !== 'approving') return found;
  return known.recordedAt > readAt ? 'stands' : found;
}

/**
 * Records what a look at a gate found. Of looks at the same time each settles with what the others wrote. An approval that somebody
 * else began and did not live to record ends in the audit trail first, so that it is ended again if this one dies, too.
 */
export async function recordFleetGate(
  gate: ReadGate,
  found: GateFinding,
  { fleetRecords, audit, now }: RecordPorts,
): Promise<{ readonly action: FleetGateAction; readonly written: boolean }> {
  for (;;) {
    const known = await fleetRecords.get(gate.id);
    const settled = settleRecord(known?.record, found, gate);
    if (settled === 'stands') return { action: known?.record.action ?? found.action, written: false };
    const approval = approvalAfter(known?.record, settled, gate);
    if (settled.action === 'approved' && found.action !== 'approved' && approval)
      await audit.save(entryOf(gate.id, approval, 'done', settled.reasons));
    const record = {
      id: gate.id,
      displayName: gate.displayName,
      updateRun: gate.updateRunId,
      stage: gate.stage ?? '',
      ...(gate.group === undefined ? {} : { group: gate.group }),
      action: settled.action,
      reasons: settled.reasons,
      ...(approval ? { approval } : {}),
      recordedAt: now(),
    };
    if (await fleetRecords.save(record, known?.etag)) return { action: settled.action, written: true };
  }
}

/** An approval that Azure has not taken by now was never given: its worker died before, and nobody goes on with it. */
function approvalAfter(
  known: FleetGateRecord | undefined,
  { action, approval }: GateFinding,
  gate: Pick<ReadGate, 'etag'>,
): Approval | undefined {
  if (approval !== undefined && approval !== 'refused') return approval;
  if (!known?.approval || action === 'approved') return known?.approval;
  return approval === undefined && isTaken(known.approval, gate) ? known.approval : withdraw(known.approval);
}
