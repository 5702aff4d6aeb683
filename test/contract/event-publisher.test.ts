import { startLocalAzure } from '../../local/azure/local-azure.js';
import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { parseScenario } from '../../local/azure/scenario-file.js';
import { EventGridTopic } from '../../shared/azure/event-publisher.js';
import { makeEvent, type OutgoingEvent } from '../../shared/gate/announcements/outgoing-events.js';
import type { EventPublisher } from '../../shared/gate/ports.js';
import { clusterId, now } from '../support/builders.js';
import { FakeTopic } from '../support/fakes/memory-events.js';
import { FakeClock } from '../support/fakes/clock.js';
import { serveHttps } from '../support/https-server.js';
import { credentialOf } from '../support/local-credential.js';
import { trust } from '../support/trust.js';
import { aadToken, call, smallScenario } from '../unit/local/azure/azure-client.js';

const event = (part: string): OutgoingEvent =>
  makeEvent(
    'CatalogChanged',
    [part],
    { source: '/subscriptions/s/app', subject: clusterId(), at: now },
    {
      ...{ sources: [{ name: 'bundled', state: 'fresh' }], changed: ['ä'] },
    },
  );

let azure: LocalAzure | undefined;

async function boot(faults: NonNullable<typeof smallScenario.faults>): Promise<LocalAzure> {
  azure = await startLocalAzure(parseScenario({ ...smallScenario, faults }, 'test'));
  trust(azure.caPem);
  return azure;
}

afterEach(async () => {
  await azure?.close();
  azure = undefined;
});

interface Opened {
  readonly publisher: EventPublisher;
  readonly ids: () => readonly string[];
}

describe.each<[string, () => Promise<Opened>]>([
  [
    'in memory',
    async () => {
      const topic = new FakeTopic();
      return { publisher: topic, ids: () => topic.taken.map(({ id }) => id) };
    },
  ],
  [
    'of Event Grid',
    async () => {
      const found = await boot({});
      const publisher = new EventGridTopic(found.eventTopicEndpoint, credentialOf(found), () => now);
      return { publisher, ids: () => found.publishedEvents.map(({ id }) => id) };
    },
  ],
])('a topic %s', (_where, open) => {
  test('takes events in order, and the same again with the same id', async () => {
    const { publisher, ids } = await open();
    const events = [event('1'), event('2')];
    await publisher.publish(events);
    await publisher.publish(events.slice(0, 1));
    expect(ids()).toEqual([event('1').id, event('2').id, event('1').id]);
  });

  test('takes many at once, and nothing without complaint', async () => {
    const { publisher, ids } = await open();
    const many = Array.from({ length: 95 }, (_unused, index) => event(`${index}`));
    await publisher.publish(many);
    await publisher.publish([]);
    expect(ids()).toEqual(many.map(({ id }) => id));
  });
});

test('an event arrives as CloudEvents 1.0 demands', async () => {
  const found = await boot({});
  await new EventGridTopic(found.eventTopicEndpoint, credentialOf(found), () => now).publish([event('1')]);
  expect(found.publishedEvents).toEqual([
    {
      specversion: '1.0',
      id: event('1').id,
      type: 'io.github.aks-artifact-sync.CatalogChanged',
      source: '/subscriptions/s/app',
      subject: clusterId(),
      time: now.toISOString(),
      datacontenttype: 'application/json',
      dataschema: 'urn:aks-artifact-sync:event:CatalogChanged:1',
      data: { sources: [{ name: 'bundled', state: 'fresh' }], changed: ['ä'] },
    },
  ]);
});

test('a topic that throttles or is down is left alone for a while, then asked again', async () => {
  const found = await boot({ eventTopicThrottledShare: 1 });
  const clock = new FakeClock();
  const topic = new EventGridTopic(found.eventTopicEndpoint, credentialOf(found), clock.now);
  await expect(topic.publish([event('1')])).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE', retryAfterSeconds: 1 });
  const asked = found.requestLog.total('event-topic');
  await expect(topic.publish([event('1')])).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE' });
  expect(found.requestLog.total('event-topic')).toBe(asked);
  clock.advance(20);
  await expect(topic.publish([event('1')])).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE' });
  expect(found.requestLog.total('event-topic')).toBe(asked + 1);
});

test('an identity that may not, and an address where nobody answers, are told apart', async () => {
  const found = await boot({});
  const stranger = { getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const refused = new EventGridTopic(found.eventTopicEndpoint, stranger, () => now);
  await expect(refused.publish([event('1')])).rejects.toMatchObject({ code: 'EVENTS_FORBIDDEN' });
  const nobody = new EventGridTopic('https://127.0.0.1:1/api/events', credentialOf(found), () => now);
  await expect(nobody.publish([event('1')])).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE' });
  const wrong = new EventGridTopic(`${found.eventTopicEndpoint}/other`, credentialOf(found), () => now);
  await expect(wrong.publish([event('1')])).rejects.toMatchObject({ code: 'EVENTS_REFUSED' });
});

test('a topic that refused what it was given is asked at once for other events', async () => {
  const found = await boot({});
  const topic = new EventGridTopic(found.eventTopicEndpoint, credentialOf(found), () => now);
  const vast = { ...event('1'), data: { text: 'x'.repeat(1_100_000) } };
  await expect(topic.publish([vast])).rejects.toMatchObject({ code: 'EVENTS_REFUSED' });
  await topic.publish([event('2')]);
  expect(found.publishedEvents.map(({ id }) => id)).toEqual([event('2').id]);
});

test('a connection that is closed under a request is no outage, one that never answers is', async () => {
  const found = await boot({});
  let resets = 1;
  let asked = 0;
  const server = await serveHttps((request, response) => {
    asked += 1;
    if (resets > 0) request.socket.destroy();
    else response.writeHead(200).end();
    resets -= 1;
  });
  const topic = new EventGridTopic(`${server.endpoint}/api/events`, credentialOf(found), () => now);
  await topic.publish([event('1')]);
  expect(asked).toBe(2);
  resets = 2;
  await expect(topic.publish([event('1')])).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE' });
  expect(asked).toBe(4);
  await server.close();
});

test.each([
  ['what is no CloudEvent', '[{"id":"1"}]', 'application/cloudevents-batch+json', 400],
  ['another schema', '[]', 'application/json', 400],
  ['more than a megabyte', ' '.repeat(1_100_000), 'application/cloudevents-batch+json', 413],
])('the local topic refuses %s', async (_what, body, type, status) => {
  const found = await boot({});
  const token = await aadToken(found, 'https://eventgrid.azure.net');
  const headers = { authorization: `Bearer ${token}`, 'content-type': type };
  const url = `${found.eventTopicEndpoint}?api-version=2018-01-01`;
  expect((await call(found, url, { method: 'POST', headers, body })).status).toBe(status);
});
