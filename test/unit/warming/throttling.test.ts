import { judge } from '../../../bench/throttling/judge.js';
import { Simulation, type Scenario } from '../../../bench/throttling/simulate.js';

test('twenty registries of a thousand artifacts come near what the limits allow, each in fair time', async () => {
  const backlogs = Array.from({ length: 20 }, (_unused, index) => ({ registry: `registry-${index}`, artifacts: 1000 }));
  const steps = [
    { operation: 'upstream-read', requests: 1 },
    { operation: 'manifest-read', requests: 3 },
  ] as const;
  const scenario: Scenario = { backlogs, steps, share: 0.5, instances: 8 };
  const outcome = await new Simulation(scenario, 1).run();
  const { ratio, worstWait } = judge(scenario, outcome);
  expect(outcome.refused).toBe(0);
  expect(ratio).toBeLessThanOrEqual(1.15);
  expect(worstWait).toBeLessThanOrEqual(2);
  // About 4 s where nothing else runs.
});

/** Small enough to be played in every run of the tests. */
const refusing: Scenario = {
  backlogs: [
    { registry: 'one', artifacts: 400 },
    { registry: 'other', artifacts: 60 },
  ],
  steps: [
    { operation: 'upstream-read', requests: 1 },
    { operation: 'arm-write', requests: 1 },
    { operation: 'manifest-read', requests: 3 },
  ],
  share: 0.5,
  instances: 3,
  refusals: [
    { registry: 'mar', operation: 'upstream-read', from: 0.2, until: 20 },
    { registry: 'arm', operation: 'arm-write', from: 30, until: 60 },
    { registry: 'one', operation: 'manifest-read', from: 40, until: 55 },
  ],
};

test('nothing is sent in a pause by whoever was told, others stop within the lease they hold, and all is done in the end', async () => {
  const outcome = await new Simulation(refusing, 7).run();
  expect(outcome.refused).toBeGreaterThan(0);
  expect(outcome.sentInPause).toBe(0);
  expect(outcome.longestUnaware).toBeLessThanOrEqual(5);
  expect([...outcome.finishedAt.keys()].sort()).toEqual(['one', 'other']);
});
