import { z } from 'zod';
import type { DateSpan } from './maintenance-ports.js';

const dayMs = 24 * 3_600_000;

/** ARM sends dates; some tools make times of them. */
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}([T ].*)?$/)
  .transform((text) => text.slice(0, 10));
const span = z.strictObject({ start: day, end: day });

/** The span that an entry of `notAllowedDates` is; undefined for anything else, also for one that says more. */
export function parseSpan(entry: unknown): DateSpan | undefined {
  return span.safeParse(entry).data;
}

export function isSameSpan(a: DateSpan, b: DateSpan): boolean {
  return a.start === b.start && a.end === b.end;
}

/** Minutes of `+05:30`; 0 where nothing is said, as AKS reads it. */
export function offsetMinutes(utcOffset: unknown): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(String(utcOffset)) ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The day (`2026-11-23`) that it is at `now` where the clocks are this far ahead of UTC. */
export function dayAt(now: Date, offset: number): string {
  return new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 10);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

/** Whole days from one day to another; negative when `to` is earlier. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** From today on, and `days` more. */
export function spanFrom(today: string, days: number): DateSpan {
  return { start: today, end: addDays(today, days) };
}

/** Whether an entry has to be renewed lest it ends: when half of its days are over. */
export function isRunningOut({ end }: DateSpan, today: string, days: number): boolean {
  return daysBetween(today, end) <= Math.floor(days / 2);
}

export function isOver({ end }: DateSpan, today: string): boolean {
  return end < today;
}

/** One entry of somebody else's that lasts as long as ours would. */
export function isCovered(others: readonly DateSpan[], { start, end }: DateSpan): boolean {
  return others.some((other) => other.start <= start && other.end >= end);
}
