import { artifactName } from '../../../shared/model/artifact.js';
import { SyncError } from '../../../shared/model/errors.js';
import { planTarget } from '../../../shared/warming/plan-target.js';
import type { Targets } from '../../../shared/warming/ports.js';
import { clusterId, clusterOf, profileOf, registryOf, target } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

const task = { clusterId: clusterId(), kubernetesVersion: target, attempt: 0 };

function arrange(): FakeSubscription {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  return azure;
}

/** Targets that nothing is written to. */
const inert: Targets = {
  list: async () => [],
  get: async () => undefined,
  revision: async () => undefined,
  request: async () => undefined,
  savePlan: async () => undefined,
  saveFailure: async () => undefined,
  remove: async () => undefined,
};

const recordOf = async (azure: FakeSubscription) => await azure.targets.get(task.clusterId, target);

test('plans the set, starts every artifact once and keeps the hash of the facts', async () => {
  const azure = arrange();
  const result = await planTarget(task, 1, azure.ports());
  const record = await recordOf(azure);
  expect(result).toMatchObject({ kind: 'planned', enqueued: 13 });
  expect(record?.planned?.set.artifacts).toHaveLength(13);
  expect(record?.planned).toMatchObject({ loginServer: 'acr.azurecr.io', plannedAt: azure.clock.now() });
  expect(new Set(azure.warmQueue.messages.map(artifactName)).size).toBe(13);
});

test('a second plan starts nothing that is on its way', async () => {
  const azure = arrange();
  await planTarget(task, 1, azure.ports());
  expect(await planTarget(task, 1, azure.ports())).toMatchObject({ kind: 'planned', enqueued: 0 });
});

test.each(['states written, tasks not', 'tasks enqueued, plan not saved'])(
  'a redelivery after "%s" goes on to the end',
  async (death) => {
    const azure = arrange();
    const ports = azure.ports();
    const die = () => Promise.reject(new Error('died'));
    const dying = death.startsWith('states')
      ? { ...ports, warmQueue: { enqueue: die } }
      : { ...ports, targets: { ...inert, savePlan: die } };
    await expect(planTarget(task, 1, dying)).rejects.toThrow('died');
    expect((await recordOf(azure))?.planned).toBeUndefined();
    expect(await planTarget(task, 2, ports)).toMatchObject({ kind: 'planned', enqueued: 13 });
    await azure.pass(120);
    const states = await azure.states.list(registryOf().resource.key);
    expect([...states.values()].map(({ state }) => state.phase)).toEqual(Array(13).fill('proven'));
  },
);

test('a cluster that is not isolated any more loses its target', async () => {
  const azure = arrange();
  await planTarget(task, 1, azure.ports());
  azure.addCluster({ ...clusterOf(), bootstrap: { source: 'direct' } });
  expect(await planTarget(task, 1, azure.ports())).toEqual({ kind: 'not-isolated' });
  expect(await recordOf(azure)).toBeUndefined();
});

test('a failure that waiting may cure is told at the target and tried again after the time that ARM asks for', async () => {
  const azure = arrange();
  azure.registries.fault = () => {
    throw new SyncError('ARM_UNAVAILABLE', 'registry acr: 429', { retryAfterSeconds: 90 });
  };
  expect(await planTarget(task, 1, azure.ports())).toMatchObject({ kind: 'failed' });
  expect((await recordOf(azure))?.failure?.reason).toBe(
    'ARM_UNAVAILABLE: registry acr: 429. No action; Azure Resource Manager throttles or fails for now.',
  );
  expect(azure.planQueue.messages).toEqual([{ ...task, attempt: 1 }]);
  expect(azure.planQueue.nextVisibleAt - azure.clock.now().getTime()).toBe(90_000);
});

test.each([
  [0, 15],
  [1, 30],
  [4, 240],
])('after %i failed tries the next one comes in %i s', async (attempt, seconds) => {
  const azure = arrange();
  azure.clusters.fault = () => {
    throw new SyncError('ARM_UNAVAILABLE', 'ARM: 503');
  };
  await planTarget({ ...task, attempt }, 1, azure.ports());
  expect(azure.planQueue.nextVisibleAt - azure.clock.now().getTime()).toBe(seconds * 1000);
});

test('after the fifth the reconcile timer takes over', async () => {
  const azure = arrange();
  azure.clusters.fault = () => {
    throw new SyncError('ARM_UNAVAILABLE', 'ARM: 503');
  };
  await planTarget({ ...task, attempt: 5 }, 1, azure.ports());
  expect(azure.planQueue.messages).toEqual([]);
});

test('a failure that waiting does not cure is told and not tried again', async () => {
  const azure = arrange();
  azure.clusters.remove(clusterOf().resource);
  expect(await planTarget(task, 1, azure.ports())).toMatchObject({
    kind: 'failed',
    error: { code: 'CLUSTER_NOT_FOUND' },
  });
  expect(azure.planQueue.messages).toEqual([]);
  expect((await recordOf(azure))?.failure?.reason).toContain('CLUSTER_NOT_FOUND');
});

test('a plan that succeeds clears the failure of before; one that fails keeps the plan of before', async () => {
  const azure = arrange();
  azure.registries.fault = () => {
    throw new SyncError('ARM_FORBIDDEN', 'registry acr: 403');
  };
  await planTarget(task, 1, azure.ports());
  azure.registries.fault = () => undefined;
  await planTarget(task, 1, azure.ports());
  expect((await recordOf(azure))?.failure).toBeUndefined();
  azure.clusters.fault = () => {
    throw new SyncError('ARM_UNAVAILABLE', 'ARM: 503');
  };
  await planTarget(task, 1, azure.ports());
  expect(await recordOf(azure)).toMatchObject({
    planned: { set: {} },
    failure: { reason: expect.stringContaining('503') as string },
  });
});

test('what no cache rule covers is imported: the plan tells the way of every repository, and the set has no unknowns', async () => {
  const azure = arrange();
  azure.caches.get('acr.azurecr.io')!.covers = (repository) => repository.startsWith('aks-managed-repository/oss/');
  azure.registries.put(
    registryOf('acr', [
      { name: 'partly', sourceRepository: 'mcr.microsoft.com/oss/*', targetRepository: 'aks-managed-repository/oss/*' },
    ]),
  );
  await planTarget(task, 1, azure.ports());
  const plan = (await recordOf(azure))?.planned;
  expect(plan?.set.unresolved).toEqual([]);
  expect(plan?.strategies).toMatchObject({
    'oss/v2/kubernetes/coredns': 'pull-through',
    'aks/packages/kubernetes/kubelet': 'import',
  });
  await azure.pass(120);
  const states = [...(await azure.states.list(registryOf().resource.key)).values()].map(({ state }) => state);
  expect(new Set(states.map(({ phase }) => phase))).toEqual(new Set(['proven']));
  expect(azure.imports.started.map(({ target }) => target)).toContain(
    'aks-managed-repository/aks/packages/kubernetes/kubelet:v1.35.7',
  );
});

test('what MAR has not is unresolved and not required; a repository without tags is no failure', async () => {
  const azure = arrange();
  azure.mar.remove('oss/v2/kubernetes/coredns', 'v1.13.1-6');
  azure.mar.fault = (repository, reference) => {
    if (reference === 'tags') throw new SyncError('MANIFEST_UNKNOWN', `${repository}: 404`);
  };
  await planTarget(task, 1, azure.ports());
  const set = (await recordOf(azure))?.planned?.set;
  expect(set?.unresolved.map(({ component }) => component)).toEqual(['coredns']);
  expect(set?.artifacts).toHaveLength(12);
});

test.each([
  ['required', ['component-insights']],
  ['optional', []],
] as const)('a cluster that AKS reports no components of, where that is %s', async (componentInsights, unresolved) => {
  const azure = arrange();
  azure.clusters.put(clusterOf(), profileOf('1.35.7'));
  await planTarget(task, 1, { ...azure.ports(), componentInsights });
  const set = (await recordOf(azure))?.planned?.set;
  const guesses = set?.unresolved.filter(({ component }) => component === 'component-insights');
  expect(guesses?.map(({ component }) => component)).toEqual(unresolved);
});

test('the slower of two planners does not put older facts over newer ones', async () => {
  const azure = arrange();
  const ports = azure.ports();
  const before = azure.clock.now();
  azure.clock.advance(60);
  await planTarget(task, 1, ports);
  await planTarget(task, 1, { ...ports, now: () => before });
  expect((await recordOf(azure))?.planned?.plannedAt).toEqual(azure.clock.now());
});

test('a MAR that fails for one artifact delays the plan, while the others are on their way already', async () => {
  const azure = arrange();
  azure.mar.fault = (repository) => {
    if (repository.endsWith('/coredns')) throw new SyncError('REGISTRY_UNAVAILABLE', 'MAR: 503');
  };
  expect(await planTarget(task, 1, azure.ports())).toMatchObject({
    kind: 'failed',
    error: { code: 'UPSTREAM_UNAVAILABLE' },
  });
  expect(azure.warmQueue.messages).toHaveLength(12);
  expect((await recordOf(azure))?.planned).toBeUndefined();
});

test('a bug is not told as an answer of Azure', async () => {
  const azure = arrange();
  azure.clusters.fault = () => {
    throw new TypeError('a bug');
  };
  await expect(planTarget(task, 1, azure.ports())).rejects.toThrow('a bug');
  expect(await recordOf(azure)).toBeUndefined();
});

test('without a budget for Resource Manager the plan comes back, and that was no try', async () => {
  const azure = arrange();
  const budgets = { ...azure.ports().budgets, take: async () => ({ kind: 'wait', seconds: 7 }) as const };
  const result = await planTarget(task, 1, { ...azure.ports(), budgets });
  expect(result).toEqual({ kind: 'deferred', seconds: 7 });
  expect(azure.planQueue.messages).toEqual([task]);
  expect(azure.planQueue.nextVisibleAt - azure.clock.now().getTime()).toBe(7000);
  expect(await recordOf(azure)).toBeUndefined();
});

test('a deadline reaches the budgets, its record and the state of every artifact', async () => {
  const azure = arrange();
  const neededBy = new Date(azure.clock.now().getTime() + 3_600_000);
  const ports = azure.ports();
  await planTarget({ ...task, kubernetesVersion: clusterOf().kubernetesVersion }, 1, ports);
  const deadlines: (Date | undefined)[] = [];
  const budgets = {
    ...ports.budgets,
    take: async (_account: unknown, _requests: number, deadline?: Date) => {
      deadlines.push(deadline);
      return { kind: 'granted' } as const;
    },
  };
  // Those of the other plan wait in a backlog.
  azure.clock.advance(45);
  await azure.targets.request(task, azure.clock.now(), neededBy);
  await planTarget(task, 1, { ...ports, budgets });
  expect(new Set(deadlines)).toEqual(new Set([neededBy]));
  expect((await recordOf(azure))?.neededBy).toEqual(neededBy);
  const states = await azure.states.list(registryOf().resource.key);
  const set = (await recordOf(azure))?.planned?.set.artifacts ?? [];
  expect(set.map((artifact) => states.get(artifactName(artifact))?.state.neededBy)).toEqual(set.map(() => neededBy));
});
