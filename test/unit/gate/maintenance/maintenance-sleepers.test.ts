import { clusterId } from '../../../support/builders.js';
import { weekly } from '../../../support/fakes/fake-maintenance.js';
import { MortalWorkers } from '../../../support/fakes/mortal-workers.js';
import {
  arrangeMaintained,
  auto,
  christmas,
  entriesOf,
  firstEntry,
  hireJudge,
  judgeMaintenance,
  nodeImages,
  setOpen,
} from '../../../support/maintained.js';

interface Story {
  readonly was: 'open' | 'shut';
  /** Whether something is held when the sleeper wakes up first. */
  readonly hold: 'there' | 'none';
  readonly sleepsSeconds: number;
  readonly etags: 'given' | 'none';
}

const stories = (['open', 'shut'] as const).flatMap((was) =>
  (['there', 'none'] as const).flatMap((hold) =>
    [60, 400].flatMap((sleepsSeconds) =>
      (['given', 'none'] as const).map((etags): Story => ({ was, hold, sleepsSeconds, etags })),
    ),
  ),
);

/** A worker falls asleep after some stops; the gate turns, another one judges it; then the sleeper goes on. @returns whether it slept at all */
async function play({ was, hold, sleepsSeconds, etags }: Story, stops: number): Promise<boolean> {
  const azure = arrangeMaintained(nodeImages, weekly({ notAllowedDates: [christmas] }));
  azure.maintenance.etags = etags;
  if (hold === 'there') {
    await setOpen(azure, false);
    await judgeMaintenance(azure);
    azure.clock.advance(60);
  }
  await setOpen(azure, was === 'open');
  const workers = new MortalWorkers();
  const errors: unknown[] = [];
  const sleeper = await hireJudge(azure, workers, (error) => errors.push(error));
  await workers.runWorkerOn(sleeper, stops);
  const slept = workers.waiting > 0;
  azure.clock.advance(1);
  await setOpen(azure, was === 'shut');
  await judgeMaintenance(azure);
  azure.clock.advance(sleepsSeconds);
  const asleep = entriesOf(azure);
  await workers.runWorkerOn(sleeper, 99);
  // What it decided was true less than five minutes ago, and no hold is newer, or it does nothing.
  const isNewer = was === 'open' && hold === 'none';
  if (sleepsSeconds > 300 || isNewer) expect([stops, entriesOf(azure)]).toEqual([stops, asleep]);
  azure.clock.advance(700);
  await setOpen(azure, was === 'shut');
  await judgeMaintenance(azure);
  await judgeMaintenance(azure);
  expect([stops, errors, entriesOf(azure)]).toEqual([
    stops,
    [],
    was === 'shut' ? [christmas] : [christmas, firstEntry],
  ]);
  expect(await azure.holds.list()).toHaveLength(was === 'shut' ? 0 : 1);
  expect(azure.maintenance.find(clusterId(), auto)).toBeDefined();
  return slept;
}

test.each(stories)('a worker that sleeps while the gate turns does no harm: %o', async (story) => {
  let stops = 0;
  while (await play(story, stops)) stops += 1;
  expect(stops).toBeGreaterThan(5);
});
