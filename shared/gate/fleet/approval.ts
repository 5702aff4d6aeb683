import { createHash } from 'node:crypto';
import { auditIdOf } from '../audit.js';
import { groupsBehind, type FleetGate, type UpdateRun } from './fleet.js';
import type { Approval } from './fleet-ports.js';
import type { AuditEntry } from '../ports.js';
import type { AskedVersion } from '../upgrade-kinds.js';

type Place = Pick<FleetGate, 'stage' | 'group'>;

/**
 * The run as far as an approval rests on it: the same gate of another run state may be approved anew. All that the gate stands
 * before counts, also who is through: that members get through is what an approval is for, and no other state.
 */
export function hashRun(run: UpdateRun, gate: Place, version: AskedVersion): string {
  const clusterIds = (groupsBehind(gate, run) ?? []).flatMap((group) => group.clusterIds);
  const sorted = [...new Set(clusterIds.map((cluster) => cluster.toLowerCase()))].sort();
  const text = JSON.stringify([run.id.toLowerCase(), run.upgradeType, version, sorted]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Whether Azure took an approval, or somebody else changed the gate after it was begun, which looks the same. */
export function isTaken({ accepted, etag }: Approval, gate: Pick<FleetGate, 'etag'>): boolean {
  return accepted || gate.etag !== etag;
}

/** States of a member that no upgrade of this run has touched. */
const untouchedStates = new Set(['NotStarted', 'Skipped']);

/**
 * Whether an approval that ARM accepted certainly came to nothing: the gate still has the ETag that it carried, or ARM calls its
 * last change failed; and no member behind the gate has moved, as ETags might be made of the content and come back with it.
 */
export function cameToNothing({ etag }: Approval, gate: FleetGate, run: UpdateRun): boolean {
  const members = (groupsBehind(gate, run) ?? []).flatMap((group) => group.members ?? []);
  return (gate.etag === etag || hasFailed(gate)) && members.every(({ state }) => untouchedStates.has(state));
}

/** Whether the last change of a gate ended and did not succeed. Source: `GateProvisioningState`, api-version 2026-06-01. */
export function hasFailed({ provisioningState }: Pick<FleetGate, 'provisioningState'>): boolean {
  return provisioningState === 'Failed' || provisioningState === 'Canceled';
}

/** What is left of an approval that came to nothing: those of other states of the run, that were given before. */
export function withdraw(approval: Approval): Approval | undefined {
  const run = approval.before.at(-1);
  return run === undefined ? undefined : { ...approval, run, before: approval.before.slice(0, -1), accepted: true };
}

/** The entry of an approval; whoever ends what another worker began writes over the same one. */
export function entryOf(
  gateId: string,
  { at, etag, run }: Pick<Approval, 'at' | 'etag' | 'run'>,
  outcome: AuditEntry['outcome'],
  because: readonly string[],
): AuditEntry {
  return {
    ...{
      id: auditIdOf(at, 'approve-fleet-gate', gateId, outcome === 'would' ? outcome : run),
      at,
      who: 'app',
      action: 'approve-fleet-gate',
    },
    ...{ resource: gateId, outcome, because },
    before: { state: 'Pending', etag },
    after: { state: outcome === 'failed' ? 'Pending' : 'Completed' },
  };
}
