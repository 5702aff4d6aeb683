import type { GateQueue } from '../ports.js';
import type { PolicyAssignments } from './policy-ports.js';

export interface WakePolicyPorts {
  readonly gateQueue: GateQueue;
  /** Undefined: no assignment is kept (setting POLICY_ASSIGNMENT_ID). */
  readonly policyAssignments: PolicyAssignments | undefined;
}

/** Has the lists of the policy assignment looked at, where one is kept. Twice is once more of the same. */
export async function wakePolicy({ gateQueue, policyAssignments }: WakePolicyPorts, delaySeconds = 0): Promise<void> {
  if (policyAssignments) await gateQueue.enqueue([{ kind: 'policy' }], delaySeconds);
}
