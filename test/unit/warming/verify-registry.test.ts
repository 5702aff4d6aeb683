import { SyncError } from '../../../shared/model/errors.js';
import { artifactName, type ArtifactRef } from '../../../shared/model/artifact.js';
import { effectiveProvenAt } from '../../../shared/warming/registry-proof.js';
import { verifyRegistry } from '../../../shared/warming/verify-registry.js';
import { stateOf } from '../../support/builders.js';
import type { FakeSubscription } from '../../support/fakes/fake-subscription.js';
import { MortalWorkers } from '../../support/fakes/mortal-workers.js';
import {
  artifactsOf,
  finishRound,
  indexRegistry,
  registryKey,
  roundTask,
  verifyPorts,
  warmRegistry,
} from '../../support/warm-registry.js';

const artifacts = artifactsOf(6);
const [first = stateOf()] = artifacts;

async function stateIn(azure: FakeSubscription, artifact: ArtifactRef = first) {
  const stored = await azure.states.get(registryKey, artifact);
  return stored?.state ?? stateOf(artifact);
}

async function provenTimes(azure: FakeSubscription): Promise<ReadonlyMap<string, Date | undefined>> {
  const known = await azure.registryProofs.get(registryKey);
  const states = await azure.states.list(registryKey);
  return new Map([...states].map(([name, { state }]) => [name, effectiveProvenAt(state, known?.proof)]));
}

test('proves an unchanged set again with one request a repository and one record', async () => {
  const { azure, cache } = await warmRegistry(artifacts);
  const before = await azure.states.list(registryKey);
  expect(await finishRound(azure)).toEqual(['verified']);
  expect([azure.storedManifests.requests, cache.requests, azure.registryProofs.writes]).toEqual([3, 0, 1]);
  expect(await azure.states.list(registryKey)).toEqual(before);
  expect(new Set((await provenTimes(azure)).values())).toEqual(new Set([azure.clock.now()]));
});

test('is done at once when somebody has just done it', async () => {
  const { azure } = await warmRegistry(artifacts);
  await finishRound(azure);
  expect(await finishRound(azure)).toEqual(['fresh']);
  expect(azure.storedManifests.requests).toBe(3);
});

test('leaves what was proven after it began to its own proof', async () => {
  const { azure } = await warmRegistry(artifacts, 0.05);
  expect(await finishRound(azure)).toEqual(['verified']);
  expect(azure.storedManifests.requests).toBe(0);
  expect((await provenTimes(azure)).get(artifactName(first))).toEqual((await stateIn(azure)).provenAt);
});

test('takes the proof of a repository that was deleted, plans it again, and says why', async () => {
  const { azure, cache } = await warmRegistry(artifacts);
  const { cachedRepository } = await stateIn(azure);
  cache.evict(cachedRepository);
  expect(await finishRound(azure)).toEqual(['verified']);
  expect(await stateIn(azure)).toMatchObject({
    phase: 'planned',
    step: 4,
    attempts: 0,
    reason: `the registry has no repository ${cachedRepository} any more`,
  });
  expect(await stateIn(azure)).not.toHaveProperty('provenAt');
  expect(azure.warmQueue.messages).toEqual([
    { registry: registryKey, ...first, step: 4 },
    { registry: registryKey, ...artifacts[1], step: 4 },
  ]);
  await azure.drain();
  azure.clock.advance(10);
  await azure.drain();
  expect(await stateIn(azure)).toMatchObject({ phase: 'proven', provenAt: azure.clock.now() });
});

test.each([
  [
    'a tag that names something else',
    { digest: stateOf({ repository: 'x', tag: 'y' }).digest },
    /^the tag names sha256:/,
  ],
  ['a tag that is gone', { tag: 'v0' }, 'the registry has the tag no more'],
  [
    'a child that is gone',
    { children: [stateOf({ repository: 'x', tag: 'y' }).digest] },
    '1 of 2 manifests are not in the registry any more',
  ],
])('takes the proof of %s', async (_sentence, changes, reason) => {
  const { azure } = await warmRegistry(artifacts);
  const { state, etag } = (await azure.states.get(registryKey, first)) ?? { state: stateOf(), etag: undefined };
  const changed = { ...state, ...changes };
  await azure.states.save([{ state: changed, etag: 'tag' in changes ? undefined : etag }]);
  await finishRound(azure);
  expect(await stateIn(azure, changed)).toMatchObject({
    phase: 'planned',
    reason: typeof reason === 'string' ? reason : (expect.stringMatching(reason) as string),
  });
});

test('goes on where it stopped when the registry throttles, after the time that it asks for', async () => {
  const { azure } = await warmRegistry(artifacts);
  const start = azure.clock.now();
  azure.storedManifests.fault = (repository) => {
    azure.storedManifests.fault = () => undefined;
    if (repository) throw new SyncError('REGISTRY_THROTTLED', '429', { retryAfterSeconds: 77 });
  };
  expect(await finishRound(azure)).toEqual(['goes-on', 'verified']);
  expect(azure.clock.now().getTime() - start.getTime()).toBe(77_000);
  expect((await azure.registryProofs.get(registryKey))?.proof).toMatchObject({ startedAt: start, verifiedAt: start });
});

test('asks nobody twice for what it has seen', async () => {
  const { azure } = await warmRegistry(artifacts);
  let asked = 0;
  azure.storedManifests.fault = () => {
    asked += 1;
    if (asked === 3) throw new SyncError('REGISTRY_UNAVAILABLE', '503');
  };
  expect(await finishRound(azure)).toEqual(['goes-on', 'verified']);
  expect(asked).toBe(4);
});

test('gives up without a record when the registry answers nothing, and proofs age', async () => {
  const { azure } = await warmRegistry(artifacts);
  azure.storedManifests.fault = () => {
    throw new SyncError('REGISTRY_UNAVAILABLE', '503');
  };
  expect(await finishRound(azure)).toEqual(['goes-on', 'goes-on', 'goes-on', 'given-up']);
  expect(await azure.registryProofs.get(registryKey)).toBeUndefined();
  expect((await provenTimes(azure)).get(artifactName(first))).toEqual((await stateIn(azure)).provenAt);
});

test('a registry without a list is asked by one HEAD an artifact', async () => {
  const { azure, cache } = await warmRegistry(artifacts);
  azure.storedManifests.fault = () => {
    throw new SyncError('REGISTRY_FORBIDDEN', '403');
  };
  cache.evict((await stateIn(azure)).cachedRepository);
  expect(await finishRound(azure)).toEqual(['verified']);
  expect(cache.requests).toBe(artifacts.length);
  expect((await azure.registryProofs.get(registryKey))?.proof.evidence).toBe('heads');
  expect(await stateIn(azure)).toMatchObject({
    phase: 'planned',
    reason: 'the registry serves it from upstream again',
  });
});

test('a list that is refused all of a sudden is waited for: HEADs would not vouch for children', async () => {
  const { azure } = await warmRegistry(artifacts);
  await finishRound(azure);
  const known = await azure.registryProofs.get(registryKey);
  azure.clock.advance(4 * 3600);
  azure.storedManifests.fault = () => {
    throw new SyncError('REGISTRY_FORBIDDEN', '403');
  };
  expect((await finishRound(azure)).at(-1)).toBe('given-up');
  expect(await azure.registryProofs.get(registryKey)).toEqual(known);
});

test('a registry that is empty all of a sudden loses every proof', async () => {
  const { azure, cache } = await warmRegistry(artifacts);
  await finishRound(azure);
  azure.clock.advance(4 * 3600);
  for (const artifact of artifacts) cache.evict((await stateIn(azure, artifact)).cachedRepository);
  await finishRound(azure);
  expect([...(await provenTimes(azure)).values()].every((time) => time === undefined)).toBe(true);
});

test('a registry of many repositories is worked off by several messages, as of the first', async () => {
  const { azure } = await warmRegistry(artifactsOf(450, 1));
  const start = azure.clock.now();
  expect(await finishRound(azure)).toEqual(['goes-on', 'goes-on', 'verified']);
  expect(azure.storedManifests.requests).toBe(450);
  expect((await azure.registryProofs.get(registryKey))?.proof.verifiedAt).toEqual(start);
});

test('a message that comes back for a round that is over does not replace a later record', async () => {
  const { azure } = await warmRegistry(artifactsOf(201, 1));
  expect(await verifyRegistry(roundTask, verifyPorts(azure))).toBe('goes-on');
  const [left] = azure.gateQueue.messages;
  azure.clock.advance(3600);
  await finishRound(azure);
  const newest = await azure.registryProofs.get(registryKey);
  if (left?.kind !== 'verify-registry') throw new Error('no message');
  expect(await verifyRegistry(left, verifyPorts(azure))).toBe('outdone');
  expect(await azure.registryProofs.get(registryKey)).toEqual(newest);
});

test('an empty registry is left alone', async () => {
  const { azure } = await warmRegistry([]);
  expect(await finishRound(azure)).toEqual(['nothing']);
});

/** A look that failed for now: the record changes, its proof stays. */
async function stumble(azure: FakeSubscription): Promise<void> {
  const stored = await azure.states.get(registryKey, first);
  if (stored) await azure.states.save([{ state: { ...stored.state, step: stored.state.step + 1 }, etag: stored.etag }]);
}

test('a record that changed while the registry was asked loses its proof all the same', async () => {
  const { azure, cache } = await warmRegistry(artifacts);
  cache.evict((await stateIn(azure)).cachedRepository);
  azure.storedManifests.fault = () => void stumble(azure);
  expect(await finishRound(azure)).toEqual(['verified']);
  expect(await stateIn(azure)).toMatchObject({ phase: 'planned' });
});

test('without an end of such changes there is no record', async () => {
  const { azure, cache } = await warmRegistry(artifacts);
  cache.evict((await stateIn(azure)).cachedRepository);
  const save = azure.states.save.bind(azure.states);
  azure.states.save = async (changes) => {
    const stored = await azure.states.get(registryKey, first);
    if (stored) await save([{ state: { ...stored.state, step: stored.state.step + 1 }, etag: stored.etag }]);
    return await save(changes);
  };
  await expect(finishRound(azure)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  expect(await azure.registryProofs.get(registryKey)).toBeUndefined();
});

test('says nothing of what a worker with a slow clock proved while it was under way', async () => {
  const { azure } = await warmRegistry(artifacts);
  const { state, etag } = (await azure.states.get(registryKey, first)) ?? { state: stateOf(), etag: undefined };
  await azure.states.save([{ state: { ...state, phase: 'waiting' }, etag }]);
  const provenAt = new Date(azure.clock.now().getTime() - 290_000);
  azure.storedManifests.fault = () => {
    void azure.states
      .get(registryKey, first)
      .then((now) => azure.states.save([{ state: { ...state, step: 9, provenAt }, etag: now?.etag }]));
  };
  await finishRound(azure);
  expect((await provenTimes(azure)).get(artifactName(first))).toEqual(provenAt);
});

test('a reader that a round overtakes anywhere sees no proof of what is gone', async () => {
  for (let releases = 0; releases <= 4; releases += 1) {
    const { azure, cache } = await warmRegistry(artifacts);
    const { provenAt } = await stateIn(azure);
    const workers = new MortalWorkers();
    const seen: (Date | undefined)[] = [];
    await workers.hire(azure.ports(), async (own) => {
      seen.push((await indexRegistry(registryKey, own)).get(artifactName(first))?.provenAt);
    });
    for (let count = 0; count < releases; count += 1) await workers.release(0);
    cache.evict((await stateIn(azure)).cachedRepository);
    await finishRound(azure);
    while (workers.waiting > 0) await workers.release(0);
    expect([undefined, provenAt]).toContainEqual(seen[0]);
    expect(seen).toHaveLength(1);
  }
});

test('a repository that was deleted and pulled again since its layers were looked for loses its proof, though all manifests are there', async () => {
  const { azure, cache } = await warmRegistry(artifacts);
  const { cachedRepository, digest, children, tag } = await stateIn(azure);
  cache.evict(cachedRepository);
  await cache.get(cachedRepository, tag);
  for (const manifest of [digest, ...children]) await cache.get(cachedRepository, manifest);
  azure.clock.advance(600);
  await finishRound(azure);
  expect(await stateIn(azure)).toMatchObject({
    phase: 'planned',
    reason: expect.stringContaining('pulled again') as string,
  });
  const others = [...(await azure.states.list(registryKey)).values()].filter(({ state }) => state.phase === 'proven');
  expect(others.length).toBeGreaterThan(0);
});
