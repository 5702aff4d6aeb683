import { Application } from '../../../shared/app/application.js';
import { takeEvent } from '../../../shared/app/take-events.js';
import { clusterId, clusterOf } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

function arrange(): Application {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  return new Application(azure.ports());
}

const every = ['cluster', 'scheduled', 'fleet'] as const;
const gateId = `${clusterId().replace(/managedClusters\/.*/, 'fleets/fleet')}/gates/00000000-0000-0000-0000-000000000001`;

const event = (eventType: string, data: unknown): object => ({
  id: '1',
  eventType,
  subject: clusterId(),
  topic: clusterId(),
  data,
});
const versionEvent = event('Microsoft.ContainerService.NewKubernetesVersionAvailable', {});
const fleetEvent = event('Microsoft.ResourceNotifications.AKSResources.FleetGateCreated', {
  resourceInfo: { id: gateId },
});
const scheduledEvent = event('Microsoft.ResourceNotifications.ContainerServiceEventResources.ScheduledEventEmitted', {
  resourceInfo: { properties: { resources: [clusterId()] } },
});

test.each([
  ['a new version plans its cluster', versionEvent, /^one: \d/],
  ['a planned change plans its cluster', scheduledEvent, /^one: \d/],
  ['a Fleet gate has itself judged', fleetEvent, /^will judge .*gates/],
  [
    'another event is left alone',
    event('Microsoft.Storage.BlobCreated', {}),
    /^ignored an event of type Microsoft.Storage.BlobCreated$/,
  ],
])('of a queue that takes every kind, %s', async (_sentence, taken, line) => {
  expect(await takeEvent(taken, every, arrange())).toMatch(line);
});

test('a function that wants one kind ignores the others', async () => {
  const app = arrange();
  expect(await takeEvent(fleetEvent, ['cluster'], app)).toMatch(/^ignored an event of type .*FleetGateCreated$/);
});

test('the same event twice asks for the same twice', async () => {
  const app = arrange();
  expect(await takeEvent(versionEvent, every, app)).toBe(await takeEvent(versionEvent, every, app));
});

test.each([
  ['no object', 'text'],
  ['an array of events', [versionEvent]],
  ['an event of no cluster', { ...versionEvent, subject: 'x', topic: 'y' }],
])('%s is refused', async (_sentence, malformed) => {
  const app = arrange();
  await expect(takeEvent(malformed, every, app)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
