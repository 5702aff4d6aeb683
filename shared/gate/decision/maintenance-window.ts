import { DateTime } from 'luxon';
import { z } from 'zod';

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const day = z.enum(days);
const interval = z.number().int().min(1).max(100);
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}/);

/** Source: `Microsoft.ContainerService/managedClusters/maintenanceConfigurations`, "MaintenanceWindow". Unknown fields are left alone. */
const windowSchema = z.object({
  schedule: z.object({
    daily: z.object({ intervalDays: interval }).nullish(),
    weekly: z.object({ intervalWeeks: interval, dayOfWeek: day }).nullish(),
    absoluteMonthly: z.object({ intervalMonths: interval, dayOfMonth: z.number().int().min(1).max(31) }).nullish(),
    relativeMonthly: z
      .object({
        intervalMonths: interval,
        weekIndex: z.enum(['First', 'Second', 'Third', 'Fourth', 'Last']),
        dayOfWeek: day,
      })
      .nullish(),
  }),
  startTime: z.string().regex(/^\d{2}:\d{2}/),
  utcOffset: z
    .string()
    .regex(/^[+-]\d{2}:\d{2}$/)
    .nullish(),
  startDate: date.nullish(),
  notAllowedDates: z.array(z.object({ start: date, end: date })).nullish(),
});
type Window = z.infer<typeof windowSchema>;

/** Every window of a century would be fewer. */
const mostOccurrences = 4000;

/**
 * When a maintenance window opens next, after `now`. Days on which nothing is allowed count by the window's own offset, the last one
 * included. Where Azure does not say from when an interval counts (no `startDate`), the earliest day that can be meant. Pure.
 * @param maintenanceWindow as ARM answers it
 * @returns undefined for none, and for what is no window of a documented form
 */
export function nextWindowStart(maintenanceWindow: unknown, now: Date): Date | undefined {
  const parsed = windowSchema.safeParse(maintenanceWindow);
  if (!parsed.success) return undefined;
  const window = parsed.data;
  const zone = `UTC${window.utcOffset ?? '+00:00'}`;
  const today = DateTime.fromJSDate(now, { zone }).startOf('day');
  const from = window.startDate ? DateTime.fromISO(window.startDate.slice(0, 10), { zone }) : today;
  if (!today.isValid || !from.isValid) return undefined;
  for (const start of occurrences(window, from, today)) {
    const opens = start.set(timeOf(window));
    if (opens.toMillis() > now.getTime() && !isForbidden(start, window)) return opens.toJSDate();
  }
  return undefined;
}

function timeOf({ startTime }: Window): { readonly hour: number; readonly minute: number } {
  const [hour = 0, minute = 0] = startTime.split(':').map(Number);
  return { hour, minute };
}

/** ISO dates compare as texts. */
function isForbidden(start: DateTime, { notAllowedDates }: Window): boolean {
  const on = start.toISODate() ?? '';
  return (notAllowedDates ?? []).some((span) => span.start.slice(0, 10) <= on && on <= span.end.slice(0, 10));
}

/** Days on which the window opens, from about today on. */
function* occurrences(window: Window, from: DateTime, today: DateTime): Generator<DateTime> {
  const { daily, weekly, absoluteMonthly, relativeMonthly } = window.schedule;
  const isAnchored = Boolean(window.startDate);
  if (daily) yield* every({ days: isAnchored ? daily.intervalDays : 1 }, from, today, (one) => one);
  else if (weekly) {
    const first = onOrAfter(from, weekly.dayOfWeek);
    yield* every({ weeks: isAnchored ? weekly.intervalWeeks : 1 }, first, today, (one) => one);
  } else if (absoluteMonthly) {
    // A month that is too short ends it on its last day.
    const pick = (month: DateTime) => month.set({ day: Math.min(absoluteMonthly.dayOfMonth, month.daysInMonth ?? 28) });
    yield* monthly(absoluteMonthly.intervalMonths, from, today, isAnchored, pick);
  } else if (relativeMonthly) {
    const pick = (month: DateTime) => nth(month, relativeMonthly.weekIndex, relativeMonthly.dayOfWeek);
    yield* monthly(relativeMonthly.intervalMonths, from, today, isAnchored, pick);
  }
}

function* monthly(
  months: number,
  from: DateTime,
  today: DateTime,
  isAnchored: boolean,
  pick: (month: DateTime) => DateTime,
): Generator<DateTime> {
  for (const one of every({ months: isAnchored ? months : 1 }, from.startOf('month'), today.startOf('month'), pick))
    if (one >= from) yield one;
}

type Step = { readonly days: number } | { readonly weeks: number } | { readonly months: number };

/** From the last step before today on: a start date of years ago costs nothing. */
function* every(step: Step, first: DateTime, today: DateTime, pick: (at: DateTime) => DateTime): Generator<DateTime> {
  const [unit, length] = Object.entries(step)[0] as ['days' | 'weeks' | 'months', number];
  const passed = Math.max(0, Math.floor(today.diff(first, unit).as(unit) / length) - 1);
  for (let index = passed; index < passed + mostOccurrences; index += 1)
    yield pick(first.plus({ [unit]: index * length }));
}

function onOrAfter(from: DateTime, name: (typeof days)[number]): DateTime {
  return from.plus({ days: (days.indexOf(name) + 1 - from.weekday + 7) % 7 });
}

const ordinals = { First: 0, Second: 1, Third: 2, Fourth: 3 } as const;

function nth(month: DateTime, weekIndex: keyof typeof ordinals | 'Last', name: (typeof days)[number]): DateTime {
  if (weekIndex !== 'Last') return onOrAfter(month.startOf('month'), name).plus({ weeks: ordinals[weekIndex] });
  const last = month.endOf('month').startOf('day');
  return last.minus({ days: (last.weekday - (days.indexOf(name) + 1) + 7) % 7 });
}
