import { artifactName } from '../../../../shared/model/artifact.js';
import { SyncError } from '../../../../shared/model/errors.js';
import { reconcile } from '../../../../shared/gate/reconcile/reconcile.js';
import { needsPlan } from '../../../../shared/gate/reconcile/reconcile-cluster.js';
import { hashFacts } from '../../../../shared/requirements/facts-hash.js';
import type { TargetRecord } from '../../../../shared/warming/ports.js';
import type { ArtifactState } from '../../../../shared/warming/state.js';
import {
  before,
  clusterId,
  clusterOf,
  coredns,
  gateId,
  gateOf,
  hours,
  minutes,
  now,
  planOf,
  profileOf,
  provenState,
  setOf,
  stateOf,
  target,
  version,
} from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

const policy = { renewPlanAfterMs: hours(1), lostAfterMs: minutes(2), retryFailedAfterMs: minutes(30) };
const ref = (name = 'one') => ({ clusterId: clusterId(name), kubernetesVersion: target });

function needs(state: ArtifactState | undefined, plan = planOf(), facts = plan.factsHash): boolean {
  const record: TargetRecord = { ...ref(), requestedAt: now, planned: plan };
  const states = new Map(state ? [[artifactName(state), state]] : []);
  return needsPlan(record, facts, new Map([[plan.registry, states]]), now, policy);
}

test.each([
  ['whose artifacts are proven', provenState(), false],
  ['whose artifact is on its way', stateOf(coredns, { phase: 'waiting', dueAt: before(minutes(1)) }), false],
  ['whose artifact lost its task', stateOf(coredns, { phase: 'waiting', dueAt: before(minutes(2)) }), true],
  ['whose artifact has just failed', stateOf(coredns, { phase: 'failed', dueAt: before(minutes(29)) }), false],
  ['whose artifact failed half an hour ago', stateOf(coredns, { phase: 'failed', dueAt: before(minutes(30)) }), true],
  [
    'whose artifact failed on a clock far ahead',
    stateOf(coredns, { phase: 'failed', dueAt: before(-hours(99)) }),
    true,
  ],
  ['whose artifact has no record', undefined, true],
])('a target %s needs a plan: %s', (_sentence, state, expected) => {
  expect(needs(state)).toBe(expected);
});

test('a target needs a plan when it has none, when it is an hour old, and when the cluster changed', () => {
  expect(needsPlan(undefined, 'facts', new Map(), now, policy)).toBe(true);
  expect(needsPlan({ ...ref(), requestedAt: now }, 'facts', new Map(), now, policy)).toBe(true);
  expect(needs(provenState(), planOf(undefined, { plannedAt: before(hours(1)) }))).toBe(true);
  expect(needs(provenState(), planOf(undefined, { plannedAt: before(-minutes(6)) }))).toBe(true);
  expect(needs(provenState(), planOf(), 'other facts')).toBe(true);
  const wrong = { ...ref(), reason: 'changed, and changed back', at: now, effect: 'plan-wrong' } as const;
  const states = new Map([[planOf().registry, new Map([[artifactName(provenState()), provenState()]])]]);
  expect(
    needsPlan({ ...ref(), requestedAt: now, planned: planOf(), failure: wrong }, 'facts', states, now, policy),
  ).toBe(true);
  expect(needs(provenState(), planOf(setOf(), { plannedAt: before(minutes(59)) }))).toBe(false);
});

const current = clusterOf().kubernetesVersion;

function arrange(...names: readonly string[]): FakeSubscription {
  const azure = new FakeSubscription();
  azure.addRegistry();
  for (const name of names) azure.addCluster(clusterOf(name));
  return azure;
}

async function plannedCluster(azure: FakeSubscription, name = 'one'): Promise<void> {
  const factsHash = hashFacts(clusterOf(name));
  await azure.targets.savePlan(planOf(setOf(coredns), { ...ref(name), factsHash, plannedAt: azure.clock.now() }));
  await azure.states.save([{ state: provenState(), etag: undefined }]);
}

test('asks for the version that runs and for those that AKS offers, though nobody asked for them', async () => {
  const azure = arrange('one');
  expect(await reconcile(azure.ports())).toMatchObject({ clusters: 1, planned: 2, removed: 0, failures: [] });
  expect(azure.planQueue.messages).toEqual([
    { ...ref(), kubernetesVersion: current, attempt: 0 },
    { ...ref(), attempt: 0 },
  ]);
  expect(await azure.seenClusters.list()).toMatchObject([{ name: 'one', isolated: true, registry: 'acr' }]);
});

test('leaves a target that is in order to its gate', async () => {
  const azure = arrange('one');
  await plannedCluster(azure);
  await reconcile(azure.ports());
  expect(azure.planQueue.messages).toMatchObject([{ kubernetesVersion: current }]);
  expect(azure.gateQueue.messages).toEqual([{ kind: 'target', ...ref() }]);
});

test('keeps a version that somebody asked for, though AKS does not offer it', async () => {
  const azure = arrange('one');
  azure.clusters.put(clusterOf('one'), profileOf());
  await azure.targets.request(ref(), azure.clock.now());
  expect(await reconcile(azure.ports())).toMatchObject({ planned: 2, removed: 0 });
});

test.each([
  ['is gone', (azure: FakeSubscription) => azure.clusters.remove(clusterOf().resource)],
  ['is not isolated any more', (azure: FakeSubscription) => azure.clusters.put(clusterOf('one', null), profileOf())],
  [
    'has passed the version',
    (azure: FakeSubscription) =>
      azure.clusters.put(clusterOf('one', 'acr', { kubernetesVersion: version('1.36.0') }), profileOf()),
  ],
])('removes the target of a cluster that %s', async (_sentence, change) => {
  const azure = arrange('one');
  await plannedCluster(azure);
  change(azure);
  expect(await reconcile(azure.ports())).toMatchObject({ removed: 1 });
  expect(await azure.targets.get(clusterId(), target)).toBeUndefined();
});

test('keeps what it knows of a cluster that cannot be read now, and says so', async () => {
  const azure = arrange('one', 'two');
  await plannedCluster(azure);
  await reconcile(azure.ports());
  azure.clusters.remove(clusterOf().resource);
  azure.clusters.unreadable = [{ id: clusterId().toUpperCase(), reason: 'ARM_UNEXPECTED: no version' }];
  const { failures, removed } = await reconcile(azure.ports());
  expect([removed, failures]).toEqual([0, [`${clusterId().toUpperCase()}: ARM_UNEXPECTED: no version`]]);
  expect((await azure.seenClusters.list()).map(({ name }) => name)).toEqual(['one', 'two']);
});

test('forgets clusters that are gone', async () => {
  const azure = arrange('one', 'two');
  await reconcile(azure.ports());
  azure.clusters.remove(clusterOf('one').resource);
  await reconcile(azure.ports());
  expect((await azure.seenClusters.list()).map(({ name }) => name)).toEqual(['two']);
});

test.each([
  ['that ARM refuses', new SyncError('ARM_FORBIDDEN', 'GET two: 403'), 'ARM_FORBIDDEN: GET two: 403'],
  ['that makes us stumble', new TypeError('a bug'), 'unexpected: TypeError: a bug'],
])('one cluster %s does not keep the others waiting', async (_sentence, error, told) => {
  const azure = arrange('one', 'two', 'three');
  azure.clusters.fault = (name) => {
    if (name === 'two') throw error;
  };
  const { planned, failures } = await reconcile(azure.ports());
  expect([planned, failures.length]).toEqual([4, 1]);
  expect(failures[0]).toContain(`two: ${told}`);
  const seen = await azure.seenClusters.list();
  expect(seen.find(({ name }) => name === 'two')?.finding).toContain(told);
});

test('fleets that cannot be read do not keep clusters waiting', async () => {
  const azure = arrange('one');
  azure.fleets.fault = () => {
    throw new SyncError('ARM_FORBIDDEN', 'GET fleets: 403');
  };
  const { planned, failures } = await reconcile(azure.ports());
  expect(planned).toBe(2);
  expect(failures).toEqual([
    expect.stringContaining('update runs: ARM_FORBIDDEN') as string,
    expect.stringContaining('fleets: ARM_FORBIDDEN') as string,
  ]);
});

test('has every pending gate of ours judged, and those that are recorded as waiting, each once', async () => {
  const azure = arrange();
  azure.fleets.putGate(gateOf());
  azure.fleets.putGate(gateOf({ id: gateId('person'), displayName: 'CAB' }));
  const record = { displayName: '', updateRun: '', stage: '', reasons: [], recordedAt: azure.clock.now() };
  await azure.fleetRecords.save({ ...record, id: gateId().toUpperCase(), action: 'waiting' }, undefined);
  await azure.fleetRecords.save({ ...record, id: gateId('gone'), action: 'would-approve' }, undefined);
  await azure.fleetRecords.save({ ...record, id: gateId('done'), action: 'approved' }, undefined);
  expect(await reconcile(azure.ports())).toMatchObject({ fleetGates: 2 });
  expect(azure.gateQueue.messages).toEqual([
    { kind: 'fleet-gate', gateId: gateId() },
    { kind: 'fleet-gate', gateId: gateId('gone') },
  ]);
});

test('where no Fleet gate is, records of those that are gone are looked for at the half-hourly look', async () => {
  const azure = arrange();
  const record = { displayName: '', updateRun: '', stage: '', reasons: [], recordedAt: azure.clock.now() };
  await azure.fleetRecords.save({ ...record, id: gateId('gone'), action: 'waiting' }, undefined);
  expect(await reconcile(azure.ports(), 'shut-or-held')).toMatchObject({ fleetGates: 0 });
  expect(await reconcile(azure.ports(), 'all')).toMatchObject({ fleetGates: 1 });
});

test("a plan of other facts than today's opens no gate while the new one is on its way", async () => {
  const azure = arrange('one');
  await plannedCluster(azure);
  azure.addCluster(clusterOf('one', 'acr', { properties: { addonProfiles: { azurepolicy: { enabled: true } } } }));
  await reconcile(azure.ports());
  expect((await azure.targets.get(clusterId(), target))?.failure).toMatchObject({ effect: 'plan-wrong' });
  expect(azure.planQueue.messages).toMatchObject([{ kubernetesVersion: current }, { kubernetesVersion: target }]);
});

test('a member of a fleet that lies in another subscription is kept for a week', async () => {
  const azure = arrange();
  const foreign = { ...ref(), clusterId: clusterId().replace(/^\/subscriptions\/[^/]+/, '/subscriptions/other') };
  await azure.targets.request(foreign, azure.clock.now());
  expect(await reconcile(azure.ports())).toMatchObject({ removed: 0 });
  azure.clock.advance(hours(7 * 24 + 1) / 1000);
  expect(await reconcile(azure.ports())).toMatchObject({ removed: 1 });
});

test('a cluster that is as it was is not written again for an hour', async () => {
  const azure = arrange('one', 'two');
  await reconcile(azure.ports());
  const saved: string[] = [];
  const save = azure.seenClusters.save.bind(azure.seenClusters);
  azure.seenClusters.save = async (clusters) => {
    saved.push(...clusters.map(({ name }) => name));
    await save(clusters);
  };
  azure.clock.advance(300);
  await reconcile(azure.ports());
  expect(saved).toEqual([]);
  azure.clusters.put({ ...clusterOf('two'), kubernetesVersion: version('1.34.11') }, profileOf('1.35.7'));
  await reconcile(azure.ports());
  expect(saved).toEqual(['two']);
  azure.clock.advance(3600);
  await reconcile(azure.ports());
  expect([...saved].sort()).toEqual(['one', 'two', 'two']);
});

test('the timer makes a round that is due itself; others get a message each', async () => {
  const azure = arrange('one');
  await plannedCluster(azure);
  azure.addRegistry('second');
  const second = stateOf().registry.replace(/acr$/, 'second');
  azure.addCluster(clusterOf('two'));
  await azure.targets.savePlan(planOf(setOf(coredns), { ...ref('two'), registry: second }));
  await azure.states.save([
    { state: provenState(coredns, { registry: second, loginServer: 'second.azurecr.io' }), etag: undefined },
  ]);
  azure.clock.advance(hours(4) / 1000);
  expect(await reconcile(azure.ports())).toMatchObject({ rounds: 2, failures: [] });
  expect([...(await azure.registryProofs.list()).keys()]).toEqual([stateOf().registry]);
  expect(azure.gateQueue.messages.filter(({ kind }) => kind === 'verify-registry')).toEqual([
    { kind: 'verify-registry', registry: second },
  ]);
});

test('a round that goes wrong is told, and what else the timer did stays done', async () => {
  const azure = arrange('one');
  await plannedCluster(azure);
  azure.clock.advance(hours(4) / 1000);
  azure.storedManifests.fault = () => {
    throw new Error('a bug');
  };
  const { failures, planned } = await reconcile(azure.ports());
  expect(failures).toEqual([`${stateOf().registry}: unexpected: Error: a bug`]);
  expect(planned).toBeGreaterThan(0);
});
