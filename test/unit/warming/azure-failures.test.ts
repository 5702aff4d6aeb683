import { SyncError, type FailureCode } from '../../../shared/model/errors.js';
import { advanceArtifact, taskOf, type AdvancePorts } from '../../../shared/warming/advance.js';
import { ContentMemory } from '../../../shared/warming/content-memory.js';
import { Outages } from '../../../shared/warming/outages.js';
import type { WarmTask } from '../../../shared/warming/ports.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import { strategyFor } from '../../../shared/warming/strategy.js';
import { coredns, newLayout, registryOf, stateOf } from '../../support/builders.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { FakeImports, unlimitedBudgets } from '../../support/fakes/fake-imports.js';
import { digestOf, FakeMar } from '../../support/fakes/fake-manifests.js';
import { FakeCachingRegistry } from '../../support/fakes/fake-registry.js';
import { MemoryArtifactStates } from '../../support/fakes/memory-artifact-states.js';
import { MemoryOutages } from '../../support/fakes/memory-outages.js';
import { MemoryQueue } from '../../support/fakes/memory-queue.js';

/** Everything that users of ACR and MAR reported, each with what the engine makes of it. The reports: docs of the issue numbers. */
function arrange(changes: Partial<ArtifactState> = {}) {
  const clock = new FakeClock();
  const mar = new FakeMar();
  mar.put(coredns.repository, coredns.tag);
  const registry = new FakeCachingRegistry(mar, clock);
  const states = new MemoryArtifactStates();
  const warmQueue = new MemoryQueue<WarmTask>(clock);
  const imports = new FakeImports(() => registry, clock);
  const first = stateOf(coredns, changes);
  const ports: AdvancePorts = {
    ...{ states, warmQueue, imports, budgets: unlimitedBudgets, upstream: mar },
    registry: () => registry,
    now: clock.now,
    memory: new ContentMemory(clock.now),
    outages: new Outages(new MemoryOutages(), clock.now),
    proofLevel: 'deep',
    referrers: 'left',
    pace: { verifyDelaySeconds: 10 },
  };
  const current = async () => (await states.get(first.registry, coredns))?.state ?? first;
  /** Works off what falls due in this time, message by message. */
  const pass = async (seconds: number): Promise<ArtifactState> => {
    const end = clock.now().getTime() + seconds * 1000;
    if (!(await states.get(first.registry, coredns))) {
      await states.save([{ state: first, etag: undefined }]);
      await warmQueue.enqueue([taskOf(first)], 0);
    }
    for (;;) {
      const delivery = warmQueue.receive();
      if (delivery) {
        await advanceArtifact(delivery.message, delivery.deliveries, ports);
        delivery.complete();
        continue;
      }
      const next = Math.min(end, warmQueue.nextVisibleAt);
      clock.advance((next - clock.now().getTime()) / 1000);
      if (next >= end) return await current();
    }
  };
  return { clock, mar, registry, imports, ports, warmQueue, pass, current };
}

const asImport = { strategy: 'import' } as const;
const minutes = (count: number): number => count * 60;

function failing(code: FailureCode, message: string, retryAfterSeconds?: number): () => never {
  return () => {
    throw new SyncError(code, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
  };
}

test('429 "too many requests to source registry for cache rule" (acr#754): waits as asked, then goes on', async () => {
  const { registry, pass } = arrange();
  registry.fault = failing('REGISTRY_THROTTLED', '429 too many requests to source registry for cache rule', 70);
  expect(await pass(60)).toMatchObject({ phase: 'planned', failures: 1, failureClass: 'throttled' });
  registry.fault = () => undefined;
  expect(await pass(60)).toMatchObject({ phase: 'proven' });
});

test('424 for one child while the tag resolves (acr#892): its siblings are cached meanwhile, and it is asked for again', async () => {
  const { registry, pass } = arrange();
  const [bad, good] = stateOf().children as [string, string];
  registry.fault = (_repository, reference) => {
    if (reference === bad) throw new SyncError('UPSTREAM_UNAVAILABLE', `GET ${bad}: 424`);
  };
  const state = await pass(minutes(5));
  expect(state).toMatchObject({ phase: 'planned', failureClass: 'upstream-down' });
  expect(registry.holds(state.cachedRepository, good as typeof state.digest)).toBe(true);
  registry.fault = () => undefined;
  expect(await pass(minutes(10))).toMatchObject({ phase: 'proven', proof: 'deep' });
});

test('502 for 50 minutes on a fresh image (acr#876): tried some ten times, proven within ten minutes after', async () => {
  const { registry, pass } = arrange();
  registry.fault = failing('UPSTREAM_UNAVAILABLE', 'GET x: 502');
  expect((await pass(minutes(50))).failures).toBeLessThan(14);
  registry.fault = () => undefined;
  expect(await pass(minutes(11))).toMatchObject({ phase: 'proven', failures: 0 });
});

test('424 from the referrers API (acr#891): the artifact is proven all the same', async () => {
  const { registry, mar, ports, pass } = arrange();
  mar.sign(coredns.repository, stateOf().digest);
  const asked: string[] = [];
  registry.fault = (_repository, reference) => {
    asked.push(reference);
    if (reference === 'referrers') throw new SyncError('UPSTREAM_UNAVAILABLE', 'GET referrers: 424');
  };
  Object.assign(ports, { referrers: 'warmed' });
  expect(await pass(60)).toMatchObject({ phase: 'proven' });
  expect(asked).toContain('referrers');
});

test('signatures are warmed when the setting asks for it, and left alone when not', async () => {
  for (const referrers of ['warmed', 'left'] as const) {
    const { registry, mar, ports, clock, pass } = arrange();
    const signature = mar.sign(coredns.repository, stateOf().digest);
    Object.assign(ports, { referrers });
    const { cachedRepository } = await pass(60);
    clock.advance(60);
    expect(registry.holds(cachedRepository, signature)).toBe(referrers === 'warmed');
  }
});

test('a HEAD that answers 200 proves nothing while the manifest is upstream (acr#862)', async () => {
  const { registry, pass } = arrange({ phase: 'waiting', attempts: 1 });
  expect(await registry.head(stateOf().cachedRepository, coredns.tag)).toMatchObject({ digest: stateOf().digest });
  expect(await pass(30)).toMatchObject({ phase: 'waiting', reason: '3 of 3 manifests not cached yet' });
});

test('background caching that fails in silence is started again by the 4th look', async () => {
  const { registry, pass } = arrange();
  registry.cachingSeconds = () => Number.POSITIVE_INFINITY;
  expect(await pass(minutes(1))).toMatchObject({ phase: 'waiting' });
  registry.evict(stateOf().cachedRepository);
  registry.cachingSeconds = () => 5;
  expect(await pass(minutes(30))).toMatchObject({ phase: 'proven' });
});

test('a tag that moved at MAR while the registry lies for five minutes (acr#860) is waited for, never failed, then proven at the new digest', async () => {
  const { registry, mar, clock, ports, pass } = arrange();
  await registry.get(stateOf().cachedRepository, coredns.tag);
  clock.advance(10);
  const moved = mar.put(coredns.repository, coredns.tag, 'rebuilt');
  const { states } = ports;
  await states.save([{ state: stateOf(coredns, { digest: moved.digest, children: moved.children }), etag: undefined }]);
  await ports.warmQueue.enqueue([taskOf(stateOf())], 0);
  expect(await pass(minutes(4))).toMatchObject({
    phase: 'planned',
    reason: expect.stringContaining('older digest') as string,
  });
  expect(await pass(minutes(2))).toMatchObject({ phase: 'proven', digest: moved.digest });
});

test('a cached repository that was deleted (acr#765) is asked for again, never called proven, and told with its cure in the end', async () => {
  const { registry, clock, ports, warmQueue, pass, current } = arrange();
  const proven = await pass(60);
  expect(proven.phase).toBe('proven');
  registry.fault = failing('MANIFEST_UNKNOWN', 'HEAD x: 404');
  clock.advance(3600);
  await warmQueue.enqueue([taskOf(proven)], 0);
  expect(await pass(30)).toMatchObject({ phase: 'planned', failureClass: 'registry-down' });
  await pass(minutes(30));
  expect(await current()).toMatchObject({ phase: 'failed', reason: expect.stringContaining('acr#765') as string });
  expect(ports.memory.wasFound(`${proven.registry}/${proven.cachedRepository}`, digestOf('x'))).toBe(false);
});

test('children that differ by os.version alone are all part of the proof', async () => {
  const { registry, mar, pass } = arrange(pinOf(7));
  const tree = mar.put(coredns.repository, coredns.tag, undefined, 7);
  const state = await pass(minutes(5));
  expect([state.phase, state.children.length]).toEqual(['proven', 7]);
  expect(tree.children.every((child) => registry.holds(state.cachedRepository, child))).toBe(true);
});

test('a layer that is missing although every manifest is cached keeps the artifact unproven, and is pulled through the rule', async () => {
  const { registry, mar, pass } = arrange();
  const [child] = stateOf().children;
  const [, layer] = mar.find(coredns.repository, child ?? '')?.blobs ?? [];
  registry.lostBlobs.add(layer!.digest);
  expect(await pass(60)).toMatchObject({
    phase: 'waiting',
    proof: 'manifests',
    reason: expect.stringContaining('1 of their') as string,
  });
  expect(await pass(minutes(30))).toMatchObject({ phase: 'proven', proof: 'deep' });
  expect(registry.pulledBytes).toBe(layer!.size);
});

test('a push or import under a rule is blocked (acr#845): there the strategy is never import, whoever asks for it', () => {
  const acr = registryOf('acr', [newLayout]);
  expect(strategyFor(acr, 'mcr.microsoft.com', coredns.repository, 'auto')).toMatchObject({ strategy: 'pull-through' });
  expect(strategyFor(acr, 'mcr.microsoft.com', coredns.repository, 'import')).toMatchObject({
    refused: expect.stringContaining('blocks imports') as string,
  });
});

test('an import names the digest, as by tag it can race into "manifest unknown" (azure-cli#29974), and is verified afterwards', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  const state = await pass(60);
  expect(state).toMatchObject({ phase: 'proven', proof: 'deep' });
  expect(imports.started).toEqual([
    { repository: coredns.repository, digest: state.digest, target: `${state.cachedRepository}:${coredns.tag}` },
  ]);
});

test('what is in the registry already is not imported', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  registry.land(stateOf().cachedRepository, coredns.tag, stateOf().digest);
  expect(await pass(10)).toMatchObject({ phase: 'proven' });
  expect(imports.started).toEqual([]);
});

test('an import stuck in Running (acr#617) is given up after a quarter of an hour and started anew', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.runsSeconds = () => (imports.started.length > 1 ? 5 : Number.POSITIVE_INFINITY);
  expect(await pass(minutes(14))).toMatchObject({ phase: 'waiting', importTries: 1 });
  expect(await pass(minutes(15))).toMatchObject({ phase: 'proven' });
  expect(imports.started).toHaveLength(2);
});

test('an import that answers 200 with status Failed looks ended: the registry is looked at, and it is started anew', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.delivers = () => imports.started.length > 2;
  expect(await pass(30)).toMatchObject({
    phase: 'planned',
    reason: expect.stringContaining('not in the registry') as string,
  });
  expect(await pass(minutes(20))).toMatchObject({ phase: 'proven' });
  expect(imports.started).toHaveLength(3);
});

test('an import that never delivers ends as failed with the reason, after five tries', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.delivers = () => false;
  expect(await pass(minutes(120))).toMatchObject({
    phase: 'failed',
    reason: expect.stringContaining('IMPORT_FAILED') as string,
  });
  expect(imports.started).toHaveLength(5);
});

test('BadRequest that wraps a throttling error (docker-tools PR#1062) is throttling: looked at first, then started anew', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.fault = (call) => {
    if (call === 'resume' && imports.started.length === 1)
      throw new SyncError('ARM_THROTTLED', 'BadRequest: TooManyRequests');
  };
  expect(await pass(15)).toMatchObject({ failureClass: 'throttled' });
  expect(await pass(minutes(5))).toMatchObject({ phase: 'proven' });
});

test('an index of more than 50 manifests is refused with the number, before ARM is asked', async () => {
  const { imports, registry, mar, pass } = arrange({ ...asImport, ...pinOf(60) });
  mar.put(coredns.repository, coredns.tag, undefined, 60);
  registry.covers = () => false;
  expect(await pass(10)).toMatchObject({
    phase: 'failed',
    failureClass: 'permanent',
    reason: expect.stringContaining('61 manifests') as string,
  });
  expect(imports.started).toEqual([]);
});

test('token requests are throttled, too: their 429 is the artifact waiting, not failing', async () => {
  const { registry, pass } = arrange();
  registry.fault = failing('REGISTRY_THROTTLED', 'POST /oauth2/token: 429', 5);
  expect(await pass(8)).toMatchObject({ phase: 'planned', failureClass: 'throttled' });
  registry.fault = () => undefined;
  expect(await pass(60)).toMatchObject({ phase: 'proven' });
});

test('an image of many layers is proven in several messages, none of which asks for more than 200', async () => {
  const { registry, mar, ports, pass } = arrange(pinOf(150));
  mar.put(coredns.repository, coredns.tag, undefined, 150);
  const state = await pass(0);
  expect(state.phase).toBe('waiting');
  await pass(11);
  expect(await pass(1)).toMatchObject({ phase: 'proven', proof: 'deep' });
  expect(registry.blobRequests).toBe(300);
  expect(ports.memory.blobsOf(state.digest)).toEqual([]);
});

test('a cache without rules is filled by pulling every blob, and one that is damaged there is no proof', async () => {
  const { mar: cache, ports, pass } = arrange({ strategy: 'pull-blobs', cachedRepository: coredns.repository });
  Object.assign(ports, { registry: () => cache });
  const pulled: string[] = [];
  const [child] = stateOf().children;
  const [, layer] = cache.find(coredns.repository, child ?? '')?.blobs ?? [];
  cache.fault = (_repository, reference) => {
    pulled.push(reference);
    if (reference === layer?.digest) throw new SyncError('DIGEST_MISMATCH', 'GET blob: other bytes');
  };
  expect(await pass(8)).toMatchObject({ phase: 'planned', reason: expect.stringContaining('other bytes') as string });
  cache.fault = (_repository, reference) => void pulled.push(reference);
  expect(await pass(30)).toMatchObject({ phase: 'proven', proof: 'deep' });
  expect(pulled.filter((reference) => reference === layer?.digest)).toHaveLength(2);
});

function pinOf(childCount: number): Pick<ArtifactState, 'children'> {
  const content = `${coredns.repository}:${coredns.tag}`;
  return { children: Array.from({ length: childCount }, (_unused, index) => digestOf(`${content}/${index}`)) };
}
