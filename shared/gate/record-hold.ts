import type { SyncError } from '../model/errors.js';
import { auditIdOf } from './audit.js';
import type {
  ConfigurationName,
  HoldRecord,
  Holds,
  MaintenanceConfigurations,
  MaintenanceDocument,
  StoredHold,
} from './maintenance-ports.js';
import type { AuditEntry, AuditTrail, Problems } from './ports.js';

export interface HoldPorts {
  readonly maintenance: MaintenanceConfigurations;
  readonly holds: Holds;
  readonly audit: AuditTrail;
  readonly problems: Pick<Problems, 'add'>;
  readonly now: () => Date;
}

/** A "conflict" is worth another look at once; everything else is over for now. */
export interface StepOutcome {
  readonly outcome: 'settled' | 'conflict';
  /** For the log. */
  readonly because: string;
}

/** The resource that a hold is about. */
function configurationId({ clusterId, configuration }: Pick<HoldRecord, 'clusterId' | 'configuration'>): string {
  return `${clusterId}/maintenanceConfigurations/${configuration}`;
}

type Change = 'hold-maintenance' | 'create-maintenance' | 'release-maintenance';

/** The change that a record says was begun: whoever ends it finds the entry of the audit trail by the record. */
export function changeOf({ state, created }: Pick<HoldRecord, 'state' | 'created'>): Change {
  if (state === 'releasing') return 'release-maintenance';
  return created ? 'create-maintenance' : 'hold-maintenance';
}

/** An entry about a change of which the record tells; the same id for its beginning and its end. */
export function auditOf(
  record: HoldRecord,
  action: Change,
  outcome: AuditEntry['outcome'],
  documents: { readonly before: MaintenanceDocument | null; readonly after: MaintenanceDocument | null },
  because: readonly string[] = record.reasons,
): AuditEntry {
  const resource = configurationId(record);
  const id = auditIdOf(record.recordedAt, action, resource);
  return { id, at: record.recordedAt, who: 'app', action, resource, outcome, ...documents, because };
}

/** Tells people of a hold that is not as they would expect, once for each thing that is told. */
export async function addHoldProblem(record: HoldRecord, { problems }: Pick<HoldPorts, 'problems'>): Promise<void> {
  const reason = record.reasons.at(-1) ?? '';
  await problems.add({ at: record.recordedAt, source: 'maintenance', subject: configurationId(record), reason });
}

/** Azure lets us do nothing there. What is in Azure stays in the record. */
export async function tellRefusal(
  refusal: {
    readonly clusterId: string;
    readonly name: ConfigurationName;
    readonly stored: StoredHold | undefined;
    readonly error: SyncError;
    readonly now: Date;
  },
  ports: HoldPorts,
): Promise<StepOutcome> {
  const { clusterId, name, stored, error, now } = refusal;
  const reason = `${error.code}: ${error.message}. ${error.advice}`;
  const known = stored?.record;
  const stays = known && (known.state === 'held' || known.state === 'placing' || known.state === 'releasing');
  if (!stays && known?.reasons.at(-1) !== reason) {
    const record: HoldRecord = {
      ...{ clusterId, configuration: name, state: 'refused', before: known?.before ?? null, reasons: [reason] },
      ...{ since: known?.since ?? now, recordedAt: now, refusedAt: now },
    };
    if ((await ports.holds.save(record, stored?.etag)) !== undefined) await addHoldProblem(record, ports);
  }
  return { outcome: 'settled', because: reason };
}
