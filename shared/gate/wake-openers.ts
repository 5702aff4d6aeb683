import type { GateDecision } from './decide.js';
import type { MaintenancePolicy } from './maintenance-ports.js';
import type { FleetGateRecords, GateTask } from './ports.js';
import { wakePolicy, type WakePolicyPorts } from './wake-policy.js';

export interface WakePorts extends WakePolicyPorts {
  readonly fleetRecords: Pick<FleetGateRecords, 'list'>;
  readonly maintenancePolicy: Pick<MaintenancePolicy, 'scope'>;
}

/**
 * Openers that rest on a decision look at it when it changes: Fleet gates that wait for it to open, the cluster's planned
 * maintenance and the policy assignment either way. What gets lost here is found by reconciliation.
 */
export async function wakeOpeners(
  clusterId: string,
  decision: GateDecision['decision'],
  ports: WakePorts,
): Promise<void> {
  const { fleetRecords, gateQueue, maintenancePolicy } = ports;
  const tasks: GateTask[] = [];
  if (decision === 'open') {
    const waiting = (await fleetRecords.list()).filter(({ action }) => action === 'waiting');
    tasks.push(...waiting.map(({ id }) => ({ kind: 'fleet-gate', gateId: id }) as const));
  }
  if (maintenancePolicy.scope !== 'off') tasks.push({ kind: 'maintenance', clusterId });
  await gateQueue.enqueue(tasks, 0);
  await wakePolicy(ports);
}
