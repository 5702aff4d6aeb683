import { Application } from '../../../shared/app/application.js';
import { SyncError } from '../../../shared/model/errors.js';
import type { ResourceId } from '../../../shared/model/resource-id.js';
import { clusterId, clusterOf, gateId, gateOf, hours, runOf, target } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

/** Of one cluster: what it pulls now and once upgraded. The images among them are indexes of two manifests. */
const artifactsOfOne = 25;
const imagesOfOne = 13;

async function arrange(): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  await new Application(azure.ports()).syncCluster(clusterOf().resource);
  return azure;
}

async function decision(azure: FakeSubscription): Promise<string> {
  return (await new Application(azure.ports()).gate({ cluster: clusterOf().resource, version: target, strict: false }))
    .decision;
}

const requestsOf = (azure: FakeSubscription): number =>
  [...azure.caches.values()].reduce((sum, cache) => sum + cache.requests, 0);

test('a cluster opens within a minute of a new version, by pulling every manifest once and looking once', async () => {
  const azure = await arrange();
  await azure.pass(60);
  expect(await decision(azure)).toBe('open');
  const manifests = artifactsOfOne + 2 * imagesOfOne;
  expect(requestsOf(azure)).toBeGreaterThanOrEqual(2 * manifests);
  expect(requestsOf(azure)).toBeLessThanOrEqual(2 * artifactsOfOne * 3);
  expect([azure.planQueue.messages, azure.warmQueue.messages, azure.gateQueue.messages]).toEqual([[], [], []]);
});

test('when every message of every queue is lost, the reconcile timer finds the work again', async () => {
  const azure = await arrange();
  await azure.drain();
  for (const queue of [azure.planQueue, azure.warmQueue, azure.gateQueue])
    while (queue.messages.length > 0) queue.lose(0);
  await azure.pass(120);
  expect(await decision(azure)).toBe('closed');
  await azure.pass(10 * 60);
  expect(await decision(azure)).toBe('open');
});

test('when every message is there three times, no request and no message multiplies', async () => {
  const azure = await arrange();
  for (const queue of [azure.planQueue, azure.warmQueue, azure.gateQueue]) queue.copies = 3;
  for (const cache of azure.caches.values()) cache.cachingSeconds = () => 1000;
  await azure.pass(1800);
  expect(await decision(azure)).toBe('open');
  expect(azure.warmQueue.mostHeld).toBeLessThan(artifactsOfOne * 5);
  expect(requestsOf(azure)).toBeLessThan(artifactsOfOne * 3 * 10);
  expect(azure.gateQueue.mostHeld).toBeLessThan(40);
});

test('a plan that fails for a day does not pile up tries', async () => {
  const azure = await arrange();
  azure.registries.fault = () => {
    throw new SyncError('ARM_FORBIDDEN', 'registry acr: 403 AuthorizationFailed');
  };
  await azure.pass(hours(24) / 1000);
  expect(azure.planQueue.mostHeld).toBeLessThan(6);
  const { reasons } = await new Application(azure.ports()).gate({
    cluster: clusterOf().resource,
    version: target,
    strict: false,
  });
  expect(reasons).toEqual([
    expect.stringContaining('ARM_FORBIDDEN: registry acr: 403 AuthorizationFailed. Grant') as string,
  ]);
  azure.registries.fault = () => undefined;
  await azure.pass(10 * 60);
  expect(await decision(azure)).toBe('open');
});

test('a MAR that answers only now and then slows a plan down and does not stop it', async () => {
  const azure = await arrange();
  let asked = 0;
  azure.mar.fault = () => {
    asked += 7;
    if (asked % 10 < 3) throw new SyncError('REGISTRY_THROTTLED', 'MAR: 429', { retryAfterSeconds: 5 });
  };
  await azure.pass(30 * 60);
  expect(await decision(azure)).toBe('open');
});

test('a gate that stays shut is looked at less and less often', async () => {
  const azure = await arrange();
  for (const cache of azure.caches.values()) cache.cachingSeconds = () => Number.POSITIVE_INFINITY;
  await azure.pass(60);
  const first = (await azure.judgements.list())[0]?.step ?? 0;
  await azure.pass(hours(2) / 1000);
  const later = (await azure.judgements.list())[0]?.step ?? 0;
  expect(first).toBeGreaterThan(2);
  expect(later - first).toBeLessThan(90);
});

test('a tag that moves at MAR closes the gate until the new digest is proven', async () => {
  const azure = await arrange();
  await azure.pass(60);
  const plan = (await azure.targets.get(clusterId(), target))?.planned;
  const coredns = plan?.set.artifacts.find(({ repository }) => repository.endsWith('/coredns'));
  const moved = azure.mar.put(coredns?.repository ?? '', coredns?.tag ?? '', 'rebuilt');
  const seen = new Set<string>();
  for (let minute = 0; minute < 90; minute += 1) {
    await azure.pass(60);
    seen.add(await decision(azure));
  }
  expect([...seen]).toEqual(['open', 'closed']);
  expect(await decision(azure)).toBe('open');
  const states = await azure.states.list(plan?.registry ?? '');
  expect(states.get(`${coredns?.repository}:${coredns?.tag}`)?.state.digest).toBe(moved.digest);
});

/** A plan is renewed after an hour, by a timer of five minutes; its pin is 15 minutes old at most, and MAR's answer five. */
const movedTagBoundMinutes = 60 + 5 + 15 + 5;

test.each([0, 7, 31, 58])(
  'the proof of a tag that moved at MAR %s minutes after its plan falls within 85 minutes',
  async (late) => {
    const azure = await arrange();
    await azure.pass(60 + late * 60);
    const plan = (await azure.targets.get(clusterId(), target))?.planned;
    const coredns = plan?.set.artifacts.find(({ repository }) => repository.endsWith('/coredns'));
    if (!plan || !coredns) throw new Error('there should be a plan with coredns');
    const old = azure.mar.find(coredns.repository, coredns.tag);
    azure.mar.put(coredns.repository, coredns.tag, 'rebuilt');
    const isProvenStill = async () => {
      const state = (await azure.states.get(plan.registry, coredns))?.state;
      return state?.phase === 'proven' && state.digest === old?.digest;
    };
    let minutesGone = 0;
    for (; (await isProvenStill()) && minutesGone < 200; minutesGone += 1) await azure.pass(60);
    expect(minutesGone).toBeGreaterThan(0);
    expect(minutesGone).toBeLessThanOrEqual(movedTagBoundMinutes);
  },
);

test('a repository that was deleted from the registry is noticed when its proof is renewed, and warmed again', async () => {
  const azure = await arrange();
  await azure.pass(60);
  azure.caches.get('acr.azurecr.io')?.evict('aks-managed-repository/oss/v2/kubernetes/coredns');
  await azure.pass(hours(14) / 1000);
  const [coredns] = [...(await azure.states.list(clusterStates())).values()].filter(({ state }) =>
    state.repository.endsWith('/coredns'),
  );
  const { cachedRepository, tag, digest, children } = coredns?.state ?? fail();
  expect(azure.caches.get('acr.azurecr.io')?.holdsTree(cachedRepository, tag, digest, children)).toBe(true);
});

test('a Fleet gate opens by itself as soon as its last cluster does, without a single event', async () => {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  azure.fleets.putRun(runOf([clusterId()]));
  azure.fleets.putGate(gateOf());
  await azure.pass(6 * 60);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
  expect(await azure.fleetRecords.list()).toMatchObject([{ action: 'approved', reasons: ['open for 1.35.7: one'] }]);
});

function clusterStates(): string {
  const { bootstrap } = clusterOf();
  return bootstrap.source === 'cache' ? bootstrap.registry.key : '';
}

function fail(): never {
  throw new Error('there is no record of coredns');
}

test('while old proofs cannot be renewed, a waiting Fleet gate does not pile up tasks', async () => {
  const azure = new FakeSubscription();
  azure.addRegistry();
  for (const name of ['one', 'two', 'three']) azure.addCluster(clusterOf(name));
  await azure.pass(10 * 60);
  azure.clock.advance(3600);
  for (const cache of azure.caches.values()) {
    cache.fault = () => {
      throw new SyncError('REGISTRY_UNAVAILABLE', 'registry: 503');
    };
  }
  azure.fleets.putRun(runOf(['one', 'two', 'three'].map(clusterId)));
  azure.fleets.putGate(gateOf());
  await azure.pass(1800);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Pending');
  expect(azure.gateQueue.mostHeld).toBeLessThan(20);
  expect(azure.warmQueue.mostHeld).toBeLessThan(artifactsOfOne * 4);
  for (const cache of azure.caches.values()) cache.fault = () => undefined;
  await azure.pass(15 * 60);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
});

test('a cluster that a list describes more briefly than ARM does alone is not planned over and over', async () => {
  const azure = await arrange();
  await azure.pass(60);
  const ports = azure.ports();
  const brief = { ...clusterOf(), properties: {} };
  const clusters = {
    list: async () => ({ clusters: [brief], unreadable: [] }),
    get: (cluster: ResourceId) => azure.clusters.get(cluster),
    upgradeProfile: (cluster: ResourceId) => azure.clusters.upgradeProfile(cluster),
  };
  const planned = (await azure.targets.list())[0]?.planned?.plannedAt;
  await new Application({ ...ports, clusters }).reconcile();
  expect(await decision(azure)).toBe('open');
  expect(azure.planQueue.messages).toEqual([]);
  expect((await azure.targets.list())[0]?.planned?.plannedAt).toEqual(planned);
});
