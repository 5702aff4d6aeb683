import { createHash } from 'node:crypto';
import { auditIdOf } from './audit.js';
import type { FleetGate, GateQuestion, UpdateRun } from './fleet.js';
import type { Approval, AuditEntry } from './ports.js';

/** The run as far as an approval rests on it: the same gate of another run state may be approved anew. */
export function hashRun({ id, upgradeType }: UpdateRun, question: Extract<GateQuestion, { ask: true }>): string {
  const clusterIds = question.clusterIds.map((cluster) => cluster.toLowerCase()).sort();
  const text = JSON.stringify([id.toLowerCase(), upgradeType, question.version, clusterIds]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Whether Azure took an approval, or somebody else changed the gate after it was begun, which looks the same. */
export function isTaken({ accepted, etag }: Approval, gate: Pick<FleetGate, 'etag'>): boolean {
  return accepted || gate.etag !== etag;
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
