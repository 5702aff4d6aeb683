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
  expect(performance.now() - started).toBeLessThan(500);
});
