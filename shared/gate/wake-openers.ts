import type { GateDecision } from './decide.js';
import type { FleetGateRecords, GateQueue } from './ports.js';

export interface WakePorts {
  readonly fleetRecords: Pick<FleetGateRecords, 'list'>;
  readonly gateQueue: GateQueue;
}

/** Openers that rest on a decision look at it when it changes; what gets lost here is found by reconciliation. */
export async function wakeOpeners(
  decision: GateDecision['decision'],
  { fleetRecords, gateQueue }: WakePorts,
): Promise<void> {
  if (decision !== 'open') return;
  const waiting = (await fleetRecords.list()).filter(({ action }) => action === 'waiting');
  await gateQueue.enqueue(
    waiting.map(({ id }) => ({ kind: 'fleet-gate', gateId: id })),
    0,
  );
}
