import { evaluateTarget } from '../../../../shared/gate/evaluate-target.js';
import { forgetJudgements } from '../../../../shared/gate/announcements/forget-judgements.js';
import type { OutgoingEvent } from '../../../../shared/gate/announcements/outgoing-events.js';
import { publishLeftovers } from '../../../../shared/gate/announcements/publish-announcements.js';
import { reconcile } from '../../../../shared/gate/reconcile/reconcile.js';
import { SyncError } from '../../../../shared/model/errors.js';
import { clusterId, clusterOf, coredns, hours, planOf, setOf, stateOf, target } from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

const down = new SyncError('EVENTS_UNAVAILABLE', 'down');
const refused = new SyncError('EVENTS_REFUSED', 'event topic x: 400');

/** Clusters whose gates were judged closed while the topic took nothing. */
async function arrange(...names: readonly string[]): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.topic.failure = down;
  await azure.states.save([{ state: stateOf(coredns, { phase: 'waiting', step: 1 }), etag: undefined }]);
  for (const name of names) {
    azure.addCluster(clusterOf(name));
    const task = { kind: 'target', clusterId: clusterId(name), kubernetesVersion: target } as const;
    await azure.targets.savePlan(planOf(setOf(coredns), { ...task, plannedAt: azure.clock.now() }));
    await evaluateTarget(task, azure.ports());
  }
  return azure;
}

const toldOf = (azure: FakeSubscription): readonly string[] =>
  azure.topic.taken.map(({ type, subject }) => `${type} ${subject.split('/').at(-1) ?? ''}`);
const publish = async (azure: FakeSubscription) => publishLeftovers(await azure.judgements.list(), azure.ports());
const judgementOf = async (azure: FakeSubscription, name = 'one') => azure.judgements.get(clusterId(name), target);

/** The topic takes whatever is not about this cluster. */
function refuse(azure: FakeSubscription, name: string): void {
  azure.topic.failure = undefined;
  azure.topic.refuses = (event: OutgoingEvent) => (event.subject === clusterId(name) ? refused : undefined);
}

describe('a target that is not wanted any more', () => {
  test('leaves its judgement behind until what it had to tell is published', async () => {
    const azure = await arrange('one');
    azure.clusters.remove(clusterOf().resource);
    expect(await reconcile(azure.ports())).toMatchObject({ removed: 1, shut: 0 });
    expect(await azure.targets.list()).toEqual([]);
    expect((await judgementOf(azure))?.judgement.announcements?.pending).toHaveLength(1);
    azure.topic.failure = undefined;
    await reconcile(azure.ports());
    expect(toldOf(azure)).toEqual(['GateClosed one']);
    expect(await judgementOf(azure)).toBeUndefined();
  });

  test('takes its judgement along at once where there is nothing to tell, also after a worker that died between both', async () => {
    const azure = await arrange('one');
    azure.topic.failure = undefined;
    await publish(azure);
    await azure.targets.remove({ clusterId: clusterId(), kubernetesVersion: target });
    azure.clusters.remove(clusterOf().resource);
    await reconcile(azure.ports());
    expect(await judgementOf(azure)).toBeUndefined();
    expect(toldOf(azure)).toEqual(['GateClosed one']);
  });
});

test('a judgement that is made while an old one of its target is forgotten stays, with what it has to tell', async () => {
  const azure = await arrange('one');
  azure.topic.failure = undefined;
  await publish(azure);
  azure.topic.failure = down;
  const orphans = await azure.judgements.list();
  await azure.targets.remove({ clusterId: clusterId(), kubernetesVersion: target });
  const targets = {
    get: async () => {
      const none = await azure.targets.get(clusterId(), target);
      const task = { kind: 'target', clusterId: clusterId(), kubernetesVersion: target } as const;
      await azure.targets.savePlan(planOf(setOf(), { ...task, plannedAt: azure.clock.now() }));
      await evaluateTarget(task, azure.ports());
      return none;
    },
  };
  await forgetJudgements(orphans, { targets, judgements: azure.judgements });
  const { judgement } = (await judgementOf(azure)) ?? {};
  expect([judgement?.decision, judgement?.announcements?.pending.length]).toEqual(['unknown', 1]);
});

describe('an event that the topic refuses', () => {
  test('keeps no other from being published, of another gate or of its own', async () => {
    const azure = await arrange('one', 'two', 'three');
    refuse(azure, 'one');
    await publish(azure);
    expect(toldOf(azure)).toEqual(['GateClosed two', 'GateClosed three']);
    azure.topic.refuses = ({ type }) => (type === 'GateClosed' ? refused : undefined);
    await azure.states.save([
      {
        state: stateOf(coredns, { phase: 'failed', step: 2, reason: 'MANIFEST_UNKNOWN: x' }),
        etag: (await azure.states.get(stateOf(coredns).registry, coredns))?.etag,
      },
    ]);
    azure.clock.advance(60);
    await evaluateTarget({ kind: 'target', clusterId: clusterId(), kubernetesVersion: target }, azure.ports());
    await publish(azure);
    expect(toldOf(azure)).toContain('WarmupFailed one');
  });

  test('keeps no other from being published within some rounds, though more than a round tries are before it', async () => {
    const names = Array.from({ length: 25 }, (_unused, index) => `bad${index}`);
    const azure = await arrange(...names, 'good');
    azure.topic.failure = undefined;
    azure.topic.refuses = ({ subject }) => (subject === clusterId('good') ? undefined : refused);
    for (let rounds = 0; rounds < 5; rounds += 1) {
      await publish(azure);
      // Timers fire a few milliseconds late, now more, now less.
      azure.clock.advance(300.007);
    }
    expect(toldOf(azure)).toEqual(['GateClosed good']);
  });

  test('is named to people while it is tried, and given up in their sight after a day', async () => {
    const azure = await arrange('one', 'two');
    refuse(azure, 'one');
    await publish(azure);
    const [problem] = await azure.problems.list(10);
    expect(problem).toMatchObject({ source: 'event topic', subject: 'EVENTS_REFUSED' });
    expect(problem?.reason).toContain(`refused: GateClosed of ${clusterId()}`);
    azure.clock.advance(hours(25) / 1000);
    await publish(azure);
    expect((await azure.problems.list(10)).map(({ subject }) => subject)).toContain('EVENTS_REFUSED: given up');
    expect((await judgementOf(azure))?.judgement.announcements?.pending).toEqual([]);
    const { calls } = azure.topic;
    await publish(azure);
    expect(azure.topic.calls).toBe(calls);
  });

  test('is tried few times in a round where the topic refuses everything', async () => {
    const names = Array.from({ length: 40 }, (_unused, index) => `c${index}`);
    const azure = await arrange(...names);
    azure.topic.failure = refused;
    azure.topic.calls = 0;
    await publish(azure);
    expect(azure.topic.calls).toBeLessThanOrEqual(20);
    expect(await azure.problems.list(100)).toHaveLength(1);
  });
});
