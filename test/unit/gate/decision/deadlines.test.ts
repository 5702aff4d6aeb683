import fc from 'fast-check';
import {
  deadlineOfNotice,
  deadlinesOfMaintenance,
  nextDeadline,
  type Deadline,
} from '../../../../shared/gate/decision/deadlines.js';
import { configurationNames } from '../../../../shared/gate/maintenance/maintenance-ports.js';
import { assessRisk } from '../../../../shared/gate/decision/risk.js';
import type { Forecast } from '../../../../shared/gate/decision/forecast.js';
import { before, clusterId, clusterOf, hours, minutes, now, target, version } from '../../../support/builders.js';
import { MemoryDeadlines } from '../../../support/fakes/memory-events.js';
import { noticeOf } from '../../../support/notices.js';

const ahead = (ms: number): Date => new Date(now.getTime() + ms);
const current = version('1.34.7');
const patch = version('1.34.9');
const targets = [current, patch, target];
const cluster = clusterOf();

test.each<[string, Parameters<typeof noticeOf>[0], readonly string[]]>([
  ['that names a version is of that', { details: 'upgrade to 1.35.7', versions: [target] }, [target]],
  ['about node images is of what runs', { details: 'Start to upgrade security vhd' }, [current]],
  ['about a weekly release is of what runs', { details: 'weekly release v20260801' }, [current]],
  ['that says nothing is of all', { details: '' }, targets],
  ['that names what runs, or is not prepared, is of all', { versions: [current, version('1.36.0')] }, targets],
])('a notice %s', (_what, changes, versions) => {
  expect(deadlineOfNotice(cluster, noticeOf(changes), targets)?.versions).toEqual(versions);
});

test('a notice without a time is no deadline, one that is over has ended', () => {
  expect(deadlineOfNotice(cluster, noticeOf({ scheduledAt: undefined }), targets)).toBeUndefined();
  expect(deadlineOfNotice(cluster, noticeOf({ status: 'over' }), targets)?.state).toBe('ended');
});

test('notices of one maintenance may come twice, late and in any order: the one told last counts', async () => {
  const week = noticeOf({ toldAt: before(hours(6 * 24)), scheduledAt: ahead(hours(24)) });
  const day = noticeOf({ toldAt: before(minutes(1)), scheduledAt: ahead(hours(23)) });
  const other = noticeOf({ eventId: 'other', toldAt: before(minutes(5)), scheduledAt: ahead(hours(48)) });
  const cancelled = noticeOf({ eventId: 'other', toldAt: now, scheduledAt: ahead(hours(48)), status: 'over' });
  const all = [week, day, day, other, cancelled, cancelled];
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(all, { minLength: all.length }), async (order) => {
      const deadlines = new MemoryDeadlines();
      for (const notice of order) {
        const deadline = deadlineOfNotice(cluster, notice, targets);
        if (deadline) await deadlines.save(deadline);
      }
      expect(nextDeadline(await deadlines.list(), clusterId().toUpperCase(), target, now)?.at).toEqual(day.scheduledAt);
    }),
  );
});

const saturday = {
  maintenanceWindow: { schedule: { weekly: { intervalWeeks: 1, dayOfWeek: 'Saturday' } }, startTime: '02:00' },
};

test.each<[string, Record<string, string>, Record<string, readonly string[]>]>([
  ['no channel', {}, { default: [current] }],
  ['the patch channel', { upgradeChannel: 'patch' }, { default: [current], aksManagedAutoUpgradeSchedule: [patch] }],
  [
    'the stable channel',
    { upgradeChannel: 'stable' },
    { default: [current], aksManagedAutoUpgradeSchedule: [patch, target] },
  ],
  [
    'both channels of node images',
    { upgradeChannel: 'node-image', nodeOSUpgradeChannel: 'NodeImage' },
    { default: [current], aksManagedAutoUpgradeSchedule: [current], aksManagedNodeOSUpgradeSchedule: [current] },
  ],
])('with %s a window is a deadline of what may change in it', (_what, autoUpgradeProfile, expected) => {
  const documents = configurationNames.map((name) => ({ name, document: { properties: saturday } }));
  const found = deadlinesOfMaintenance(
    clusterOf('one', 'acr', { properties: { autoUpgradeProfile } }),
    documents,
    targets,
    now,
  );
  expect(Object.fromEntries(found.map(({ key, versions }) => [key, versions]))).toEqual(expected);
  for (const { at } of found) expect(at.toISOString()).toBe('2026-09-05T02:00:00.000Z');
});

const deadline: Pick<Deadline, 'at' | 'what'> = { at: ahead(hours(5)), what: 'window' };
const expected = (ms: number): Forecast => ({ kind: 'expected', at: ahead(ms), earliest: now, latest: ahead(ms * 2) });

test.each<[string, Forecast, Pick<Deadline, 'at' | 'what'> | undefined, string | undefined]>([
  ['in time', expected(hours(3)), deadline, undefined],
  ['within the margin', expected(hours(4.5)), deadline, 'late'],
  ['too late', expected(hours(6)), deadline, 'late'],
  ['without a deadline', expected(hours(6)), undefined, undefined],
  ['open', { kind: 'open' }, deadline, undefined],
  [
    'blocked, however far the deadline is',
    { kind: 'blocked', why: 'x' },
    { ...deadline, at: ahead(hours(500)) },
    'blocked',
  ],
  ['unknown, and far', { kind: 'unknown', why: 'x' }, deadline, undefined],
  ['unknown, and near', { kind: 'unknown', why: 'x' }, { ...deadline, at: ahead(minutes(30)) }, 'unforeseeable'],
])('a deadline is at risk or not: %s', (_what, forecast, due, kind) => {
  expect(assessRisk(forecast, due, now, hours(1))?.kind).toBe(kind);
});

test('what would be complete before its deadline and is at risk all the same says that a margin is wanted', () => {
  const why = (ms: number) => assessRisk(expected(ms), deadline, now, hours(1))?.why;
  expect(why(hours(4.5))).toBe(
    'complete about 2026-09-01T12:30:00Z, less than 60 min (DEADLINE_MARGIN_MINUTES) before it',
  );
  expect(why(hours(6))).toBe('complete about 2026-09-01T14:00:00Z, after it');
});
