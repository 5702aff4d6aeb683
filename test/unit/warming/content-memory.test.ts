import { coredns } from '../../support/builders.js';
import { taskOf } from '../../../shared/warming/advance.js';
import { ContentMemory } from '../../../shared/warming/content-memory.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';
import { arrange } from '../../support/warming/one-artifact.js';

type Arranged = ReturnType<typeof arrange>;

/** Somebody deletes the repository; its manifests come back when they are asked for, their layers do not. */
function loseRepository({ registry, mar }: Arranged, { cachedRepository, children }: ArtifactState): void {
  registry.evict(cachedRepository);
  const trees = children.map((child) => mar.find(coredns.repository, child));
  for (const tree of trees) for (const { digest } of tree?.blobs ?? []) registry.lostBlobs.add(digest);
}

test('layers that were found before their repository was deleted are looked for again', async () => {
  const one = arrange();
  const proven = await one.pass(60);
  expect(proven).toMatchObject({ phase: 'proven', proof: 'deep' });
  loseRepository(one, proven);
  await one.warmQueue.enqueue([taskOf(proven)], 0);
  const after = await one.pass(120);
  const [child = proven.digest] = proven.children;
  expect(one.registry.holds(proven.cachedRepository, child)).toBe(true);
  expect(one.registry.holdsBlobs(proven.cachedRepository, child)).toBe(false);
  expect(after.phase).not.toBe('proven');
});

test('layers found in a registry prove nothing of another one that took its name', async () => {
  const one = arrange();
  const proven = await one.pass(60);
  loseRepository(one, proven);
  const { provenAt: _provenAt, proof: _proof, ...rest } = proven;
  const again: ArtifactState = {
    ...rest,
    phase: 'planned',
    step: proven.step + 1,
    incarnation: '2026-09-01T08:01:00Z',
  };
  const stored = await one.ports.states.get(proven.registry, coredns);
  await one.ports.states.save([{ state: again, etag: stored?.etag }]);
  await one.warmQueue.enqueue([taskOf(again)], 0);
  expect((await one.pass(120)).phase).not.toBe('proven');
});

test('what was found is remembered for a minute: another instance may have seen it go since', () => {
  const clock = new FakeClock();
  const memory = new ContentMemory(clock.now);
  memory.found('here', digestOf('a layer'));
  clock.advance(59);
  expect(memory.wasFound('here', digestOf('a layer'))).toBe(true);
  clock.advance(2);
  expect(memory.wasFound('here', digestOf('a layer'))).toBe(false);
});
