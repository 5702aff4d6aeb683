import { createHash } from 'node:crypto';
import { auditIdOf } from './audit.js';
import type { FleetGate, GateQuestion, UpdateRun } from './fleet.js';
import type { AuditEntry } from './ports.js';

/** An approval that was begun: what is needed to know later whether it took effect, and never to give it twice. */
export interface Approval {
  readonly at: Date;
  /** ETag of the gate that the approval carries. As long as the gate still has it, Azure has not taken the approval. */
  readonly etag: string;
  /** What was approved: `hashRun`. */
  readonly run: string;
  /** Whether ARM said that it takes it. */
  readonly accepted: boolean;
}

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
