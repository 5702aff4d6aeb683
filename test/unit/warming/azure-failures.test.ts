import { SyncError, type FailureCode } from '../../../shared/model/errors.js';
import { taskOf } from '../../../shared/warming/advance.js';
import { placeOf } from '../../../shared/warming/content-memory.js';
import type { Budgets } from '../../../shared/warming/ports.js';
import { coredns, stateOf } from '../../support/builders.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';
import { arrange, pinOf } from '../../support/warming/one-artifact.js';

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

test('signatures that find no budget are left: none is asked for, and the proof does not wait', async () => {
  const { registry, mar, ports, pass } = arrange();
  mar.sign(coredns.repository, stateOf().digest);
  const asked: string[] = [];
  registry.fault = (_repository, reference) => void asked.push(reference);
  const take: Budgets['take'] = async ({ operation }) =>
    operation === 'referrers' ? { kind: 'wait', seconds: 3600 } : { kind: 'granted' };
  Object.assign(ports, { referrers: 'warmed', budgets: { ...ports.budgets, take } });
  expect(await pass(60)).toMatchObject({ phase: 'proven' });
  expect(asked).not.toContain('referrers');
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
  expect(ports.memory.wasFound(placeOf(proven), digestOf('x'))).toBe(false);
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
