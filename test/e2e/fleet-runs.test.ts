import type { Outcome } from '../../local/runner/play.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

/** What the app asked the Fleet to change, with the answers. */
function approvals(bench: Bench): readonly (readonly [request: string, count: number])[] {
  return [...bench.session.azure.requestLog.entries()].filter(([key]) => key.startsWith('arm gates PATCH'));
}

/** How often the app has looked at a gate so far. */
function looksAt(bench: Bench, { id }: { readonly id: string }): number {
  const gate = `/gates/${id.split('/').at(-1)}`;
  return bench.log.filter((line) => line.includes(' evaluate-gate ') && line.includes(gate)).length;
}

describe('update runs that Azure holds after their gates were approved (Azure/AKS#5423)', () => {
  let bench: Bench;
  let outcome: Outcome;

  beforeAll(async () => {
    bench = await openBench({ scenario: await loadQuickScenario('fleet-held') });
    outcome = await bench.play();
  });
  afterAll(() => bench?.close());

  test('end as declared: Pending, and their gates say which member is held and why', () => {
    expect(outcome.differences).toEqual([]);
    expect(outcome.snapshot.status?.problems).toEqual([]);
  });

  test('are not fought: each gate is approved once, also the one that is Pending again and judged again and again', async () => {
    const gate = bench.session.azure.world.gates.find(({ state }) => state === 'Pending');
    if (!gate) throw new Error('no gate is Pending');
    const before = looksAt(bench, gate);
    await until('three more looks at the gate', () => looksAt(bench, gate) >= before + 3);
    expect(approvals(bench)).toEqual([['arm gates PATCH 202', 2]]);
  });

  test('stand on the page with what Azure says', async () => {
    const { text } = await bench.call('/api/dashboard');
    expect(text).toContain('held by Azure: shop is Pending although the gate is approved');
  });
});

describe('an update run that brings node images alone', () => {
  let bench: Bench;
  let outcome: Outcome;

  beforeAll(async () => {
    bench = await openBench({ scenario: await loadQuickScenario('node-images') });
    outcome = await bench.play();
  });
  afterAll(() => bench?.close());

  test('ends as declared: one gate open for the current versions, one shut by what the other cluster lacks at its own', () => {
    expect(outcome.differences).toEqual([]);
    expect(outcome.snapshot.status?.problems).toEqual([]);
  });

  test('gave new images to the first stage alone, each at its own version, with nothing missing', () => {
    const upgraded = outcome.snapshot.upgrades.map((one) => [one.cluster, one.kubernetesVersion, one.missing.length]);
    expect(upgraded).toEqual([
      ['payments', '1.34.10', 0],
      ['shop', '1.35.7', 0],
    ]);
    expect(approvals(bench)).toEqual([['arm gates PATCH 202', 1]]);
  });
});
