import type { GateDecision } from './decision/decide.js';
import type { MaintenancePolicy } from './maintenance/maintenance-ports.js';
import type { FleetGateRecords } from './fleet/fleet-ports.js';
import type { GateTask } from './ports.js';
import { wakePolicy, type WakePolicyPorts } from './policy/wake-policy.js';

export interface WakePorts extends WakePolicyPorts {
  readonly fleetRecords: Pick<FleetGateRecords, 'list'>;
  readonly maintenancePolicy: Pick<MaintenancePolicy, 'scope'>;
}

type Decision = GateDecision['decision'];

/**
 * Openers that rest on a decision look at it when it opens or shuts: Fleet gates that wait for it to open, the cluster's planned
 * maintenance and the policy assignment either way. Whoever asks for a target has them look at the new one; what gets lost is found by
 * reconciliation.
 */
export async function wakeOpeners(
  clusterId: string,
  decision: Decision,
  before: Decision | undefined,
  ports: WakePorts,
): Promise<void> {
  if ((before === 'open') === (decision === 'open')) return;
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
