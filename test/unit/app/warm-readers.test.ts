import { setTimeout as delay } from 'node:timers/promises';
import { PlacedReader } from '../../../shared/app/warm-readers.js';
import { SyncError } from '../../../shared/model/errors.js';
import type { ContentReader } from '../../../shared/warming/ports.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const blob = { digest: digestOf('layer'), size: 10 };

/** A registry whose blobs hang for a time: in the repositories named. */
function arrange(hangMs: Readonly<Record<string, number>>) {
  const begun: string[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const pullBlob = async (repository: string): Promise<void> => {
    begun.push(repository);
    mostAtOnce = Math.max(mostAtOnce, (atOnce += 1));
    await delay(hangMs[repository] ?? 1);
    atOnce -= 1;
    if (hangMs[repository] !== undefined) throw new SyncError('REGISTRY_UNAVAILABLE', 'the body stands still');
  };
  const pulled = { bytes: 0 };
  const reader = new PlacedReader({ pullBlob } as unknown as ContentReader, '', 8, pulled);
  const pull = (...repositories: readonly string[]) =>
    Promise.allSettled(repositories.map((repository) => reader.pullBlob(repository, blob)));
  return { pull, begun, pulled, mostAtOnce: () => mostAtOnce };
}

test('repositories that share a blob pull it one after the other', async () => {
  const { pull, begun, pulled, mostAtOnce } = arrange({});
  await pull('a', 'b', 'c');
  expect([begun, mostAtOnce(), pulled.bytes]).toEqual([['a', 'b', 'c'], 1, 30]);
});

test('a blob that hangs in one repository holds the others that share it once, whatever it does in them', async () => {
  const hang = 400;
  const { pull, pulled, mostAtOnce } = arrange({ a: hang, b: hang, c: hang, d: hang });
  const started = performance.now();
  const results = await pull('a', 'b', 'c', 'd', 'e');
  expect(results.map(({ status }) => status)).toEqual([...Array.from({ length: 4 }, () => 'rejected'), 'fulfilled']);
  expect([mostAtOnce(), pulled.bytes]).toEqual([4, 10]);
  expect(performance.now() - started).toBeLessThan(3.5 * hang);
});

test('who comes when all that hung is over takes turns again', async () => {
  const { pull, mostAtOnce } = arrange({ a: 5 });
  await pull('a');
  await pull('b', 'c');
  expect(mostAtOnce()).toBe(1);
});
