import type { EventGridEvent } from '../../local/azure/events.js';
import type { AppStatus } from '../../local/runner/app-status.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { deployApp, type DeployedApp } from '../support/e2e/deployed-app.js';
import { loadQuietScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

const cluster =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c1';
const target = { clusterId: cluster, kubernetesVersion: '1.35.7' };

const malformedMessages = [
  ['text that is no JSON', 'plan', 'no-json-1', /the document/],
  ['a version that is none', 'plan', json({ ...target, kubernetesVersion: 'v2', attempt: 0 }), /kubernetesVersion: /],
  [
    'a repository that is none',
    'warm',
    json({ registry: 'r', repository: '../3', tag: 'v1', step: 0 }),
    /repository: /,
  ],
  ['a missing field', 'warm', json({ registry: 'r', repository: 'four', tag: 'v1' }), /step: /],
  ['an unknown kind', 'gate', json({ ...target, kind: 'five' }), /kind: /],
  ['a list', 'gate', '[5,6]', /the document/],
] as const;

function json(document: object): string {
  return JSON.stringify(document);
}

describe('bad events and messages for a running app', () => {
  let app: DeployedApp;
  let bench: Bench;

  beforeAll(async () => {
    app = await deployApp({ packages: 'all', visibilityTimeoutSeconds: 1 });
    const env = { RECONCILE_SCHEDULE: '0 0 0 1 1 *' };
    bench = await openBench({ scenario: await loadQuietScenario(), appFolder: app.folder, env });
    for (const [, queue, text] of malformedMessages) await bench.enqueue(queue, text);
    await bench.queue('warm').sendMessage('not base64!');
  });
  afterAll(async () => {
    await bench?.close();
    await app?.remove();
  });

  const problemOf = (source: string, subject: string): Promise<AppStatus['problems'][number]> =>
    until(`a problem of ${source} about ${subject}`, async () => {
      const { problems } = await bench.status();
      return problems.find((one) => one.source === source && one.subject.includes(subject));
    });

  const publish = (change: Partial<EventGridEvent>): EventGridEvent => {
    const event: EventGridEvent = {
      id: `event-${Math.random()}`,
      topic: cluster,
      subject: 'c1',
      eventType: 'Microsoft.ContainerService.NewKubernetesVersionAvailable',
      eventTime: new Date().toISOString(),
      data: {},
      dataVersion: '1',
      metadataVersion: '1',
      ...change,
    };
    bench.session.azure.publish('managed-clusters', event);
    bench.session.azure.publish('aks-resources', event);
    return event;
  };

  /** Status of the first delivery to a function. */
  const delivered = (functionName: string, { id }: EventGridEvent): Promise<number> =>
    until('a delivery', () => {
      const { deliveries } = bench.session.azure.world.eventGrid;
      return deliveries.find(({ subscription, event }) => subscription === functionName && event.id === id)?.status;
    });

  test.each(['kubernetes-version-available', 'fleet-gate-changed'])(
    'an event of another type is ignored by %s, and logged once',
    async (functionName) => {
      const eventType = `Microsoft.ContainerService.NotFor.${functionName}`;
      expect(await delivered(functionName, publish({ eventType }))).toBe(202);
      const own = () => bench.log.filter((line) => line.includes(` ${functionName} `) && line.endsWith(eventType));
      await until('a line about it', () => own().length > 0);
      expect(own()).toEqual([expect.stringContaining('ignored an event of type')]);
      expect((await bench.status()).problems.filter(({ subject }) => subject.includes(eventType))).toEqual([]);
    },
  );

  const gateEvent = 'Microsoft.ResourceNotifications.AKSResources.FleetGateCreated';
  test.each([
    ['an event without a type', 'kubernetes-version-available', { eventType: '' }, /eventType/],
    ['an event about no cluster', 'kubernetes-version-available', { topic: '/x', subject: 'y' }, /subject nor topic/],
    ['an event about a cluster of nowhere', 'kubernetes-version-available', {}, /CLUSTER_NOT_FOUND/],
    ['a gate event without data', 'fleet-gate-changed', { eventType: gateEvent, data: null }, /data\./],
    ['a gate event without id', 'fleet-gate-changed', { eventType: gateEvent, data: { resourceInfo: {} } }, /Info\.id/],
    [
      'a gate event about a cluster',
      'fleet-gate-changed',
      { eventType: gateEvent, data: { resourceInfo: { id: cluster } } },
      /no Fleet gate/,
    ],
  ] as const)(
    '%s is accepted, so that it does not come again, and its reason recorded',
    async (_what, to, change, reason) => {
      const event = publish(change);
      expect(await delivered(to, event)).toBe(202);
      expect((await problemOf(`event ${to}`, event.id)).reason).toMatch(reason);
    },
  );

  test.each(['null', '42', '"text"', '[]'])('%s in place of an event is accepted, and recorded', async (body) => {
    const path = `/runtime/webhooks/eventgrid?functionName=fleet-gate-changed&code=${bench.session.host.keys.eventGrid}`;
    const headers = { 'aeg-event-type': 'Notification' };
    const { status } = await bench.call(path, { method: 'POST', headers, body: `[${body}]` });
    expect(status).toBe(202);
    expect((await problemOf('event fleet-gate-changed', body)).reason).toContain('INVALID_INPUT: event');
  });

  test.each(malformedMessages)(
    'a message with %s in queue %s ends in the poison queue, and its reason is recorded: %s',
    async (_what, queue, text, reason) => {
      expect((await problemOf(`queue ${queue}`, text.slice(-12))).reason).toMatch(reason);
    },
  );

  test('a message that is not base64 ends in the poison queue, and its reason is recorded', async () => {
    expect((await problemOf('queue warm', 'not base64!')).reason).toContain('INVALID_INPUT');
  });

  test('nothing stays behind in any queue, and no event comes again', async () => {
    const names = ['plan', 'warm', 'gate'].flatMap((name) => [name, `${name}-poison`]);
    const count = async (name: string) => (await bench.queue(name).getProperties()).approximateMessagesCount;
    await until('empty queues', async () => (await Promise.all(names.map(count))).every((left) => left === 0));
    const { deliveries, deadLetters } = bench.session.azure.world.eventGrid;
    expect([deadLetters, deliveries.filter(({ deliveryCount }) => deliveryCount > 0)]).toEqual([[], []]);
  });
});
