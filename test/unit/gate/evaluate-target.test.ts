import { evaluateTarget } from '../../../shared/gate/evaluate-target.js';
import { artifactName } from '../../../shared/model/artifact.js';
import {
  clusterId,
  coredns,
  gateId,
  hours,
  minutes,
  planOf,
  provenState,
  setOf,
  stateOf,
  target,
} from '../../support/builders.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

const task = { kind: 'target', clusterId: clusterId(), kubernetesVersion: target } as const;

async function arrange(state = provenState()): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  await azure.targets.savePlan(planOf(setOf(coredns), { plannedAt: azure.clock.now() }));
  await azure.states.save([{ state, etag: undefined }]);
  return azure;
}

const waiting = stateOf(coredns, { phase: 'waiting', step: 1 });
const delay = (azure: FakeSubscription) => (azure.gateQueue.nextVisibleAt - azure.clock.now().getTime()) / 1000;

test('records the decision and since when it holds', async () => {
  const azure = await arrange();
  expect(await evaluateTarget(task, azure.ports())).toBe('judged');
  const since = azure.clock.now();
  azure.clock.advance(60);
  await evaluateTarget(task, azure.ports());
  expect(await azure.judgements.list()).toMatchObject([
    { decision: 'open', since, decidedAt: azure.clock.now(), step: 2 },
  ]);
  expect(azure.gateQueue.messages).toEqual([]);
});

test('while artifacts are on their way the next look follows, and only the newest look goes on', async () => {
  const azure = await arrange(waiting);
  await evaluateTarget(task, azure.ports());
  expect(azure.gateQueue.messages).toEqual([{ ...task, step: 1 }]);
  await evaluateTarget(task, azure.ports());
  expect(await evaluateTarget({ ...task, step: 1 }, azure.ports())).toBe('stale');
  expect(await evaluateTarget({ ...task, step: 2 }, azure.ports())).toBe('judged');
});

test.each([
  [0, 10],
  [minutes(5) / 1000, 30],
  [hours(10) / 1000, 300],
])('a gate that has been shut for %i s is looked at again in %i s', async (shutSeconds, seconds) => {
  const azure = await arrange(waiting);
  await evaluateTarget(task, azure.ports());
  azure.gateQueue.lose(0);
  azure.clock.advance(shutSeconds);
  await evaluateTarget(task, azure.ports());
  expect(delay(azure)).toBe(seconds);
});

test.each([
  ['in 4 s', 4, 0, 10],
  ['in 40 s', 40, 0, 45],
  ['in an hour', 3600, 0, 60],
  ['in 40 s, after an hour', 40, 3600, 300],
  ['since long', -600, 0, 10],
])(
  'what is due %s is waited for, a moment longer, and a minute at most',
  async (_when, dueInSeconds, shutSeconds, seconds) => {
    const azure = await arrange({ ...waiting, dueAt: new FakeClock().now() });
    await evaluateTarget(task, azure.ports());
    azure.gateQueue.lose(0);
    azure.clock.advance(shutSeconds);
    const stored = await azure.states.get(waiting.registry, coredns);
    const dueAt = new Date(azure.clock.now().getTime() + dueInSeconds * 1000);
    await azure.states.save([{ state: { ...waiting, dueAt }, etag: stored?.etag }]);
    await evaluateTarget(task, azure.ports());
    expect(delay(azure)).toBe(seconds);
  },
);

test.each([
  ['failed', stateOf(coredns, { phase: 'failed' })],
  ['is not known', stateOf({ repository: 'other', tag: 'x' })],
])('an artifact that %s changes nothing by itself: no look follows', async (_sentence, state) => {
  const azure = await arrange(state);
  await evaluateTarget(task, azure.ports());
  expect(await azure.judgements.list()).toMatchObject([{ decision: 'closed' }]);
  expect(azure.gateQueue.messages).toEqual([]);
});

test('of two workers one records, and of the looks that follow one goes on', async () => {
  const azure = await arrange(waiting);
  const results = await Promise.all([evaluateTarget(task, azure.ports()), evaluateTarget(task, azure.ports())]);
  expect([...results].sort()).toEqual(['judged', 'lost-race']);
  expect(azure.gateQueue.messages).toEqual([
    { ...task, step: 1 },
    { ...task, step: 1 },
  ]);
  expect(await evaluateTarget({ ...task, step: 1 }, azure.ports())).toBe('judged');
  expect(await evaluateTarget({ ...task, step: 1 }, azure.ports())).toBe('stale');
});

test('a worker that dies before it has recorded has told others already: nobody waits for the reconcile timer', async () => {
  const azure = await arrange();
  const waits = { id: gateId(), displayName: 'x', updateRun: 'run', stage: 'canary', action: 'waiting' } as const;
  await azure.fleetRecords.save({ ...waits, reasons: ['shut'], recordedAt: azure.clock.now() }, undefined);
  const ports = azure.ports();
  const died = jest.spyOn(ports.judgements, 'save').mockRejectedValueOnce(new Error('died'));
  await expect(evaluateTarget({ ...task, step: 1 }, ports)).rejects.toThrow('died');
  expect(azure.gateQueue.messages).toContainEqual({ kind: 'fleet-gate', gateId: gateId() });
  died.mockRestore();
  expect(await evaluateTarget({ ...task, step: 1 }, ports)).toBe('judged');
});

test('a target that was removed leaves no judgement behind', async () => {
  const azure = await arrange();
  await azure.targets.remove(task);
  expect(await evaluateTarget(task, azure.ports())).toBe('gone');
  expect(await azure.judgements.list()).toEqual([]);
});

test('a target that is being planned is looked at again; one that could not be planned waits for its next plan', async () => {
  const azure = new FakeSubscription();
  await azure.targets.request(task, azure.clock.now());
  await evaluateTarget(task, azure.ports());
  expect(azure.gateQueue.messages).toHaveLength(1);
  azure.gateQueue.lose(0);
  await azure.targets.saveFailure({ ...task, reason: 'x', at: azure.clock.now(), effect: 'plan-stays' });
  await evaluateTarget(task, azure.ports());
  expect(azure.gateQueue.messages).toEqual([]);
});

test('a target that opens wakes the Fleet gates that wait, and no others', async () => {
  const azure = await arrange(waiting);
  const record = { displayName: '', updateRun: '', stage: '', reasons: [], recordedAt: azure.clock.now() };
  for (const action of ['waiting', 'approved', 'left-alone'] as const) {
    await azure.fleetRecords.save({ ...record, id: gateId(action), action }, undefined);
  }
  await evaluateTarget(task, azure.ports());
  azure.gateQueue.lose(0);
  const etag = (await azure.states.list(waiting.registry)).get(artifactName(coredns))?.etag;
  await azure.states.save([{ state: provenState(), etag }]);
  await evaluateTarget(task, azure.ports());
  expect(azure.gateQueue.messages).toEqual([{ kind: 'fleet-gate', gateId: gateId('waiting') }]);
});
