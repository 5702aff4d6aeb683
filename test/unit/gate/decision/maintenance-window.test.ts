import fc from 'fast-check';
import { nextWindowStart } from '../../../../shared/gate/decision/maintenance-window.js';

const now = new Date('2026-09-01T08:00:00.000Z'); // a Tuesday

const next = (window: Record<string, unknown>, at = now) =>
  nextWindowStart({ startTime: '02:00', ...window }, at)?.toISOString();
const weekly = (dayOfWeek: string, intervalWeeks = 1) => ({ schedule: { weekly: { dayOfWeek, intervalWeeks } } });
const daily = (intervalDays: number) => ({ schedule: { daily: { intervalDays } } });
const monthly = (dayOfMonth: number, intervalMonths = 1) => ({
  schedule: { absoluteMonthly: { dayOfMonth, intervalMonths } },
});
const relative = (weekIndex: string, dayOfWeek: string, intervalMonths = 1) => ({
  schedule: { relativeMonthly: { weekIndex, dayOfWeek, intervalMonths } },
});

test.each<[string, Record<string, unknown>, string | undefined]>([
  ['every day', daily(1), '2026-09-02T02:00:00.000Z'],
  ['today, later', { ...daily(1), startTime: '09:30' }, '2026-09-01T09:30:00.000Z'],
  ['every third day since a date', { ...daily(3), startDate: '2026-08-31' }, '2026-09-03T02:00:00.000Z'],
  ['a start date that is ahead', { ...daily(1), startDate: '2026-10-01' }, '2026-10-01T02:00:00.000Z'],
  ['every Saturday', weekly('Saturday'), '2026-09-05T02:00:00.000Z'],
  [
    'every second Saturday since a date',
    { ...weekly('Saturday', 2), startDate: '2026-08-29' },
    '2026-09-12T02:00:00.000Z',
  ],
  ['every second Saturday since nobody knows when: the first', weekly('Saturday', 2), '2026-09-05T02:00:00.000Z'],
  ['the 15th', monthly(15), '2026-09-15T02:00:00.000Z'],
  ['the 31st of a month of 30 days', monthly(31), '2026-09-30T02:00:00.000Z'],
  ['every third month since a date', { ...monthly(15, 3), startDate: '2026-08-20' }, '2026-11-15T02:00:00.000Z'],
  ['the first Monday', relative('First', 'Monday'), '2026-09-07T02:00:00.000Z'],
  ['the last Friday', relative('Last', 'Friday'), '2026-09-25T02:00:00.000Z'],
  ['the fourth Wednesday', relative('Fourth', 'Wednesday'), '2026-09-23T02:00:00.000Z'],
  ['ahead of UTC', { ...weekly('Saturday'), utcOffset: '+05:30' }, '2026-09-04T20:30:00.000Z'],
  ['behind UTC', { ...weekly('Saturday'), utcOffset: '-08:00' }, '2026-09-05T10:00:00.000Z'],
  [
    'not on forbidden days, the last included',
    { ...weekly('Saturday'), notAllowedDates: [{ start: '2026-09-01', end: '2026-09-12' }] },
    '2026-09-19T02:00:00.000Z',
  ],
  [
    'never, when every day is forbidden',
    { ...daily(1), notAllowedDates: [{ start: '2000-01-01', end: '2999-01-01' }] },
    undefined,
  ],
  ['no schedule', { schedule: {} }, undefined],
  ['a form of the day after tomorrow', { schedule: { hourly: {} }, startTime: 7 }, undefined],
])('opens next: %s', (_what, window, expected) => {
  expect(next(window)).toBe(expected);
});

const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const schedule = fc.oneof(
  fc.record({ daily: fc.record({ intervalDays: fc.integer({ min: 1, max: 7 }) }) }),
  fc.record({
    weekly: fc.record({ intervalWeeks: fc.integer({ min: 1, max: 4 }), dayOfWeek: fc.constantFrom(...dayNames) }),
  }),
  fc.record({
    absoluteMonthly: fc.record({
      intervalMonths: fc.integer({ min: 1, max: 6 }),
      dayOfMonth: fc.integer({ min: 1, max: 31 }),
    }),
  }),
  fc.record({
    relativeMonthly: fc.record({
      intervalMonths: fc.integer({ min: 1, max: 6 }),
      weekIndex: fc.constantFrom('First', 'Second', 'Third', 'Fourth', 'Last'),
      dayOfWeek: fc.constantFrom(...dayNames),
    }),
  }),
);
const isoDay = fc
  .date({ min: new Date('2025-01-01T00:00:00Z'), max: new Date('2027-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const window = fc.record({
  schedule,
  startTime: fc.constantFrom('00:00', '02:30', '23:59'),
  utcOffset: fc.constantFrom('+00:00', '+05:30', '-08:00', '+14:00', '-12:00'),
  startDate: fc.option(isoDay, { nil: undefined }),
  notAllowedDates: fc.array(
    fc.tuple(isoDay, isoDay).map(([a, b]) => ({ start: a < b ? a : b, end: a < b ? b : a })),
    { maxLength: 3 },
  ),
});
const moment = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2027-06-01T00:00:00Z'),
  noInvalidDate: true,
});

/** The day of a time by the window's own offset. */
function dayOf(at: Date, offset: string): string {
  const sign = offset.startsWith('-') ? -1 : 1;
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return new Date(at.getTime() + sign * (hours * 60 + minutes) * 60_000).toISOString().slice(0, 10);
}

test('the next window is ahead, on an allowed day not before its start date, and none comes before it', () => {
  fc.assert(
    fc.property(window, moment, fc.double({ min: 0, max: 1, noNaN: true }), (found, at, share) => {
      const opens = nextWindowStart(found, at);
      expect(opens).toBeDefined();
      if (!opens) return;
      expect(opens.getTime()).toBeGreaterThan(at.getTime());
      const day = dayOf(opens, found.utcOffset);
      expect(found.notAllowedDates.some(({ start, end }) => start <= day && day <= end)).toBe(false);
      if (found.startDate) expect(day >= found.startDate).toBe(true);
      if (!found.startDate) return;
      const between = new Date(at.getTime() + Math.floor(share * (opens.getTime() - at.getTime() - 1)));
      expect(nextWindowStart(found, between)?.toISOString()).toBe(opens.toISOString());
    }),
  );
});

test('what is no window is none, whatever it is', () => {
  fc.assert(fc.property(fc.jsonValue(), (document) => expect(nextWindowStart(document, now)).toBeUndefined()));
});
