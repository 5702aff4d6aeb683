import { SyncError } from '../../../shared/model/errors.js';
import { advanceArtifact, taskOf, type AdvancePorts } from '../../../shared/warming/advance.js';
import { limitsUnder, OwnLedgers } from '../../../shared/warming/budget-ledger.js';
import { SharedBudgets } from '../../../shared/warming/budgets.js';
import { ContentMemory } from '../../../shared/warming/content-memory.js';
import { Outages } from '../../../shared/warming/outages.js';
import type { ContentReader, WarmTask } from '../../../shared/warming/ports.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import { coredns, provenState, stateOf } from '../../support/builders.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { FakeImports, unlimitedBudgets } from '../../support/fakes/fake-imports.js';
import { FakeMar } from '../../support/fakes/fake-manifests.js';
import { FakeCachingRegistry } from '../../support/fakes/fake-registry.js';
import { MemoryArtifactStates } from '../../support/fakes/memory-artifact-states.js';
import { memoryOutagePorts } from '../../support/fakes/memory-outages.js';
import { MemoryQueue } from '../../support/fakes/memory-queue.js';

async function arrange(state: ArtifactState = stateOf()) {
  const clock = new FakeClock();
  const mar = new FakeMar();
  mar.put(coredns.repository, coredns.tag);
  const registry = new FakeCachingRegistry(mar, clock);
  const states = new MemoryArtifactStates();
  await states.save([{ state, etag: undefined }]);
  const warmQueue = new MemoryQueue<WarmTask>(clock);
  const ports: AdvancePorts = {
    states,
    warmQueue,
    registry: () => registry,
    upstream: mar,
    now: clock.now,
    imports: new FakeImports(() => registry, clock),
    budgets: unlimitedBudgets,
    memory: new ContentMemory(clock.now),
    outages: new Outages(memoryOutagePorts(), clock.now),
    proofLevel: 'deep',
    referrers: 'left',
    pace: { verifyDelaySeconds: 10 },
  };
  const current = async () => (await states.get(state.registry, coredns))?.state ?? state;
  return { clock, mar, registry, states, warmQueue, ports, task: taskOf(state), current };
}

test('asks for the index and every child, waits, and proves when all of them are in the registry', async () => {
  const { clock, registry, ports, task, current, warmQueue } = await arrange();
  expect(await advanceArtifact(task, 1, ports)).toBe('advanced');
  expect(await current()).toMatchObject({ phase: 'waiting', reason: '3 of 3 manifests not cached yet' });
  expect(warmQueue.messages).toEqual([{ ...task, step: 1 }]);
  clock.advance(10);
  await advanceArtifact({ ...task, step: 1 }, 1, ports);
  expect(await current()).toMatchObject({ phase: 'proven', provenAt: clock.now() });
  const { cachedRepository, tag, digest, children } = await current();
  expect(registry.holdsTree(cachedRepository, tag, digest, children)).toBe(true);
  expect(warmQueue.messages).toHaveLength(1);
});

test('while it waits it only looks: what was not asked for is not asked for by looking', async () => {
  const { clock, registry, ports, current } = await arrange(
    stateOf(coredns, { phase: 'waiting', step: 1, attempts: 1 }),
  );
  await advanceArtifact(taskOf(await current()), 1, ports);
  clock.advance(1000);
  expect(registry.holds((await current()).cachedRepository, (await current()).digest)).toBe(false);
});

test('one child that is still proxied keeps the artifact unproven', async () => {
  const { clock, registry, ports, task, current } = await arrange();
  const [, last] = stateOf().children;
  registry.cachingSeconds = (_repository, digest) => (digest === last ? Number.POSITIVE_INFINITY : 1);
  await advanceArtifact(task, 1, ports);
  clock.advance(60);
  await advanceArtifact({ ...task, step: 1 }, 1, ports);
  expect(await current()).toMatchObject({ phase: 'waiting', reason: '1 of 3 manifests not cached yet' });
});

test('a registry whose tag names something else than was proven takes the proof away, also while MAR cannot tell what is right', async () => {
  const { clock, mar, registry, ports, task, current } = await arrange(provenState(coredns, { step: 0 }));
  await registry.get((await current()).cachedRepository, coredns.tag);
  mar.put(coredns.repository, coredns.tag, 'rebuilt');
  clock.advance(600);
  const away = () => Promise.reject(new SyncError('REGISTRY_UNAVAILABLE', 'MAR is away'));
  await advanceArtifact(task, 1, { ...ports, upstream: { head: away, get: away, tags: away } });
  expect(await current()).toMatchObject({
    phase: 'planned',
    reason: expect.stringMatching(/names sha256:.*UPSTREAM_UNAVAILABLE/) as unknown,
  });
  expect(await current()).not.toHaveProperty('provenAt');
});

test('a task of an artifact without a record does nothing', async () => {
  const { ports, task, registry } = await arrange();
  expect(await advanceArtifact({ ...task, tag: 'other' }, 1, ports)).toBe('unknown');
  expect(registry.requests).toBe(0);
});

test('a task that has to wait leaves the record it carries behind: one that was outdone meanwhile asks nothing when it comes back', async () => {
  const { ports, states, task, registry, warmQueue } = await arrange();
  const carried = states.carry(task) ?? '';
  const busy: AdvancePorts['budgets'] = { ...unlimitedBudgets, take: async () => ({ kind: 'wait', seconds: 30 }) };
  expect(await advanceArtifact({ ...task, carried }, 1, { ...ports, budgets: busy })).toBe('deferred');
  const stored = await states.get(task.registry, task);
  await states.save([{ state: stateOf(coredns, { step: 1 }), etag: stored?.etag }]);
  expect(await advanceArtifact(warmQueue.messages[0] ?? task, 1, ports)).toBe('stale');
  expect(registry.requests).toBe(0);
});

test('an import that has to wait for reads of its registry keeps nothing of ARM', async () => {
  const { ports, task, clock } = await arrange(stateOf(coredns, { strategy: 'import' }));
  const budgets = new SharedBudgets(new OwnLedgers(), limitsUnder({ share: 0.5, marReadsPerMinute: 3000 }), clock.now);
  budgets.observe(
    { registry: stateOf().loginServer, operation: 'manifest-read' },
    { status: 429, retryAfterSeconds: 4 },
  );
  for (let tries = 0; tries < 300; tries += 1)
    expect(await advanceArtifact(task, 1, { ...ports, budgets })).toBe('deferred');
  const others = { registry: 'arm', operation: 'arm-write', asker: 'another.azurecr.io' } as const;
  clock.advance(6);
  expect((await budgets.take(others, 100)).kind).toBe('granted');
});

test('a task that arrives a second time does nothing', async () => {
  const { ports, task, registry, warmQueue } = await arrange();
  await advanceArtifact(task, 1, ports);
  const requests = registry.requests;
  expect(await advanceArtifact(task, 1, ports)).toBe('stale');
  expect([registry.requests, warmQueue.messages.length]).toEqual([requests, 1]);
});

test('a redelivered task whose step was written puts the next task on the queue that a dead worker did not', async () => {
  const { ports, task, warmQueue, states, current } = await arrange();
  const dying = { ...ports, warmQueue: { enqueue: () => Promise.reject(new Error('died')) } };
  await expect(advanceArtifact(task, 1, dying)).rejects.toThrow('died');
  expect((await current()).step).toBe(1);
  expect(warmQueue.messages).toEqual([]);
  expect(await advanceArtifact(task, 2, ports)).toBe('resumed');
  expect(warmQueue.messages).toEqual([{ ...task, step: 1 }]);
  expect((await states.get(task.registry, task))?.state.step).toBe(1);
});

test.each([
  ['two steps behind', stateOf(coredns, { phase: 'waiting', step: 5 }), 3],
  ['of an artifact that is proven', provenState(coredns, { step: 5 }), 4],
  ['of an artifact that failed', stateOf(coredns, { phase: 'failed', step: 5 }), 4],
] as const)('a redelivered task %s resumes nothing', async (_sentence, state, step) => {
  const { ports, warmQueue } = await arrange(state);
  expect(await advanceArtifact({ ...taskOf(state), step }, 3, ports)).toBe('stale');
  expect(warmQueue.messages).toEqual([]);
});

test('of two workers on one step one wins, and only the winner goes on', async () => {
  const { ports, task, warmQueue, current } = await arrange();
  const results = await Promise.all([advanceArtifact(task, 1, ports), advanceArtifact(task, 2, ports)]);
  expect([...results].sort()).toEqual(['advanced', 'lost-race']);
  expect([(await current()).step, warmQueue.messages.length]).toEqual([1, 1]);
});

test.each([
  ['REGISTRY_THROTTLED', 'planned', 1],
  ['MANIFEST_INVALID', 'failed', 0],
] as const)('a registry that answers %s leaves the artifact %s', async (code, phase, tasks) => {
  const { ports, task, registry, current, warmQueue } = await arrange();
  registry.fault = () => {
    throw new SyncError(code, 'GET x');
  };
  await advanceArtifact(task, 1, ports);
  expect(await current()).toMatchObject({ phase, reason: `${code}: GET x` });
  expect(warmQueue.messages).toHaveLength(tasks);
});

test('a bug gives the message back and writes nothing', async () => {
  const { ports, task, registry, current } = await arrange();
  registry.fault = () => {
    throw new TypeError('a bug');
  };
  await expect(advanceArtifact(task, 1, ports)).rejects.toThrow('a bug');
  expect((await current()).step).toBe(0);
});

test('a registry that still serves the tag of yesterday is asked again, without a new pin', async () => {
  const { clock, mar, registry, ports, task, current } = await arrange();
  await registry.get(stateOf().cachedRepository, coredns.tag);
  clock.advance(10);
  const moved = mar.put(coredns.repository, coredns.tag, 'rebuilt');
  const state = { ...stateOf(coredns, moved), step: 1 };
  await ports.states.save([{ state, etag: (await ports.states.get(state.registry, coredns))?.etag }]);
  await advanceArtifact({ ...task, step: 1 }, 1, ports);
  expect(await current()).toMatchObject({
    phase: 'planned',
    digest: moved.digest,
    reason: expect.stringContaining('older digest') as string,
  });
});

test('a tag that moved at MAR and in the registry is pinned to what both serve now', async () => {
  const { mar, ports, task, current } = await arrange();
  const moved = mar.put(coredns.repository, coredns.tag, 'rebuilt', 1);
  await advanceArtifact(task, 1, ports);
  const { digest, children } = moved;
  expect(await current()).toMatchObject({ phase: 'planned', digest, children, reason: 'the tag moved at MAR' });
});

test('a child that is served with another digest is no proof', async () => {
  const { ports, task, registry, current } = await arrange();
  const wrong = { digest: stateOf().digest, origin: 'registry', children: [], blobs: [] } as const;
  const lying = { ...ports, registry: () => ({ ...bound(registry), get: async () => wrong, head: async () => wrong }) };
  await advanceArtifact(task, 1, lying);
  expect(await current()).toMatchObject({
    phase: 'planned',
    reason: expect.stringContaining('DIGEST_MISMATCH') as string,
  });
});

test.each([
  ['an hour', 1, true],
  ['a day', 24, false],
])('%s after its layers were found, a look at the manifests is enough: %s', async (_sentence, hours, isEnough) => {
  const now = new FakeClock().now().getTime();
  const times = { provenAt: new Date(now - 60_000), deepAt: new Date(now - hours * 3_600_000) };
  const { clock, registry, ports, current } = await arrange(provenState(coredns, times));
  const { cachedRepository, tag, digest, children } = await current();
  for (const reference of [tag, digest, ...children]) await registry.get(cachedRepository, reference);
  clock.advance(10);
  await advanceArtifact(taskOf(await current()), 1, ports);
  expect(registry.blobRequests === 0).toBe(isEnough);
  expect(await current()).toMatchObject({
    phase: 'proven',
    provenAt: clock.now(),
    deepAt: isEnough ? times.deepAt : clock.now(),
  });
});

function bound(registry: FakeCachingRegistry): Omit<ContentReader, 'get' | 'head'> {
  return {
    tags: (repository) => registry.tags(repository),
    headBlob: (repository, digest) => registry.headBlob(repository, digest),
    pullBlob: (repository, blob) => registry.pullBlob(repository, blob),
    referrers: (repository, digest) => registry.referrers(repository, digest),
  };
}

test.each([
  ['ahead', 60, true],
  ['in the past', -60, false],
])('a deadline %s: budgets hear of it: %s', async (_sentence, seconds, isHeard) => {
  const neededBy = new Date(new FakeClock().now().getTime() + seconds * 1000);
  const { ports, task } = await arrange(stateOf(coredns, { neededBy }));
  const deadlines: (Date | undefined)[] = [];
  const budgets = {
    ...unlimitedBudgets,
    take: async (_account: unknown, _requests: number, deadline?: Date) => {
      deadlines.push(deadline);
      return { kind: 'granted' } as const;
    },
  };
  await advanceArtifact(task, 1, { ...ports, budgets });
  expect(deadlines).toEqual([isHeard ? neededBy : undefined]);
});

test('the deadline of an artifact outlives its steps', async () => {
  const neededBy = new Date('2099-01-01T00:00:00.000Z');
  const { clock, ports, task, current } = await arrange(stateOf(coredns, { neededBy }));
  await advanceArtifact(task, 1, ports);
  clock.advance(10);
  await advanceArtifact({ ...task, step: 1 }, 1, ports);
  expect(await current()).toMatchObject({ phase: 'proven', neededBy });
});
