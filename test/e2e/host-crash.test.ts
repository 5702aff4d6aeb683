import { readFileSync } from 'node:fs';
import type { Outcome } from '../../local/runner/play.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import {
  pulledByNodes,
  readRegistryTruth,
  readSettledRegistries,
  type RegistryTruth,
} from '../support/e2e/registry-truth.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

/** Every answer takes a while, so that there is a middle of warming to hit. */
const latencySeconds: [number, number] = [0.02, 0.06];
/** How long a message that a dead host had in hand stays out of sight: for the test not to take so long as Azure does. */
const lock = (seconds: number) => ({ HOST_QUEUE_LOCK_SECONDS: String(seconds) });

describe('a host that is killed in the middle of warming and started again', () => {
  let bench: Bench;
  let atDeath: RegistryTruth;
  let atEnd: RegistryTruth;
  let outcome: Outcome;

  beforeAll(async () => {
    const scenario = await loadQuickScenario('default');
    bench = await openBench({
      scenario: { ...scenario, faults: { ...scenario.faults, latencySeconds } },
      azureOptions: { pulledByNodes },
      env: lock(10),
    });
    const played = bench.play('is-expected');
    await until('half of the manifests are pulled', () => readRegistryTruth(bench.session.azure).pulls.size > 150);
    await bench.session.host.kill('SIGKILL');
    atDeath = readRegistryTruth(bench.session.azure);
    // As in Azure: a host that is busy loses none of its messages.
    await bench.session.restartHost(lock(600));
    outcome = await played;
    atEnd = await readSettledRegistries(bench.session.azure);
  });
  afterAll(() => bench?.close());

  test('was hit while it worked: some manifests were pulled, others not', () => {
    expect(atDeath.pulls.size).toBeGreaterThan(150);
    expect(atDeath.pulls.size).toBeLessThan(atEnd.pulls.size - 20);
  });

  test('ends with everything open and the Fleet run past its gates', () => {
    expect(outcome.differences).toEqual([]);
    expect(outcome.snapshot.status?.problems).toEqual([]);
  });

  test('upgraded no cluster before its registry held what the nodes pull', () => {
    expect(outcome.snapshot.upgrades).toHaveLength(3);
    expect(outcome.snapshot.upgrades.flatMap(({ missing }) => missing)).toEqual([]);
  });

  test('warmed nothing twice but the steps that were in flight when it died', () => {
    const twice = [...atEnd.pulls].filter(([, count]) => count > 1);
    // Every fourth look asks again, crash or not, and the first host may itself have been held up for longer than its lock; none is imported twice.
    const artifacts = new Set(twice.flatMap(([manifest]) => atEnd.tagsOfManifest.get(manifest) ?? [manifest]));
    expect(artifacts.size).toBeLessThanOrEqual(2 * mostInFlight());
    expect([...atEnd.imports].filter(([, count]) => count > 1)).toEqual([]);
  });
});

/** Messages of one queue that a host works on at a time. */
function mostInFlight(): number {
  const { extensions } = JSON.parse(readFileSync('host.json', 'utf8')) as {
    extensions: { queues: { batchSize: number; newBatchThreshold: number } };
  };
  return extensions.queues.batchSize + extensions.queues.newBatchThreshold;
}
