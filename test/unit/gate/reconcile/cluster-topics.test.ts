import { readFileSync } from 'node:fs';
import { whyUnheard, type Delivery, type TopicSubscription } from '../../../../shared/gate/reconcile/cluster-topics.js';
import { SyncError } from '../../../../shared/model/errors.js';
import { clusterId, hours } from '../../../support/builders.js';
import { watchTopicsHourly } from '../../../../shared/gate/reconcile/watch-topics.js';
import { FakeClock } from '../../../support/fakes/clock.js';
import { FakeClusterTopics } from '../../../support/fakes/fake-arm.js';
import { MemorySeenClusters } from '../../../support/fakes/memory-gate-records.js';
import { seenOf } from '../../../support/status-input.js';

const queue = (account = 'account1', name = 'events'): Delivery => ({ kind: 'queue', account, queue: name });
const subscription = (delivery: Delivery, ...eventTypes: readonly string[]): TopicSubscription => ({
  eventTypes,
  delivery,
});
const newVersions = 'Microsoft.ContainerService.NewKubernetesVersionAvailable';

test.each<[string, readonly TopicSubscription[], boolean]>([
  ['its queue', [subscription(queue(), newVersions)], true],
  ['its queue, all types', [subscription(queue())], true],
  ['its queue, spelled otherwise', [subscription(queue('ACCOUNT1', 'Events'), newVersions.toLowerCase())], true],
  ['its queue, beside somebody else', [subscription(queue('other')), subscription(queue())], true],
  ['its function', [subscription({ kind: 'function', name: 'kubernetes-version-available' })], true],
  ['a webhook, which may be ours', [subscription({ kind: 'other' })], true],
  ['nobody', [], false],
  ['a queue of another account', [subscription(queue('other'), newVersions)], false],
  ['another queue', [subscription(queue('account1', 'audit'), newVersions)], false],
  ['another function', [subscription({ kind: 'function', name: 'audit' })], false],
  ['its queue, other types', [subscription(queue(), 'Microsoft.ContainerService.ClusterSupportEnded')], false],
])('a topic that delivers to %s', (_sentence, subscriptions, reaches) => {
  const topics = [{ clusterId: clusterId().toUpperCase(), subscriptions }];
  expect(whyUnheard(clusterId(), topics, 'account1') === undefined).toBe(reaches);
});

test('a cluster without a topic is unheard, whatever others have', () => {
  const topics = [{ clusterId: clusterId('two'), subscriptions: [subscription(queue())] }];
  expect(whyUnheard(clusterId(), topics, 'account1')).toMatch(/^no Event Grid system topic: the timer alone/);
});

test('the command that is told has a template, and gives it all that it wants', () => {
  const told = whyUnheard(clusterId(), [], 'account1') ?? '';
  const [, file = '', words = ''] = /az deployment group create -g \S+ -f (\S+) -p (.+)$/.exec(told) ?? [];
  expect(words.split(' ')).toEqual([`clusterId=${clusterId()}`, 'storageAccountName=account1']);
  const compiled = file.replace('infra/', 'infra/compiled/').replace('.bicep', '.json');
  const { parameters } = JSON.parse(readFileSync(compiled, 'utf8')) as { parameters: Record<string, object> };
  const wanted = Object.keys(parameters).filter((name) => !('defaultValue' in (parameters[name] ?? {})));
  expect(wanted).toEqual(['clusterId', 'storageAccountName']);
});

test('without a known account any queue of our name will do', () => {
  const topics = [{ clusterId: clusterId(), subscriptions: [subscription(queue('devstoreaccount1'))] }];
  expect(whyUnheard(clusterId(), topics, undefined)).toBeUndefined();
});

describe('once an hour', () => {
  const clock = new FakeClock();
  const arrange = () => {
    const ports = {
      clusterTopics: new FakeClusterTopics(),
      seenClusters: new MemorySeenClusters(),
      eventAccount: 'account1',
      now: clock.now,
    };
    return { ports, watch: watchTopicsHourly() };
  };

  test('isolated clusters that are not heard are told, and no longer once they are', async () => {
    const { ports, watch } = arrange();
    await ports.seenClusters.save([seenOf(), seenOf('plain', { isolated: false })]);
    await watch(ports);
    await watch(ports);
    expect(ports.clusterTopics.asked).toBe(1);
    const told = await ports.seenClusters.list();
    expect(told.map(({ unheard }) => unheard !== undefined)).toEqual([true, false]);

    ports.clusterTopics.topics = [{ clusterId: clusterId(), subscriptions: [subscription(queue())] }];
    clock.advance(hours(1));
    await watch(ports);
    expect((await ports.seenClusters.list()).some(({ unheard }) => unheard !== undefined)).toBe(false);
  });

  test('nothing is asked where no cluster is isolated', async () => {
    const { ports, watch } = arrange();
    await ports.seenClusters.save([seenOf('plain', { isolated: false })]);
    expect(await watch(ports)).toEqual([]);
    expect(ports.clusterTopics.asked).toBe(0);
  });

  test('what Azure refuses is a line for the log and changes nothing', async () => {
    const { ports, watch } = arrange();
    await ports.seenClusters.save([seenOf()]);
    ports.clusterTopics.fault = () => {
      throw new SyncError('ARM_FORBIDDEN', 'no');
    };
    expect(await watch(ports)).toEqual([expect.stringContaining('event subscriptions: ARM_FORBIDDEN: no')]);
    expect((await ports.seenClusters.get(clusterId()))?.unheard).toBeUndefined();
  });
});
