import { createHash } from 'node:crypto';
import { runWarm, type WarmOrder, type WarmProgress, type WarmRunPorts } from '../../../shared/app/warm-run.js';
import { WarmTimeline } from '../../../shared/app/warm-timeline.js';
import { artifactName, type Requirement } from '../../../shared/model/artifact.js';
import { SyncError } from '../../../shared/model/errors.js';
import { ContentMemory } from '../../../shared/warming/content-memory.js';
import { outagePolicy } from '../../../shared/warming/outage.js';
import { Outages } from '../../../shared/warming/outages.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { unlimitedBudgets as open } from '../../support/fakes/fake-imports.js';
import { FakeMar } from '../../support/fakes/fake-manifests.js';
import { FakeCachingRegistry } from '../../support/fakes/fake-registry.js';
import { MemoryArtifactStates } from '../../support/fakes/memory-artifact-states.js';
import { memoryOutagePorts } from '../../support/fakes/memory-outages.js';

const key = 'contoso.azurecr.io/';
const prefix = 'aks-managed-repository/';
const rule = { name: 'aks', sourceRepository: 'mcr.microsoft.com/*', targetRepository: `${prefix}*` };
const registry = {
  resource: { id: key, key, subscriptionId: '', resourceGroup: '', type: '', name: 'contoso' },
  ...{ loginServer: 'contoso.azurecr.io', createdAt: '', cacheRules: [rule] },
};

function artifactsOf(count: number): readonly Requirement[] {
  return Array.from({ length: count }, (_unused, index) => ({
    ...{ kind: 'image', repository: `oss/v2/one-${index}`, tag: 'v1', platforms: [], because: [] },
  }));
}

/** A registry, what it caches, and runs against it whose delays pass at once. */
function arrange(count = 3) {
  const clock = new FakeClock();
  const mar = new FakeMar();
  const artifacts = artifactsOf(count);
  for (const { repository, tag } of artifacts) mar.put(repository, tag);
  const cache = new FakeCachingRegistry(mar, clock);
  const states = new MemoryArtifactStates();
  const now = () => clock.now();
  const told: WarmProgress[] = [];
  const timer = (callback: () => void, milliseconds: number) => {
    const immediate = setImmediate(() => {
      clock.advance(milliseconds / 1000);
      callback();
    });
    return () => clearImmediate(immediate);
  };
  const ports = (): WarmRunPorts => ({
    ...{ states, timeline: new WarmTimeline(timer), registry: () => cache, upstream: mar },
    ...{ memory: new ContentMemory(now), proofLevel: 'deep', referrers: 'left', now, pace: { verifyDelaySeconds: 2 } },
    ...{ budgets: open, waitingBudgets: open },
    imports: { start: () => Promise.reject(refused), resume: () => Promise.reject(refused) },
    outages: new Outages(memoryOutagePorts(), now, { ...outagePolicy, failuresForOutage: Infinity }),
    tell: (progress) => void told.push(progress),
    stop: new AbortController().signal,
  });
  const order: WarmOrder = {
    ...{ artifacts, registry, marHost: 'mcr.microsoft.com', strategy: 'auto', proofLevel: 'deep' },
    ...{ concurrency: 4, mostFailures: 3 },
  };
  const run = (changes: Partial<WarmOrder> = {}, more: Partial<WarmRunPorts> = {}) =>
    runWarm({ ...order, ...changes }, { ...ports(), ...more });
  return { artifacts, mar, cache, states, run, told, clock };
}

const refused = new SyncError('IMPORT_REFUSED', 'no ARM here');

test('warms everything through the cache rule, and tells how far it is', async () => {
  const { run, told, cache } = arrange();
  expect(await run()).toMatchObject({ required: 3, proven: 3, failed: [], waiting: [], isStopped: false });
  expect(told[0]).toMatchObject({ proven: 0, waiting: [{}, {}, {}] });
  expect(told.at(-1)).toMatchObject({ proven: 3, waiting: [] });
  expect(cache.pulledBytes).toBe(0);
});

test('a second run looks once at each artifact, and asks MAR for nothing', async () => {
  const { run, cache, mar } = arrange();
  await run();
  const before = { cache: cache.requests, mar: mar.requests };
  expect(await run()).toMatchObject({ proven: 3 });
  expect([cache.requests - before.cache, mar.requests - before.mar]).toEqual([3, 0]);
});

test('a cache without rules is pulled through whole, every blob once', async () => {
  const { run, cache, artifacts } = arrange();
  const plain = { ...registry, cacheRules: [{ ...rule, targetRepository: `${prefix}*` }] };
  expect(await run({ registry: plain, strategy: 'pull-blobs' })).toMatchObject({ proven: 3 });
  expect(cache.pulledBytes).toBe(artifacts.length * 2 * 5100);
  const before = cache.pulledBytes;
  expect(await run({ registry: plain, strategy: 'pull-blobs' })).toMatchObject({ proven: 3 });
  expect(cache.pulledBytes).toBe(before);
});

test('what MAR lacks fails alone, by its name', async () => {
  const { run, mar } = arrange();
  mar.remove('oss/v2/one-1', 'v1');
  expect(await run()).toMatchObject({
    proven: 2,
    failed: [{ repository: 'oss/v2/one-1', tag: 'v1', reason: expect.stringMatching(/^MANIFEST_UNKNOWN: /) as string }],
  });
});

test('what keeps failing is left alone after as many tries as allowed, with the reason', async () => {
  const { run, cache } = arrange();
  let asked = 0;
  cache.fault = (repository) => {
    if (!repository.endsWith('one-0')) return;
    asked += 1;
    throw new SyncError('REGISTRY_UNAVAILABLE', 'connection refused');
  };
  expect(await run({ mostFailures: 2 })).toMatchObject({
    proven: 2,
    failed: [{ repository: 'oss/v2/one-0', reason: 'REGISTRY_UNAVAILABLE: connection refused' }],
  });
  expect(asked).toBe(2);
});

test('a run that was stopped leaves the rest to the next one', async () => {
  const { run, cache } = arrange(6);
  const stop = new AbortController();
  let asked = 0;
  cache.fault = () => {
    asked += 1;
    if (asked === 8) stop.abort();
  };
  const stopped = await run({ concurrency: 1 }, { stop: stop.signal });
  expect(stopped.isStopped).toBe(true);
  expect(stopped.proven + stopped.waiting.length).toBe(6);
  expect(await run()).toMatchObject({ proven: 6, isStopped: false });
});

test('while MAR is away, earlier digests are proven again, and the rest goes by what the registry names', async () => {
  const { run, mar, artifacts, clock } = arrange(4);
  await run({ artifacts: artifacts.slice(0, 2) });
  clock.advance(3600);
  const get = mar.get.bind(mar);
  const away = {
    head: get,
    tags: mar.tags.bind(mar),
    get: () => Promise.reject(new SyncError('REGISTRY_UNAVAILABLE', 'away')),
  };
  const ended = await run({}, { upstream: away });
  expect(ended).toMatchObject({ proven: 4, failed: [], pinnedBy: { kind: 'earlier' } });
});

test('without a rule and with pull-through asked for, an artifact fails for good', async () => {
  const { run } = arrange(1);
  const bare = { ...registry, cacheRules: [] };
  const [failed] = (await run({ registry: bare, strategy: 'pull-through' })).failed;
  expect(failed?.reason).toMatch(/^CACHE_RULE_MISSING: no cache rule/);
});

test.each([
  ['whose rule keeps things elsewhere now', { cacheRules: [{ ...rule, targetRepository: '/*' }] }],
  ['that was created anew', { createdAt: '2026-11-01T00:00:00.000Z' }],
])('of a registry %s nothing stands that an earlier run proved', async (_what, changes) => {
  const { run } = arrange();
  await run();
  const moved = { ...registry, ...changes };
  const ended = await run({ registry: moved }, { stop: AbortSignal.abort() });
  expect(ended).toMatchObject({ proven: 0, renewed: 0, waiting: [{}, {}, {}] });
});

test('a proof that no longer holds is looked into by the engine, and made again', async () => {
  const { run, mar, states } = arrange(1);
  await run();
  mar.put('oss/v2/one-0', 'v1', 'rebuilt');
  const [known] = [...(await states.list(key)).values()];
  const digest = `sha256:${createHash('sha256').update('rebuilt').digest('hex')}`;
  if (!known) throw new Error('no state');
  await states.save([{ state: { ...known.state, pinnedAt: new Date(0) }, etag: known.etag }]);
  expect(await run()).toMatchObject({ proven: 1 });
  const after = await states.get(key, { repository: 'oss/v2/one-0', tag: 'v1' });
  expect([after?.state.digest, artifactName(after?.state ?? { repository: '', tag: '' })]).toEqual([
    digest,
    'oss/v2/one-0:v1',
  ]);
});

test('a pause that MAR asks for is waited for, and MAR names the digests all the same', async () => {
  const { run, mar } = arrange(2);
  let asked = 0;
  const get = (...what: Parameters<typeof mar.get>) => {
    asked += 1;
    if (asked > 2) return mar.get(...what);
    return Promise.reject(new SyncError('REGISTRY_THROTTLED', 'later', { retryAfterSeconds: 1 }));
  };
  const patient = { get, head: mar.head.bind(mar), tags: mar.tags.bind(mar) };
  expect(await run({}, { upstream: patient })).toMatchObject({ proven: 2, pinnedBy: { kind: 'upstream' } });
});

test('a registry that throttles is no failure of an artifact, however often it does', async () => {
  const { run, cache } = arrange(1);
  let asked = 0;
  cache.fault = () => {
    asked += 1;
    if (asked <= 6) throw new SyncError('REGISTRY_THROTTLED', 'later', { retryAfterSeconds: 1 });
  };
  expect(await run({ mostFailures: 2 })).toMatchObject({ proven: 1, failed: [] });
});
