import type { FleetGate } from './fleet.js';
import type { FleetGateAction, FleetGateRecord, FleetGateRecords } from './ports.js';

/** A gate as it was at `readAt`. */
export type ReadGate = FleetGate & { readonly readAt: Date };

export interface GateFinding {
  readonly action: FleetGateAction;
  readonly reasons: readonly string[];
}

/**
 * What is to be recorded of a look at a gate, or that the known record stands. Pure.
 *
 * | known     | the gate when it was read                  | recorded                            |
 * | --------- | ------------------------------------------ | ----------------------------------- |
 * | approved  | Pending, read after the approval           | what was found: it came to nothing  |
 * | approved  | anything else                              | the approval stands                 |
 * | approving | Completed, or found approved               | approved                            |
 * | approving | read before the approval began             | the approval that is going on stands |
 * | approving | read after it began, and not Completed     | what was found: its worker died     |
 * | other     | anything                                   | what was found                      |
 */
export function settleRecord(
  known: FleetGateRecord | undefined,
  found: GateFinding,
  { state, readAt }: Pick<ReadGate, 'state' | 'readAt'>,
): GateFinding | 'stands' {
  if (known?.action === 'approved') return state === 'Pending' && known.recordedAt < readAt ? found : 'stands';
  if (known?.action !== 'approving' || found.action === 'approved') return found;
  if (state === 'Completed') return { action: 'approved', reasons: known.reasons };
  return known.recordedAt > readAt ? 'stands' : found;
}

/** Records what a look at a gate found. Of looks at the same time each settles with what the others wrote. */
export async function recordFleetGate(
  gate: ReadGate,
  found: GateFinding,
  { fleetRecords, now }: { readonly fleetRecords: FleetGateRecords; readonly now: () => Date },
): Promise<{ readonly action: FleetGateAction; readonly written: boolean }> {
  for (;;) {
    const known = await fleetRecords.get(gate.id);
    const settled = settleRecord(known?.record, found, gate);
    if (settled === 'stands') return { action: known?.record.action ?? found.action, written: false };
    const record = {
      id: gate.id,
      displayName: gate.displayName,
      updateRun: gate.updateRunId,
      stage: gate.stage ?? '',
      ...(gate.group === undefined ? {} : { group: gate.group }),
      ...settled,
      recordedAt: now(),
    };
    if (await fleetRecords.save(record, known?.etag)) return { action: settled.action, written: true };
  }
}
