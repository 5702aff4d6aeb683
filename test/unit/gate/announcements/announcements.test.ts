import fc from 'fast-check';
import { evaluateTarget } from '../../../../shared/gate/evaluate-target.js';
import { sourceOf, type OutgoingEvent } from '../../../../shared/gate/announcements/outgoing-events.js';
import { publishLeftovers } from '../../../../shared/gate/announcements/publish-announcements.js';
import { reconcile } from '../../../../shared/gate/reconcile/reconcile.js';
import { artifactName } from '../../../../shared/model/artifact.js';
import { SyncError } from '../../../../shared/model/errors.js';
import type { ArtifactState } from '../../../../shared/warming/state.js';
import {
  clusterId,
  clusterOf,
  coredns,
  minutes,
  planOf,
  provenState,
  setOf,
  stateOf,
  subscriptionId,
  target,
} from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';
import { checkEventData } from '../../../support/published-data.js';

const task = { kind: 'target', clusterId: clusterId(), kubernetesVersion: target } as const;
const waiting = stateOf(coredns, { phase: 'waiting', step: 1, reason: 'x' });
const failed = stateOf(coredns, {
  phase: 'failed',
  step: 2,
  reason: 'MANIFEST_UNKNOWN: no such tag',
  failureClass: 'permanent',
});
const down = new SyncError('EVENTS_UNAVAILABLE', 'down');

async function arrange(state: ArtifactState = waiting): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  await azure.targets.savePlan(planOf(setOf(coredns), { plannedAt: azure.clock.now() }));
  await put(azure, state);
  return azure;
}

async function put(azure: FakeSubscription, state: ArtifactState): Promise<void> {
  const etag = (await azure.states.list(state.registry)).get(artifactName(state))?.etag;
  await azure.states.save([{ state, etag }]);
}

async function judge(azure: FakeSubscription): Promise<void> {
  azure.clock.advance(30);
  await evaluateTarget(task, azure.ports());
}

const pending = async (azure: FakeSubscription): Promise<readonly string[]> =>
  (await azure.judgements.list()).flatMap(({ announcements }) => announcements?.pending.map(({ type }) => type) ?? []);

test('a gate that shuts, opens and shuts again is told each time, once', async () => {
  const azure = await arrange();
  await judge(azure);
  await judge(azure);
  await put(azure, provenState());
  await judge(azure);
  await judge(azure);
  await put(azure, waiting);
  await judge(azure);
  expect(azure.topic.typesOf()).toEqual(['GateClosed', 'GateOpened', 'GateClosed']);
  expect(new Set(azure.topic.taken.map(({ id }) => id)).size).toBe(3);
  expect(await pending(azure)).toEqual([]);
});

test('an event carries what an alert needs, as its schema says', async () => {
  const azure = await arrange(failed);
  await judge(azure);
  const [closed, warmup] = azure.topic.taken;
  expect(closed).toMatchObject({ source: sourceOf(subscriptionId), subject: clusterId(), type: 'GateClosed' });
  expect(closed?.data).toMatchObject({ cluster: 'one', decision: 'closed', mode: 'enforce', missingCount: 1 });
  expect(warmup?.data).toMatchObject({ failed: [{ artifact: artifactName(coredns), failureClass: 'permanent' }] });
  for (const { type, data } of azure.topic.taken) checkEventData(type, data);
});

test('a failure is told once, again when it is another one, and again after its artifact was proven', async () => {
  const azure = await arrange(failed);
  const failures = () => azure.topic.typesOf().filter((type) => type === 'WarmupFailed').length;
  await judge(azure);
  await put(azure, waiting);
  await judge(azure);
  await put(azure, failed);
  await judge(azure);
  expect(failures()).toBe(1);
  await put(azure, { ...failed, reason: 'IMPORT_REFUSED: too many manifests' });
  await judge(azure);
  expect(failures()).toBe(2);
  await put(azure, provenState());
  await judge(azure);
  await put(azure, failed);
  await judge(azure);
  expect(failures()).toBe(3);
});

test('a topic that is down stops no gate; what waits is published when it is back, by the reconcile timer too', async () => {
  const azure = await arrange();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  azure.topic.failure = down;
  await judge(azure);
  await put(azure, provenState());
  await judge(azure);
  expect(await azure.judgements.list()).toMatchObject([{ decision: 'open' }]);
  expect(await pending(azure)).toEqual(['GateClosed', 'GateOpened']);
  await reconcile(azure.ports());
  await reconcile(azure.ports());
  expect(await azure.problems.list(10)).toMatchObject([{ source: 'event topic', subject: 'EVENTS_UNAVAILABLE' }]);
  azure.topic.failure = undefined;
  await reconcile(azure.ports());
  expect(azure.topic.typesOf()).toEqual(['GateClosed', 'GateOpened']);
  expect(await pending(azure)).toEqual([]);
});

test('while it stays down the newest wait, and a problem is told again after an hour', async () => {
  const azure = await arrange();
  azure.topic.failure = down;
  for (let round = 0; round < 40; round += 1) {
    await put(azure, round % 2 === 0 ? waiting : provenState(coredns, { provenAt: azure.clock.now() }));
    await judge(azure);
  }
  expect(await pending(azure)).toHaveLength(20);
  const tell = async () => publishLeftovers(await azure.judgements.list(), azure.ports());
  for (let round = 0; round < 5; round += 1) await tell();
  expect(await azure.problems.list(100)).toHaveLength(1);
  azure.clock.advance(3700);
  await tell();
  expect(await azure.problems.list(100)).toHaveLength(2);
});

test('who dies between publishing and emptying the outbox leaves a double with the same id', async () => {
  const azure = await arrange();
  const ports = azure.ports();
  let saves = 0;
  const judgements = new Proxy(ports.judgements, {
    get: (owner, name) => {
      const value: unknown = Reflect.get(owner, name, owner);
      if (typeof value !== 'function') return value;
      return (...words: unknown[]) => {
        if (name === 'save' && (saves += 1) === 2) throw new Error('the worker died');
        return Reflect.apply(value, owner, words) as unknown;
      };
    },
  });
  await expect(evaluateTarget(task, { ...ports, judgements })).rejects.toThrow('died');
  // The message comes back; its step is the newest, or stale: either way the outbox is emptied.
  await evaluateTarget({ ...task, step: 0 }, ports);
  expect(azure.topic.typesOf()).toEqual(['GateClosed', 'GateClosed']);
  expect(new Set(azure.topic.taken.map(({ id }) => id)).size).toBe(1);
  expect(await pending(azure)).toEqual([]);
});

test('without a topic nothing is kept, and the log is told all the same', async () => {
  const azure = await arrange();
  const told: OutgoingEvent[] = [];
  await evaluateTarget(task, { ...azure.ports(), events: undefined }, (event) => told.push(event));
  expect(told.map(({ type }) => type)).toEqual(['GateClosed']);
  expect(await pending(azure)).toEqual([]);
});

test('whatever happens to the topic, consumers who drop doubles see every change of the gate in order', async () => {
  const step = fc.record({ proven: fc.boolean(), topic: fc.boolean(), twice: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const azure = await arrange();
      const decisions: string[] = [];
      for (const { proven, topic, twice } of steps) {
        azure.topic.failure = topic ? undefined : down;
        await put(azure, proven ? provenState(coredns, { provenAt: azure.clock.now() }) : waiting);
        const ports = azure.ports();
        azure.clock.advance(minutes(1) / 1000);
        await Promise.all([evaluateTarget(task, ports), ...(twice ? [evaluateTarget(task, ports)] : [])]);
        const [judgement] = await azure.judgements.list();
        if (judgement && judgement.decision !== decisions.at(-1)) decisions.push(judgement.decision);
      }
      azure.topic.failure = undefined;
      await judge(azure);
      const [last] = await azure.judgements.list();
      if (last && last.decision !== decisions.at(-1)) decisions.push(last.decision);
      const seen = new Map(azure.topic.taken.map((event) => [event.id, event]));
      expect([...seen.values()].map(({ data }) => data['decision'])).toEqual(decisions);
    }),
    { numRuns: 60 },
  );
});
