import { addUp, describeFailure, playSeeds } from '../support/chaos/campaign.js';

const first = Number(process.env.CHAOS_SEED ?? 1);
const runs = Number(process.env.CHAOS_RUNS ?? 30);
const seeds = Array.from({ length: runs }, (_unused, index) => first + index);
/** With fewer runs, a fault may not have had its occasion. */
const enoughForAll = 60;

test(`in ${runs} storms on local/ no gate is open without its artifacts, none is lost, and in the calm all is proven`, async () => {
  const campaign = addUp(await playSeeds(seeds));
  expect(campaign.failed.map(describeFailure)).toEqual([]);
  if (runs < enoughForAll) return;
  const unseen = [...campaign.faults].filter(([, count]) => count === 0).map(([fault]) => fault);
  expect(unseen).toEqual([]);
  // Storms in which everything stays shut would prove nothing.
  expect(campaign.runsWithOpenGates).toBeGreaterThan(runs / 4);
});

test('the same seed plays the same run, whatever was played before', async () => {
  const [once] = await playSeeds([first + 7]);
  const [again] = (await playSeeds([first + 3, first + 7])).slice(1);
  expect(again).toEqual(once);
});
