import { isOfTheFuture } from '../../model/clock-skew.js';
import { describeLeft } from './hold-status.js';
import { dayAt, isCovered, isOver, isRunningOut, spanFrom } from './maintenance-dates.js';
import {
  countEntries,
  hasEntry,
  isUntouched,
  othersThan,
  readWindow,
  unrestricted,
  withEntry,
  withoutEntry,
} from './maintenance-documents.js';
import type {
  ConfigurationName,
  DateSpan,
  HoldRecord,
  HoldState,
  MaintenanceConfiguration,
  MaintenanceDocument,
  MaintenancePolicy,
} from './maintenance-ports.js';

/** Everything that is known of one configuration of a cluster. */
export interface HoldFacts {
  readonly name: ConfigurationName;
  readonly configuration: MaintenanceConfiguration | undefined;
  readonly record: HoldRecord | undefined;
  /** Why targets are not open; empty when all of them are. `not-asked`: nothing waits for this configuration any more. */
  readonly shut: readonly string[] | 'not-asked';
  /** What AKS is doing to the cluster, for example `Upgrading`. */
  readonly operation: string | undefined;
  readonly mode: 'observe' | 'enforce';
  readonly now: Date;
  /** When the targets were judged. */
  readonly judgedAt: Date;
  readonly policy: MaintenancePolicy;
}

/** States that are told and stand for nothing of ours in Azure. */
export type ToldState = Exclude<HoldState, 'placing' | 'held' | 'releasing'>;

export type HoldStep =
  /** `told`: of a hold that stands, beside why it does. */
  | { readonly step: 'nothing'; readonly because: string; readonly told?: string }
  | { readonly step: 'tell'; readonly state: ToldState; readonly reasons: readonly string[]; readonly entry?: DateSpan }
  /** What was begun is there. */
  | { readonly step: 'confirm'; readonly document: MaintenanceDocument }
  | Placing
  | Releasing
  /** Nothing of ours is there any more, or has ever been; `leaves`: but what may not be touched. */
  | { readonly step: 'forget'; readonly because: string; readonly leaves?: string };

export interface Placing {
  readonly step: 'place';
  readonly entry: DateSpan;
  readonly replaces?: DateSpan;
  readonly document: MaintenanceDocument;
  readonly reasons: readonly string[];
}

export interface Releasing {
  readonly step: 'release';
  readonly entry: DateSpan;
  /** Undefined: the configuration was ours and goes. */
  readonly document: MaintenanceDocument | undefined;
}

/** Azure refused: trying at every round would fill the audit trail. */
const tryRefusedAfterMs = 3_600_000;
/** Whoever began a change has ended it by then, or never will: twice the time after which it may no longer write. */
const othersEndAfterMs = 10 * 60_000;

/**
 * What is to be done about one configuration. Pure.
 *
 * A hold is placed only over the user's entries, renewed only as long as it is there as we left it, and removed only when every
 * target is open; an entry that is over blocks nothing and goes in any case. What a user changed of it stays as the user wants it.
 */
export function decideHold(facts: HoldFacts): HoldStep {
  if (facts.shut === 'not-asked') return decideNotAsked(facts);
  return facts.shut.length === 0 ? decideOpen(facts) : decideShut(facts, facts.shut);
}

function decideOpen(facts: HoldFacts): HoldStep {
  const { record, mode, judgedAt, now } = facts;
  if (!record) return nothing('open');
  if (!isOurs(record)) return { step: 'forget', because: 'all targets are open' };
  const entry = entryThere(facts, record);
  if (!entry) {
    const wait = record.state === 'placing' && isYoung(record, facts);
    return wait ? nothing('the hold is being placed') : { step: 'forget', because: 'our entry is gone' };
  }
  if (mode === 'observe') return leave(facts, record);
  const isNewer = record.recordedAt > judgedAt && !isOfTheFuture(record.recordedAt, now);
  if (record.state !== 'releasing' && isNewer) return nothing('the hold is newer than this decision');
  return release(facts, record, entry);
}

/** Nobody decides for targets that are not asked for: what was held ends by itself. */
function decideNotAsked(facts: HoldFacts): HoldStep {
  const { record, mode } = facts;
  if (!record) return nothing('not asked for');
  if (!isOurs(record)) return { step: 'forget', because: 'not asked for any more' };
  const entry = entryThere(facts, record);
  if (!entry)
    return isYoung(record, facts) ? nothing('being changed') : { step: 'forget', because: 'our entry is gone' };
  if (mode === 'observe' || !isOver(entry, today(facts))) return leave(facts, record);
  return release(facts, record, entry);
}

function decideShut(facts: HoldFacts, shut: readonly string[]): HoldStep {
  const { record, configuration } = facts;
  switch (record?.state) {
    case 'overridden':
      return nothing('a person decided otherwise');
    case 'refused':
      return isRefused(record, facts) ? nothing('Azure refused it') : begin(facts, shut);
    case 'held':
      return keep(facts, record, shut);
    case 'placing':
      if (record.entry && configuration && hasEntry(configuration.document, record.entry))
        return { step: 'confirm', document: configuration.document };
      // It was held before: whatever is not there any more, somebody else took away.
      return record.heldSince ? keep(facts, record, shut) : begin(facts, shut);
    case 'releasing':
      // A worker that removes it may still be on its way; once nobody can be, a new write makes sure of it.
      if (isYoung(record, facts)) return nothing('the hold is being removed, and judged again then');
      return begin(facts, shut);
    default:
      return begin(facts, shut);
  }
}

/** A hold that was there: it must still be, and must not run out. */
function keep(facts: HoldFacts, record: HoldRecord, shut: readonly string[]): HoldStep {
  const { configuration, mode, operation, policy } = facts;
  const entry = entryThere(facts, record);
  // Whoever clears away what is over decides nothing.
  if (!entry && record.entry && isOver(record.entry, today(facts))) return begin(facts, shut);
  if (!configuration) return override(facts, 'the configuration was deleted');
  const was = record.entry;
  if (!entry) return override(facts, `the entry ${was?.start ?? ''} to ${was?.end ?? ''} was changed or removed`);
  if (!isRunningOut(entry, today(facts), policy.holdDays) && record.state === 'held')
    return nothing(`held until ${entry.end}`);
  if (mode === 'observe') return leave(facts, record);
  if (isRefused(record, facts)) return nothing('Azure refused to renew it');
  if (operation !== undefined) return nothing(`the cluster is ${operation}`);
  const next = spanFrom(today(facts), policy.holdDays);
  if (isCovered(othersThan(configuration.document, entry), next)) return nothing('the entries of others hold as long');
  return place(configuration.document, next, entry, shut);
}

/** Puts an entry where none of ours is, as far as it is known. */
function begin(facts: HoldFacts, shut: readonly string[]): HoldStep {
  const { configuration, record, mode, operation, policy } = facts;
  if (!configuration) return create(facts, shut);
  const window = readWindow(configuration.document);
  if (!window)
    return tell('unholdable', [...shut, 'the configuration has no window of its own (properties.maintenanceWindow)']);
  const entry = spanFrom(today(facts), policy.holdDays);
  const earlier = record && isOurs(record) ? entryThere(facts, record) : undefined;
  if (isCovered(othersThan(configuration.document, earlier), entry) && !earlier)
    return tell('covered', [...shut, `entries of others keep maintenance away until ${entry.end} at least`]);
  if (mode === 'observe') return earlier && record ? leave(facts, record) : { ...tell('would-hold', shut), entry };
  if (operation !== undefined) return nothing(`the cluster is ${operation}`);
  return place(configuration.document, entry, earlier, shut);
}

function create(facts: HoldFacts, shut: readonly string[]): HoldStep {
  const { name, mode, operation, policy } = facts;
  const missing = `the cluster has no ${name}: AKS may start at any time`;
  if (policy.create === 'never')
    return tell('without-configuration', [...shut, `${missing}; make one, or set MAINTENANCE_CREATE=true`]);
  // A window of every day is the only one that restricts nothing, and AKS takes none for weekly releases.
  if (name === 'default') return tell('without-configuration', [...shut, `${missing}; make one`]);
  const entry = spanFrom(today(facts), policy.holdDays);
  if (mode === 'observe') return { ...tell('would-hold', shut), entry };
  if (operation !== undefined) return nothing(`the cluster is ${operation}`);
  return { step: 'place', entry, document: unrestricted(entry), reasons: shut };
}

function place(
  document: MaintenanceDocument,
  entry: DateSpan,
  replaces: DateSpan | undefined,
  reasons: readonly string[],
): Placing {
  const next = withEntry(document, entry, replaces);
  return { step: 'place', entry, document: next, reasons, ...(replaces ? { replaces } : {}) };
}

function release(facts: HoldFacts, record: HoldRecord, entry: DateSpan): HoldStep {
  const { configuration, operation } = facts;
  if (!configuration) return { step: 'forget', because: 'the configuration is gone' };
  if (isRefused(record, facts)) return nothing('Azure refused to release it');
  if (operation !== undefined) return nothing(`the cluster is ${operation}`);
  if (record.created && isUntouched(configuration.document, entry))
    return { step: 'release', entry, document: undefined };
  return { step: 'release', entry, document: withoutEntry(configuration.document, entry, record.before) };
}

function override({ record }: HoldFacts, what: string): HoldStep {
  const consequence = 'a manual change wins: nothing is held before all targets were open once';
  return tell('overridden', [...(record?.reasons ?? []), `${what}; ${consequence}`]);
}

/** What may not be touched ends by itself, and its entry stays. */
function leave(facts: HoldFacts, { entry }: HoldRecord): HoldStep {
  if (!entry) return nothing('ends by itself');
  const leaves = describeLeft(entry, facts.mode, isOver(entry, today(facts)) ? 'over' : 'holding');
  if (isOver(entry, today(facts))) return { step: 'forget', because: 'it ended by itself', leaves };
  return { step: 'nothing', because: `ends by itself after ${entry.end}`, told: leaves };
}

function tell(state: ToldState, reasons: readonly string[]) {
  return { step: 'tell', state, reasons } as const;
}

function nothing(because: string): HoldStep {
  return { step: 'nothing', because };
}

function isOurs({ state }: HoldRecord): boolean {
  return state === 'placing' || state === 'held' || state === 'releasing';
}

/** The entry of ours that the configuration holds now. Once it was being removed, as many as were to stay are those of users. */
function entryThere(
  { configuration }: HoldFacts,
  { state, entry, replaces, alike = 0 }: HoldRecord,
): DateSpan | undefined {
  if (!configuration) return undefined;
  const { document } = configuration;
  if (state === 'releasing') return entry && countEntries(document, entry) > alike ? entry : undefined;
  return [entry, replaces].find((one) => one !== undefined && hasEntry(document, one));
}

function isYoung({ state, recordedAt }: HoldRecord, { now }: HoldFacts): boolean {
  return state !== 'held' && now.getTime() - recordedAt.getTime() < othersEndAfterMs;
}

function isRefused({ refusedAt }: HoldRecord, { now }: HoldFacts): boolean {
  if (refusedAt === undefined || isOfTheFuture(refusedAt, now)) return false;
  return now.getTime() - refusedAt.getTime() < tryRefusedAfterMs;
}

function today({ configuration, now }: HoldFacts): string {
  return dayAt(now, (configuration && readWindow(configuration.document)?.offset) ?? 0);
}
