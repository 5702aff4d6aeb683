import { setTimeout as delay } from 'node:timers/promises';
import { artifactName } from '../../shared/model/artifact.js';
import type { ArtifactStates, RecentStates } from '../../shared/warming/ports.js';
import type { ArtifactState } from '../../shared/warming/state.js';
import { before, coredns, minutes, pause, provenState, stateOf } from '../support/builders.js';
import { digestOf } from '../support/fakes/fake-manifests.js';

/** What every store of artifact states does. @param open an empty store */
export function artifactStatesContract(open: () => Promise<ArtifactStates>): void {
  let states: ArtifactStates;
  beforeEach(async () => {
    states = await open();
  });
  const { registry } = stateOf();
  const etagOf = async (artifact = coredns) => (await states.get(registry, artifact))?.etag;
  const many = (count: number) =>
    Array.from({ length: count }, (_unused, index) => stateOf({ repository: 'oss/many', tag: `v${index}` }));

  test('gives back what was written, every field', async () => {
    const full = provenState(coredns, {
      reason: 'an "odd" reason: 100 % <ä>',
      attempts: 7,
      provenAt: before(minutes(3)),
      neededBy: before(-minutes(90)),
      deepAt: before(minutes(4)),
    });
    const importing = stateOf(
      { ...pause, tag: '3.11' },
      {
        ...{ strategy: 'import', phase: 'waiting', failures: 3, failureClass: 'throttled', proof: 'manifests' },
        ...{ blobsDone: 200, importTries: 2, imports: { token: '{"a":"ä"}', startedAt: before(minutes(9)) } },
      },
    );
    await states.save([{ state: importing, etag: undefined }]);
    expect((await states.get(registry, importing))?.state).toEqual(importing);
    const bare = stateOf(pause, { children: [] });
    expect(await states.save([full, bare].map((state) => ({ state, etag: undefined })))).toEqual([]);
    expect((await states.get(registry, coredns))?.state).toEqual(full);
    expect((await states.get(registry, pause))?.state).toEqual(bare);
    const listed = await states.list(registry);
    expect([...listed.keys()].sort()).toEqual([coredns, pause, importing].map(artifactName).sort());
    expect(listed.get(artifactName(coredns))).toEqual(await states.get(registry, coredns));
  });

  test('knows nothing of what was never written, nor of other registries', async () => {
    await states.save([{ state: stateOf(), etag: undefined }]);
    expect(await states.get(registry, pause)).toBeUndefined();
    expect(await states.get(`${registry}2`, coredns)).toBeUndefined();
    expect([...(await states.list(`${registry}2`)).keys()]).toEqual([]);
  });

  test('creates a record once: the second loses and changes nothing', async () => {
    await states.save([{ state: stateOf(), etag: undefined }]);
    expect(await states.save([{ state: stateOf(coredns, { step: 9 }), etag: undefined }])).toEqual([
      artifactName(coredns),
    ]);
    expect((await states.get(registry, coredns))?.state.step).toBe(0);
  });

  test('replaces only the version that was read', async () => {
    await states.save([{ state: provenState(coredns, { reason: 'x' }), etag: undefined }]);
    const etag = await etagOf();
    expect(await states.save([{ state: stateOf(coredns, { step: 1 }), etag }])).toEqual([]);
    expect(await states.save([{ state: stateOf(coredns, { step: 2 }), etag }])).toEqual([artifactName(coredns)]);
    expect((await states.get(registry, coredns))?.state).toEqual(stateOf(coredns, { step: 1 }));
  });

  test('does not bring back what is gone', async () => {
    await states.save([{ state: stateOf(), etag: undefined }]);
    const etag = await etagOf();
    expect(await states.save([{ state: stateOf(pause), etag }])).toEqual([artifactName(pause)]);
    expect(await states.get(registry, pause)).toBeUndefined();
  });

  test('in a batch, what is in order is written and only the rest is lost', async () => {
    await states.save([coredns, pause].map((artifact) => ({ state: stateOf(artifact), etag: undefined })));
    const [stale, current] = [await etagOf(), await etagOf(pause)];
    await states.save([{ state: stateOf(coredns, { step: 1 }), etag: stale }]);
    const [fresh, other] = many(2);
    if (!fresh || !other) throw new Error('there should be two');
    const lost = await states.save([
      { state: stateOf(coredns, { step: 2 }), etag: stale },
      { state: stateOf(pause, { step: 2 }), etag: current },
      { state: fresh, etag: undefined },
      { state: other, etag: current },
    ]);
    expect([...lost].sort()).toEqual([artifactName(coredns), artifactName(other)].sort());
    expect((await states.get(registry, coredns))?.state.step).toBe(1);
    expect((await states.get(registry, pause))?.state.step).toBe(2);
    expect((await states.get(registry, fresh))?.state).toEqual(fresh);
  });

  test('writes and lists more than a batch and a page of it, of several registries at once', async () => {
    const here = many(230);
    const there = many(3).map((state) => ({ ...state, registry: `${registry}2` }));
    expect(await states.save([...here, ...there].map((state) => ({ state, etag: undefined })))).toEqual([]);
    expect([(await states.list(registry)).size, (await states.list(`${registry}2`)).size]).toEqual([230, 3]);
  });

  test('holds the largest index that is read', async () => {
    const children = Array.from({ length: 400 }, (_unused, index) => digestOf(String(index)));
    await states.save([{ state: stateOf(coredns, { children }), etag: undefined }]);
    expect((await states.get(registry, coredns))?.state.children).toEqual(children);
  });

  test('nothing to write is nothing lost', async () => {
    expect(await states.save([])).toEqual([]);
  });
}

/** What a store does beyond that from which answers are remembered. @param open an empty store */
export function recentStatesContract(open: () => Promise<RecentStates>): void {
  test('tells what was written since a moment, created or replaced, alone or in a batch, of one registry', async () => {
    const states = await open();
    const save = async (...changed: readonly ArtifactState[]): Promise<void> => {
      const etags = await states.list(stateOf().registry);
      const lost = await states.save(changed.map((state) => ({ state, etag: etags.get(artifactName(state))?.etag })));
      expect(lost).toEqual([]);
    };
    const { registry } = stateOf();
    await save(stateOf(coredns), stateOf(pause));
    const since = await nextMillisecond();
    expect(await states.listSince(registry, since)).toEqual(new Map());
    const [fresh, alone] = [stateOf({ ...pause, tag: '4' }), stateOf({ ...pause, tag: '5' })];
    await save(stateOf(pause, { step: 1 }), fresh);
    await save(alone);
    await states.save([{ state: { ...stateOf(coredns), registry: `${registry}2` }, etag: undefined }]);
    const written = await states.listSince(registry, since);
    expect([...written.keys()].sort()).toEqual([pause, fresh, alone].map(artifactName).sort());
    for (const [name, stored] of written) expect((await states.list(registry)).get(name)).toEqual(stored);
  });
}

/** Stores tell times to the millisecond. */
async function nextMillisecond(): Promise<Date> {
  await delay(2);
  return new Date();
}
