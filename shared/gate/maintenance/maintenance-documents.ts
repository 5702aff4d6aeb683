import { z } from 'zod';
import { dayAt, isSameSpan, offsetMinutes, parseSpan } from './maintenance-dates.js';
import type { DateSpan, MaintenanceDocument } from './maintenance-ports.js';

/**
 * As much of a configuration as is read; whatever else it holds is passed on as it came.
 * Source: MaintenanceWindow of api-version 2025-10-01. `notAllowedDates` are days in `utcOffset`, first and last included:
 * with +02:00, 2022-12-23 to 2023-01-03 blocks from 2022-12-22 22:00 to 2023-01-03 22:00 UTC.
 */
const configuration = z.looseObject({
  properties: z.looseObject({
    maintenanceWindow: z.looseObject({
      schedule: z.looseObject({}).nullish(),
      utcOffset: z.string().nullish(),
      startDate: z.string().nullish(),
      notAllowedDates: z.array(z.unknown()).nullish(),
    }),
  }),
});

/** A window, as far as holds are concerned. */
export interface Window {
  /** Minutes that its days are ahead of UTC. */
  readonly offset: number;
  /** `notAllowedDates` as they came. */
  readonly entries: readonly unknown[];
}

/** @returns undefined where there is no window to put an entry into: a reference to a shared one, or the old form by `timeInWeek` */
export function readWindow(document: MaintenanceDocument): Window | undefined {
  const window = configuration.safeParse(document).data?.properties.maintenanceWindow;
  return window && { offset: offsetMinutes(window.utcOffset), entries: window.notAllowedDates ?? [] };
}

export function hasEntry(document: MaintenanceDocument, entry: DateSpan): boolean {
  return countEntries(document, entry) > 0;
}

/** How many entries equal this one: ours cannot be told from those of users. */
export function countEntries(document: MaintenanceDocument, entry: DateSpan): number {
  return readWindow(document)?.entries.filter((candidate) => isEntry(candidate, entry)).length ?? 0;
}

/** The document with our entry at the end of the others, and without the one that it takes the place of. */
export function withEntry(document: MaintenanceDocument, entry: DateSpan, replaces?: DateSpan): MaintenanceDocument {
  const entries = readWindow(document)?.entries ?? [];
  const kept = replaces === undefined ? entries : withoutOne(entries, replaces);
  return setEntries(document, [...kept, entry]);
}

/**
 * The document without one entry of ours. An equal one that a user added stays. Where nothing is left, it says so as it did before us.
 * @param before the document before our first entry
 */
export function withoutEntry(
  document: MaintenanceDocument,
  entry: DateSpan,
  before: MaintenanceDocument | null,
): MaintenanceDocument {
  const left = withoutOne(readWindow(document)?.entries ?? [], entry);
  if (left.length > 0) return setEntries(document, left);
  const earlier = before === null ? undefined : configuration.safeParse(before).data?.properties.maintenanceWindow;
  if (!earlier || earlier.notAllowedDates === undefined) return setEntries(document, undefined);
  return setEntries(document, earlier.notAllowedDates === null ? null : []);
}

/** The user's entries: all but one equal to ours. */
export function othersThan(document: MaintenanceDocument, entry: DateSpan | undefined): readonly DateSpan[] {
  const entries = readWindow(document)?.entries ?? [];
  return (entry ? withoutOne(entries, entry) : entries).flatMap((candidate) => parseSpan(candidate) ?? []);
}

/**
 * The document for an AKS that takes no `startDate` of the past, where a window is active since long ("is before the current time",
 * terraform-provider-azurerm#22762): without it, AKS puts today there. Only for schedules of every day, week or month, which mean the
 * same from any day on.
 * @returns undefined where nothing can be left out without moving the user's schedule
 */
export function withoutPastStart(document: MaintenanceDocument, now: Date): MaintenanceDocument | undefined {
  const parsed = configuration.safeParse(document).data;
  const window = parsed?.properties.maintenanceWindow;
  if (!parsed || !window || typeof window.startDate !== 'string') return undefined;
  if (window.startDate.slice(0, 10) > dayAt(now, offsetMinutes(window.utcOffset))) return undefined;
  if (!recursEachTime(window.schedule ?? {})) return undefined;
  const { startDate: _past, ...rest } = window;
  return { ...parsed, properties: { ...parsed.properties, maintenanceWindow: rest } };
}

/**
 * A configuration that restricts nothing but by our entry: every day, all day long. Should nobody be left to delete it, maintenance
 * may happen at any time once the entry is over, as before.
 */
export function unrestricted(entry: DateSpan): MaintenanceDocument {
  const schedule = { daily: { intervalDays: 1 } };
  const window = { schedule, durationHours: 24, utcOffset: '+00:00', startTime: '00:00', notAllowedDates: [entry] };
  return { properties: { maintenanceWindow: window } };
}

const untouched = z.looseObject({
  schedule: z.looseObject({ daily: z.object({ intervalDays: z.literal(1) }) }),
  durationHours: z.literal(24),
  startTime: z.literal('00:00'),
  notAllowedDates: z.array(z.unknown()).length(1),
});

/** Whether a configuration that we made is still nothing else. */
export function isUntouched(document: MaintenanceDocument, entry: DateSpan): boolean {
  const window = configuration.safeParse(document).data?.properties.maintenanceWindow;
  return untouched.safeParse(window).success && offsetMinutes(window?.utcOffset) === 0 && hasEntry(document, entry);
}

function recursEachTime(schedule: Readonly<Record<string, unknown>>): boolean {
  const kinds = Object.values(schedule).filter((kind) => typeof kind === 'object' && kind !== null);
  const intervals = kinds.flatMap((kind) => Object.entries(kind)).filter(([name]) => /^interval/.test(name));
  return intervals.length > 0 && intervals.every(([, interval]) => interval === 1);
}

function isEntry(candidate: unknown, entry: DateSpan): boolean {
  const found = parseSpan(candidate);
  return found !== undefined && isSameSpan(found, entry);
}

/** Ours was put last, and equal ones are the same to everybody. */
function withoutOne(entries: readonly unknown[], entry: DateSpan): readonly unknown[] {
  const last = entries.findLastIndex((candidate) => isEntry(candidate, entry));
  return entries.filter((_candidate, index) => index !== last);
}

function setEntries(
  document: MaintenanceDocument,
  notAllowedDates: readonly unknown[] | null | undefined,
): MaintenanceDocument {
  const parsed = configuration.parse(document);
  const { notAllowedDates: _before, ...window } = parsed.properties.maintenanceWindow;
  const maintenanceWindow = notAllowedDates === undefined ? window : { ...window, notAllowedDates };
  return { ...parsed, properties: { ...parsed.properties, maintenanceWindow } };
}
