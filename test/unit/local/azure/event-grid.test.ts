import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeAll, eventually, start, startStill } from './azure-client.js';
import { Doc } from './document.js';
import type { LocalAzure } from '../../../../local/azure/local-azure-interface.js';

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly events: Doc;
}

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await closeAll();
});

/** A webhook that passes the handshake and answers deliveries with the statuses in turn, then 200. */
async function hook(statuses: readonly number[] = [], validationResponse?: string) {
  const got: Got[] = [];
  const pending = [...statuses];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const events = new Doc(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      if (request.headers['aeg-event-type'] === 'SubscriptionValidation') {
        response.end(JSON.stringify({ validationResponse: validationResponse ?? events.at('0/data/validationCode') }));
        return;
      }
      got.push({ headers: request.headers, events });
      response.writeHead(pending.shift() ?? 200).end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { got, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const quick = { eventRetrySeconds: [0.02, 0.02, 0.02] };
const fireOne = (azure: LocalAzure): void => azure.fire({ type: 'NewKubernetesVersionAvailable', cluster: 'one' });

test('a subscription needs the validation handshake', async () => {
  const azure = await start();
  const { endpoint } = await hook([], 'something else');
  const subscribing = azure.subscribe({ name: 'versions', topic: 'managed-clusters', endpoint });
  await expect(subscribing).rejects.toThrow(/did not pass the validation handshake: 200/);
});

test('an event arrives alone in an array, with the headers of Event Grid', async () => {
  const azure = await start();
  const { got, endpoint } = await hook();
  await azure.subscribe({ name: 'versions', topic: 'managed-clusters', endpoint });
  fireOne(azure);
  await eventually(() => got.length === 1, 'the delivery');
  expect(got[0]?.headers).toMatchObject({
    'aeg-event-type': 'Notification',
    'aeg-delivery-count': '0',
    'aeg-subscription-name': 'VERSIONS',
  });
  expect(got[0]?.events.value).toMatchObject([
    {
      eventType: 'Microsoft.ContainerService.NewKubernetesVersionAvailable',
      topic: expect.stringMatching(/managedClusters\/one$/) as string,
      data: { latestSupportedKubernetesVersion: '1.35.7', lowestMinorKubernetesVersion: '1.34.10' },
    },
  ]);
});

test('reaching and approving a gate tells the subscribers of AKSResources', async () => {
  const azure = await start();
  const { got, endpoint } = await hook();
  await azure.subscribe({ name: 'gates', topic: 'aks-resources', endpoint });
  azure.play();
  await eventually(() => got.length === 1, 'the created event');
  const [gate] = azure.world.gates;
  expect(got[0]?.events.at('0')).toMatchObject({
    eventType: 'Microsoft.ResourceNotifications.AKSResources.FleetGateCreated',
    data: { resourceInfo: { id: gate?.id, properties: { displayName: 'before canary', state: 'Pending' } } },
  });
  azure.world.fleets[0]?.approve(gate!);
  const updated = (): Got | undefined =>
    got.find(({ events }) => events.text('0/eventType').endsWith('FleetGateUpdated'));
  await eventually(() => updated() !== undefined, 'the updated event');
  expect(updated()?.events.at('0/data/resourceInfo/properties/state')).toBe('Completed');
});

test('what is not acknowledged is tried again, with a count', async () => {
  const azure = await start({}, quick);
  const { got, endpoint } = await hook([500, 429]);
  await azure.subscribe({ name: 'versions', topic: 'managed-clusters', endpoint });
  fireOne(azure);
  await eventually(() => got.length === 3, 'three tries');
  expect(got.map(({ headers }) => headers['aeg-delivery-count'])).toEqual(['0', '1', '2']);
  expect(new Set(got.map(({ events }) => events.at('0/id'))).size).toBe(1);
  expect(azure.world.eventGrid.deadLetters).toEqual([]);
});

test.each([400, 401, 403, 413])('%i ends an event as a dead letter at once', async (status) => {
  const azure = await start({}, quick);
  const { got, endpoint } = await hook([status]);
  await azure.subscribe({ name: 'versions', topic: 'managed-clusters', endpoint });
  fireOne(azure);
  await eventually(() => azure.world.eventGrid.deadLetters.length === 1, 'the dead letter');
  expect([got.length, azure.world.eventGrid.deadLetters[0]?.reason]).toEqual([1, `status ${status}`]);
});

test('an event that fails to the last try is a dead letter', async () => {
  const azure = await start({}, quick);
  const { got, endpoint } = await hook([500, 500, 500, 500]);
  await azure.subscribe({ name: 'versions', topic: 'managed-clusters', endpoint });
  fireOne(azure);
  await eventually(() => azure.world.eventGrid.deadLetters.length === 1, 'the dead letter');
  expect(got).toHaveLength(4);
});

test('events can be doubled, lost and overtaken', async () => {
  const doubled = await start({ faults: { eventDuplicatedShare: 1, eventDelaySeconds: [0, 0.05] } });
  const first = await hook();
  await doubled.subscribe({ name: 'versions', topic: 'managed-clusters', endpoint: first.endpoint });
  fireOne(doubled);
  await eventually(() => first.got.length === 2, 'both copies');
  expect(first.got[0]?.events.text('0/id')).toBe(first.got[1]?.events.text('0/id'));

  const lossy = await start({ faults: { eventLostShare: 1 } });
  await lossy.subscribe({ name: 'versions', topic: 'managed-clusters', endpoint: first.endpoint });
  fireOne(lossy);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(first.got).toHaveLength(2);

  const { azure: held, pass } = await startStill({ faults: { eventDelayedShare: 1, eventDelaySeconds: [10, 10] } });
  await held.subscribe({ name: 'versions', topic: 'managed-clusters', endpoint: first.endpoint });
  fireOne(held);
  pass(9);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(first.got).toHaveLength(2);
  pass(1);
  await eventually(() => first.got.length === 3, 'the held one');
});
