import type { GateDecision } from './decide.js';
import type { MaintenancePolicy } from './maintenance-ports.js';
import type { FleetGateRecords, GateQueue, GateTask } from './ports.js';

export interface WakePorts {
  readonly fleetRecords: Pick<FleetGateRecords, 'list'>;
  readonly gateQueue: GateQueue;
  readonly maintenancePolicy: Pick<MaintenancePolicy, 'scope'>;
}

/**
 * Openers that rest on a decision look at it when it changes: Fleet gates that wait for it to open, and the cluster's planned
 * maintenance either way. What gets lost here is found by reconciliation.
 */
export async function wakeOpeners(
  clusterId: string,
  decision: GateDecision['decision'],
  { fleetRecords, gateQueue, maintenancePolicy }: WakePorts,
): Promise<void> {
  const tasks: GateTask[] = [];
  if (decision === 'open') {
    const waiting = (await fleetRecords.list()).filter(({ action }) => action === 'waiting');
    tasks.push(...waiting.map(({ id }) => ({ kind: 'fleet-gate', gateId: id }) as const));
  }
  if (maintenancePolicy.scope !== 'off') tasks.push({ kind: 'maintenance', clusterId });
  await gateQueue.enqueue(tasks, 0);
}
