import { SyncError } from '../../model/errors.js';
import { countEntries, hasEntry, withoutPastStart } from './maintenance-documents.js';
import type { HoldFacts, HoldStep, Placing, Releasing, ToldState } from './maintenance-decide.js';
import {
  longestReason,
  type HoldRecord,
  type MaintenanceDocument,
  type MaintenanceWrite,
  type StoredHold,
} from './maintenance-ports.js';
import { addHoldProblem, auditOf, changeOf, takeBack, type HoldPorts, type StepOutcome } from './record-hold.js';

export interface HoldContext extends HoldFacts {
  readonly clusterId: string;
  readonly stored: StoredHold | undefined;
}

/** A worker that was asleep for longer between its decision and its write leaves it to others. */
const fenceMs = 5 * 60_000;

const lostRace: StepOutcome = { outcome: 'conflict', because: 'somebody else acted first' };
const settled = (because: string): StepOutcome => ({ outcome: 'settled', because });

/** Does one step of one hold. Its record carries a version: of two that act at the same time, one goes on. */
export async function takeHoldStep(step: HoldStep, context: HoldContext, ports: HoldPorts): Promise<StepOutcome> {
  if (ports.now().getTime() - context.judgedAt.getTime() > fenceMs) return { outcome: 'conflict', because: 'too late' };
  switch (step.step) {
    case 'nothing':
      await refreshReasons(step.told === undefined ? [] : [step.told], context, ports);
      return settled(step.because);
    case 'tell':
      return await tell(step, context, ports);
    case 'confirm':
      return await confirm(step.document, context, ports);
    case 'place':
      return await place(step, context, ports);
    case 'release':
      return await release(step, context, ports);
    case 'forget':
      return await forget(step, context, ports);
  }
}

/** What keeps a hold is told as it is today; whoever writes first at the same time is as right. */
async function refreshReasons(told: readonly string[], { stored, shut }: HoldContext, { holds }: HoldPorts) {
  if (stored?.record.state !== 'held' || stored.record.refusedAt) return;
  const reasons = [...(shut === 'not-asked' ? [] : shut), ...told];
  if (reasons.length === 0 || stored.record.reasons.join() === reasons.join()) return;
  await holds.save({ ...stored.record, reasons }, stored.etag);
}

const toBeLookedInto: ReadonlySet<ToldState> = new Set(['overridden', 'refused', 'unholdable']);

async function tell(
  { state, reasons, entry }: Extract<HoldStep, { step: 'tell' }>,
  context: HoldContext,
  ports: HoldPorts,
): Promise<StepOutcome> {
  const { stored, configuration, now } = context;
  const known = stored?.record;
  const isNews = known?.state !== state;
  if (!isNews && known.reasons.join() === reasons.join()) return settled(state);
  const before = known?.before ?? configuration?.document ?? null;
  const record: HoldRecord = {
    ...baseOf(context),
    state,
    before,
    reasons,
    recordedAt: now,
    ...(entry ? { entry } : {}),
  };
  if ((await ports.holds.save(record, stored?.etag)) === undefined) return lostRace;
  if (isNews && toBeLookedInto.has(state)) await addHoldProblem(record, ports);
  if (isNews && state === 'would-hold')
    await ports.audit.save(
      auditOf(record, configuration ? 'hold-maintenance' : 'create-maintenance', 'would', { before, after: null }),
    );
  return settled(`${state}: ${reasons.at(-1) ?? ''}`);
}

async function confirm(document: MaintenanceDocument, context: HoldContext, ports: HoldPorts): Promise<StepOutcome> {
  const { stored, now } = context;
  if (!stored) return lostRace;
  await ports.audit.save(
    auditOf(stored.record, changeOf(stored.record), 'done', { before: stored.record.before, after: document }),
  );
  const saved = await ports.holds.save(heldSince(stored.record, now), stored.etag);
  return saved === undefined ? lostRace : settled(`held until ${stored.record.entry?.end ?? ''}`);
}

async function place(step: Placing, context: HoldContext, ports: HoldPorts): Promise<StepOutcome> {
  const { configuration, stored } = context;
  // Without an entry of ours nothing that was known of an earlier one holds: also the configuration may be somebody else's by now.
  const earlier = step.replaces && stored?.record;
  const record: HoldRecord = {
    ...baseOf(context),
    ...{ state: 'placing', entry: step.entry, reasons: step.reasons, recordedAt: ports.now() },
    before: earlier ? earlier.before : (configuration?.document ?? null),
    ...(step.replaces ? { replaces: step.replaces } : {}),
    ...(earlier?.heldSince ? { heldSince: earlier.heldSince } : {}),
    ...(earlier?.created || !configuration ? { created: true } : {}),
  };
  const etag = await ports.holds.save(record, stored?.etag);
  if (etag === undefined) return lostRace;
  const action = configuration ? 'hold-maintenance' : 'create-maintenance';
  const change = { record, action, after: step.document } as const;
  const write = await makeChange(change, context, ports);
  if (write.result === 'conflict' || write.result === 'busy')
    return await takeBack({ record, etag }, write, stored, ports);
  if (write.result === 'done' && write.document && hasEntry(write.document, step.entry)) {
    await ports.holds.save(heldSince(record, ports.now()), etag);
    return settled(`held until ${step.entry.end}`);
  }
  const reason = write.result === 'refused' ? write.reason : 'Azure took the configuration without the entry';
  await tellUnplaced(record, etag, reason, context, ports);
  return settled(reason);
}

/** What was held before stays so, until it ends; what was not is tried again after a while. */
async function tellUnplaced(
  record: HoldRecord,
  etag: string,
  reason: string,
  { stored }: HoldContext,
  ports: HoldPorts,
): Promise<void> {
  const { entry: _entry, replaces, created: _created, ...rest } = record;
  const reasons = [...record.reasons, `Azure refused it: ${reason}`.slice(0, longestReason)];
  const refusedAt = ports.now();
  const isHeldStill = record.heldSince !== undefined && replaces !== undefined;
  const next: HoldRecord = isHeldStill
    ? { ...rest, state: 'held', entry: replaces, reasons, refusedAt, ...(record.created ? { created: true } : {}) }
    : { ...rest, state: 'refused', reasons, refusedAt };
  if ((await ports.holds.save(next, etag)) === undefined) return;
  if (stored?.record.reasons.join() !== reasons.join()) await addHoldProblem(next, ports);
}

async function release(step: Releasing, context: HoldContext, ports: HoldPorts): Promise<StepOutcome> {
  const { configuration, stored } = context;
  if (!stored || !configuration) return lostRace;
  const reasons = context.shut === 'not-asked' ? ['the entry is over'] : ['all targets are open'];
  const { replaces: _replaces, ...known } = stored.record;
  const alike = step.document ? countEntries(step.document, step.entry) : 0;
  const release = { state: 'releasing', entry: step.entry, alike, reasons, recordedAt: ports.now() } as const;
  const record: HoldRecord = { ...known, ...release };
  const etag = await ports.holds.save(record, stored.etag);
  if (etag === undefined) return lostRace;
  const change = { record, action: 'release-maintenance', after: step.document } as const;
  const write = await makeChange(change, context, ports);
  if (write.result === 'conflict' || write.result === 'busy')
    return await takeBack({ record, etag }, write, stored, ports);
  if (write.result === 'refused') {
    const because = [...reasons, `Azure refused it: ${write.reason}`.slice(0, longestReason)];
    const next: HoldRecord = { ...record, state: 'held', reasons: because, refusedAt: ports.now() };
    if (stored.record.reasons.join() !== next.reasons.join()) await addHoldProblem(next, ports);
    await ports.holds.save(next, etag);
    return settled(`not released: ${write.reason}`);
  }
  await ports.holds.remove({ record, etag });
  return settled('released');
}

async function forget(
  { because, leaves }: Extract<HoldStep, { step: 'forget' }>,
  { stored, configuration, now }: HoldContext,
  ports: HoldPorts,
): Promise<StepOutcome> {
  if (!stored) return settled(because);
  const { record } = stored;
  const document = configuration?.document ?? null;
  if (record.state === 'releasing')
    await ports.audit.save(auditOf(record, 'release-maintenance', 'done', { before: null, after: document }));
  if (record.state === 'placing')
    await ports.audit.save(
      auditOf(record, changeOf(record), 'failed', { before: record.before, after: document }, [because]),
    );
  if (record.state === 'would-hold') {
    const release = { ...record, recordedAt: now };
    await ports.audit.save(
      auditOf(release, 'release-maintenance', 'would', { before: document, after: document }, [because]),
    );
  }
  if (leaves !== undefined) await addHoldProblem({ ...record, reasons: [leaves], recordedAt: now }, ports);
  return (await ports.holds.remove(stored)) ? settled(because) : lostRace;
}

interface Change {
  readonly record: HoldRecord;
  readonly action: 'hold-maintenance' | 'create-maintenance' | 'release-maintenance';
  /** Undefined: the configuration is deleted. */
  readonly after: MaintenanceDocument | undefined;
}

/** One change of Azure between its two entries of the audit trail. */
async function makeChange(
  { record, action, after }: Change,
  context: HoldContext,
  ports: HoldPorts,
): Promise<MaintenanceWrite> {
  const documents = { before: context.configuration?.document ?? null, after: after ?? null };
  await ports.audit.save(auditOf(record, action, 'begun', documents));
  const write = await writeOnce(after, record, context, ports);
  const end =
    write.result === 'done'
      ? auditOf(record, action, 'done', { ...documents, after: write.document ?? null })
      : auditOf(record, action, 'failed', documents, [...record.reasons, write.reason]);
  await ports.audit.save(end);
  return write;
}

/** A refusal for a `startDate` of the past is answered by a document that means the same without it. */
async function writeOnce(
  after: MaintenanceDocument | undefined,
  { recordedAt }: HoldRecord,
  { clusterId, name, configuration, judgedAt, now }: HoldContext,
  { maintenance, now: clock }: HoldPorts,
): Promise<MaintenanceWrite> {
  const since = Math.min(recordedAt.getTime(), judgedAt.getTime());
  const inTime = async (change: () => Promise<MaintenanceWrite>): Promise<MaintenanceWrite> =>
    clock().getTime() - since > fenceMs ? { result: 'conflict', reason: 'too late' } : await orRefused(change);
  if (!after) {
    if (!configuration) return { result: 'done', document: undefined };
    return await inTime(() => maintenance.remove(clusterId, configuration));
  }
  const write = await inTime(() => maintenance.put(clusterId, name, after, configuration));
  if (write.result !== 'refused' || !/startDate/i.test(write.reason)) return write;
  const alike = withoutPastStart(after, now);
  return alike ? await inTime(() => maintenance.put(clusterId, name, alike, configuration)) : write;
}

/** A right that is missing is told where the hold is. */
async function orRefused(change: () => Promise<MaintenanceWrite>): Promise<MaintenanceWrite> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    return { result: 'refused', reason: `${error.code}: ${error.message}. ${error.advice}` };
  }
}

function baseOf({ clusterId, name, stored, now }: HoldContext) {
  return { clusterId, configuration: name, since: stored?.record.since ?? now };
}

function heldSince({ replaces: _replaces, refusedAt: _refusedAt, ...record }: HoldRecord, now: Date): HoldRecord {
  return { ...record, state: 'held', heldSince: record.heldSince ?? now };
}
