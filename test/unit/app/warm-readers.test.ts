import { PlacedReader } from '../../../shared/app/warm-readers.js';
import { SyncError } from '../../../shared/model/errors.js';
import type { ContentReader } from '../../../shared/warming/ports.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const blob = { digest: digestOf('layer'), size: 10 };

/** A registry whose blobs hang in some repositories, until somebody gives up on them. */
function arrange(...hanging: readonly string[]) {
  const begun: string[] = [];
  const hung = new Map<string, () => void>();
  let atOnce = 0;
  let mostAtOnce = 0;
  const pullBlob = async (repository: string): Promise<void> => {
    begun.push(repository);
    mostAtOnce = Math.max(mostAtOnce, (atOnce += 1));
    const hangs = hanging.includes(repository);
    await (hangs ? new Promise<void>((giveUp) => hung.set(repository, giveUp)) : aTurn());
    atOnce -= 1;
    if (hangs) throw new SyncError('REGISTRY_UNAVAILABLE', 'the body stands still');
  };
  const pulled = { bytes: 0 };
  const reader = new PlacedReader({ pullBlob } as unknown as ContentReader, '', 8, pulled);
  const pull = (...repositories: readonly string[]) =>
    Promise.allSettled(repositories.map((repository) => reader.pullBlob(repository, blob)));
  const untilBegun = async (count: number): Promise<void> => {
    while (begun.length < count) await aTurn();
  };
  const giveUpOn = (repository: string): void => hung.get(repository)?.();
  return { pull, begun, pulled, mostAtOnce: () => mostAtOnce, untilBegun, giveUpOn };
}

function aTurn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

test('repositories that share a blob pull it one after the other', async () => {
  const { pull, begun, pulled, mostAtOnce } = arrange();
  await pull('a', 'b', 'c');
  expect([begun, mostAtOnce(), pulled.bytes]).toEqual([['a', 'b', 'c'], 1, 30]);
});

test('a blob that hangs in one repository holds the others that share it once, whatever it does in them', async () => {
  const { pull, begun, pulled, mostAtOnce, untilBegun, giveUpOn } = arrange('a', 'b', 'c', 'd');
  const all = pull('a', 'b', 'c', 'd', 'e');
  await untilBegun(1);
  giveUpOn('a');
  // While all of them hang.
  await untilBegun(5);
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (const repository of ['b', 'c', 'd']) giveUpOn(repository);
  const results = await all;
  expect(results.map(({ status }) => status)).toEqual([...Array.from({ length: 4 }, () => 'rejected'), 'fulfilled']);
  expect([mostAtOnce(), pulled.bytes]).toEqual([4, 10]);
});

test('who comes when all that hung is over takes turns again', async () => {
  const { pull, mostAtOnce, untilBegun, giveUpOn } = arrange('a');
  const first = pull('a');
  await untilBegun(1);
  giveUpOn('a');
  await first;
  await pull('b', 'c');
  expect(mostAtOnce()).toBe(1);
});
