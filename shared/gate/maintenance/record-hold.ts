import type { SyncError } from '../../model/errors.js';
import { auditIdOf } from '../audit.js';
import {
  longestReason,
  type ConfigurationName,
  type HoldRecord,
  type Holds,
  type MaintenanceConfigurations,
  type MaintenanceDocument,
  type MaintenanceWrite,
  type StoredHold,
} from './maintenance-ports.js';
import type { AuditEntry, AuditTrail, Problems } from '../ports.js';

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

/** Azure took nothing: the record is what it was before, lest it claims an entry that somebody else makes meanwhile. */
export async function takeBack(
  begun: StoredHold,
  { result, reason }: Extract<MaintenanceWrite, { result: 'conflict' | 'busy' }>,
  before: StoredHold | undefined,
  { holds }: Pick<HoldPorts, 'holds'>,
): Promise<StepOutcome> {
  if (before) await holds.save(before.record, begun.etag);
  else await holds.remove(begun);
  return { outcome: result === 'conflict' ? 'conflict' : 'settled', because: reason };
}

/** States that outlive a refusal: what is in Azure, and what a person decided. */
const lasting: ReadonlySet<HoldRecord['state'] | undefined> = new Set(['placing', 'held', 'releasing', 'overridden']);

/** Azure lets us do nothing there. */
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
  const reason = describeError(error).slice(0, longestReason);
  const known = stored?.record;
  if (stored?.record.state === 'held') await tellUnattended(stored, error, ports);
  if (!lasting.has(known?.state) && known?.reasons.at(-1) !== reason) {
    const record: HoldRecord = {
      ...{ clusterId, configuration: name, state: 'refused', before: known?.before ?? null, reasons: [reason] },
      ...{ since: known?.since ?? now, recordedAt: now, refusedAt: now },
    };
    if ((await ports.holds.save(record, stored?.etag)) !== undefined) await addHoldProblem(record, ports);
  }
  return { outcome: 'settled', because: reason };
}

/** @throws the error where nothing is held: nobody knows what AKS may do to a cluster that cannot be read */
export async function tellUnread(clusterId: string, error: SyncError, ports: HoldPorts): Promise<string> {
  const held = (await ports.holds.ofCluster(clusterId)).filter(({ record }) => record.state === 'held');
  if (held.length === 0) throw error;
  for (const stored of held) await tellUnattended(stored, error, ports);
  return describeError(error);
}

const unattended = 'neither renewed nor released, and ends by itself: ';

/** What is held stays so, beside what Azure says; told once as a problem. */
async function tellUnattended({ record, etag }: StoredHold, error: SyncError, ports: HoldPorts): Promise<void> {
  const told = `${unattended}${describeError(error)}`.slice(0, longestReason);
  if (record.reasons.includes(told)) return;
  const reasons = [...record.reasons.filter((reason) => !reason.startsWith(unattended)), told];
  if ((await ports.holds.save({ ...record, reasons }, etag)) === undefined) return;
  await addHoldProblem({ ...record, reasons, recordedAt: ports.now() }, ports);
}

function describeError({ code, message, advice }: SyncError): string {
  return `${code}: ${message}. ${advice}`;
}
