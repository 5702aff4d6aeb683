import fc from 'fast-check';
import { parseScheduledEvent } from '../../../shared/app/events.js';
import { SyncError } from '../../../shared/model/errors.js';

const cluster = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/shop';

const notice = (properties: Record<string, unknown>, changes: Record<string, unknown> = {}) => ({
  id: '1',
  eventType: 'Microsoft.ResourceNotifications.ContainerServiceEventResources.ScheduledEventEmitted',
  subject: `${cluster}/scheduledEvents/e`,
  topic: '/subscriptions/s',
  data: {
    resourceInfo: { id: `${cluster}/scheduledEvents/e`, properties: { eventSource: 'AutoUpgrader', ...properties } },
  },
  ...changes,
});

const versionsOf = (eventDetails: unknown) => {
  const parsed = parseScheduledEvent(notice({ eventDetails, resources: [cluster] }));
  return parsed.kind === 'scheduled' ? parsed.versions : parsed.kind;
};

test.each<[string, unknown, unknown]>([
  ['a sentence', 'Start to upgrade to 1.35.7.', ['1.35.7']],
  ['two versions', 'from 1.34.10 to 1.35.7', ['1.34.10', '1.35.7']],
  ['facts', { targetKubernetesVersion: '1.35.7' }, ['1.35.7']],
  ['a sentence without a version', 'Start to upgrade security vhd', []],
  ['a node image', 'AKSUbuntu-2204gen2containerd-202607.02.0', []],
  ['an address', '10.0.0.1 and 1.2.3.4', []],
  ['nothing', undefined, []],
])('%s names its versions', (_sentence, details, expected) => {
  expect(versionsOf(details)).toEqual(expected);
});

test('the clusters are those listed; where none is, the one that the event is below', () => {
  const other = cluster.replace('shop', 'other');
  const ids = (event: unknown) => {
    const parsed = parseScheduledEvent(event);
    return parsed.kind === 'scheduled' ? parsed.clusters.map(({ id }) => id) : [];
  };
  expect(ids(notice({ resources: [other, cluster] }))).toEqual([other, cluster]);
  expect(ids(notice({ resources: [`${cluster}/agentPools/a`] }))).toEqual([cluster]);
  expect(ids(notice({}))).toEqual([cluster]);
});

test('other events, and notices of the end of support, are ignored', () => {
  expect(parseScheduledEvent(notice({ eventSource: 'EOLNotification' })).kind).toBe('ignored');
  expect(parseScheduledEvent(notice({}, { eventType: 'Microsoft.Other' })).kind).toBe('ignored');
});

test.each([
  {},
  null,
  7,
  notice({}, { data: {} }),
  notice({}, { subject: 'nothing', data: { resourceInfo: { properties: {} } } }),
])('what is no such event is refused in words: %j', (event) => {
  expect(() => parseScheduledEvent(event)).toThrow(SyncError);
});

const noticeOf = (properties: Record<string, unknown>, changes: Record<string, unknown> = {}) => {
  const parsed = parseScheduledEvent(notice({ resources: [cluster], ...properties }, changes));
  return parsed.kind === 'scheduled' ? parsed.notice : undefined;
};
const time = '2026-09-05T02:00:00.123456789Z';

test.each<[string, Record<string, unknown>, string | undefined]>([
  ['the documented field', { scheduledTime: time }, '2026-09-05T02:00:00.123Z'],
  ['a field of the details', { eventDetails: { ScheduledTime: time } }, '2026-09-05T02:00:00.123Z'],
  ['details as JSON in a text', { eventDetails: `{"notBefore":"${time}"}` }, '2026-09-05T02:00:00.123Z'],
  ['a sentence', { eventDetails: 'Upgrade begins at 2026-09-05T02:00:00Z.' }, '2026-09-05T02:00:00.000Z'],
  ['the year 1, which means none', { scheduledTime: '0001-01-01T00:00:00.0000000Z' }, undefined],
  ['what is no time', { scheduledTime: 'tomorrow', startTime: 7, eventDetails: [time.slice(0, 4)] }, undefined],
])('by when it is, from %s', (_what, properties, expected) => {
  expect(noticeOf(properties)?.scheduledAt?.toISOString()).toBe(expected);
});

test.each([
  ['Scheduled', 'scheduled'],
  ['scheduled', 'scheduled'],
  [undefined, 'scheduled'],
  ['Started', 'over'],
  ['Cancelled', 'over'],
  ['Completed', 'over'],
])('a notice of status %s is %s', (eventStatus, status) => {
  expect(noticeOf({ eventStatus })?.status).toBe(status);
});

test('which notice is newer is told by its update, else by its event', () => {
  expect(noticeOf({ lastUpdateTime: time })?.toldAt.toISOString()).toBe('2026-09-05T02:00:00.123Z');
  const late = noticeOf({ lastUpdateTime: '0001-01-01T00:00:00Z' }, { eventTime: '2026-09-01T00:00:00Z' });
  expect(late?.toldAt.toISOString()).toBe('2026-09-01T00:00:00.000Z');
  expect(noticeOf({ eventId: 'maintenance-1' })?.eventId).toBe('maintenance-1');
});

test('any JSON is taken or refused in words, quickly', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ maxLength: 5000 }), (details, subject) => {
      try {
        parseScheduledEvent(notice({ eventDetails: details }, { subject }));
      } catch (error) {
        expect(error).toBeInstanceOf(SyncError);
      }
    }),
  );
  const started = performance.now();
  expect(versionsOf('1.'.repeat(500_000))).toEqual([]);
  // A pattern that backtracks takes hours.
  expect(performance.now() - started).toBeLessThan(20_000);
});
