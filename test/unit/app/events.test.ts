import fc from 'fast-check';
import { parseClusterEvent, parseFleetEvent } from '../../../shared/app/events.js';
import { SyncError } from '../../../shared/model/errors.js';
import { clusterId, gateId } from '../../support/builders.js';

const newVersion = 'Microsoft.ContainerService.NewKubernetesVersionAvailable';
const gateCreated = 'Microsoft.ResourceNotifications.AKSResources.FleetGateCreated';

const event = (changes: Record<string, unknown> = {}) => ({
  id: '1',
  eventType: newVersion,
  subject: clusterId(),
  topic: clusterId(),
  data: { latestSupportedKubernetesVersion: '1.35.7' },
  ...changes,
});
const gateEvent = (changes: Record<string, unknown> = {}) =>
  event({
    eventType: gateCreated,
    data: { resourceInfo: { id: gateId(), properties: { state: 'Pending' } } },
    ...changes,
  });

test.each([
  ['in its subject', event({ topic: null })],
  ['in its topic', event({ subject: 'one' })],
  ['and its type in other case', event({ eventType: newVersion.toUpperCase() })],
  ['and no data', event({ data: null })],
])('a new version is taken with the id of the cluster %s', (_sentence, document) => {
  expect(parseClusterEvent(document)).toMatchObject({ kind: 'version-available', cluster: { id: clusterId() } });
});

test.each([
  gateCreated,
  gateCreated.replace('AKSResources', 'AksResources'),
  gateCreated.replace('Created', 'Updated'),
])('a Fleet gate is taken from an event of type %s', (eventType) => {
  expect(parseFleetEvent(gateEvent({ eventType }))).toEqual({ kind: 'fleet-gate', gateId: gateId() });
});

test.each(['Microsoft.ContainerService.ClusterSupportEnded', gateCreated.replace('Created', 'Deleted'), 'x'])(
  'an event of type %s is ignored, whatever it holds',
  (eventType) => {
    const document = { id: '1', eventType, data: 7 };
    expect(parseClusterEvent(document)).toEqual({ kind: 'ignored', eventType });
    expect(parseFleetEvent(document)).toEqual({ kind: 'ignored', eventType });
  },
);

test.each([
  ['null', null, 'the document'],
  ['text', 'hello', 'the document'],
  ['a list of events', [event()], 'the document'],
  ['no id', event({ id: undefined }), 'id:'],
  ['no type', event({ eventType: '' }), 'eventType:'],
  ['a type that is no text', event({ eventType: 7 }), 'eventType:'],
  ['no cluster', event({ subject: 'one', topic: '' }), 'neither subject nor topic'],
  ['a cluster id with a query', event({ subject: `${clusterId()}?x=1`, topic: '' }), 'neither subject nor topic'],
])('an event with %s is refused, naming the field', (_sentence, document, named) => {
  expect(() => parseClusterEvent(document)).toThrow(named);
  expect(() => parseClusterEvent(document)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error);
});

test.each([
  ['no data', gateEvent({ data: undefined }), 'data.'],
  ['no gate', gateEvent({ data: { resourceInfo: {} } }), 'data.resourceInfo.id'],
  ['something else than a gate', gateEvent({ data: { resourceInfo: { id: clusterId() } } }), 'is no Fleet gate'],
  [
    'a way out of the fleet',
    gateEvent({ data: { resourceInfo: { id: `${gateId()}/../..` } } }),
    'not an Azure resource id',
  ],
])('a Fleet event with %s is refused, naming the field', (_sentence, document, named) => {
  expect(() => parseFleetEvent(document)).toThrow(named);
});

test('any document is taken, ignored or refused in one short line, and nothing else happens', () => {
  const noise = fc.oneof(
    fc.jsonValue(),
    fc.record({
      id: fc.string(),
      eventType: fc.constantFrom(newVersion, gateCreated),
      subject: fc.string(),
      data: fc.jsonValue(),
    }),
  );
  fc.assert(
    fc.property(noise, fc.constantFrom(parseClusterEvent, parseFleetEvent), (document, parse) => {
      try {
        expect(['ignored', 'version-available', 'fleet-gate']).toContain(parse(document).kind);
      } catch (error) {
        expect(error).toBeInstanceOf(SyncError);
        expect((error as SyncError).message.length).toBeLessThan(800);
      }
    }),
  );
});
