import type { AppStatus } from '../../local/runner/app-status.js';
import type { Outcome } from '../../local/runner/play.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';

const stuck = 'oss/v2/kubernetes/coredns:v1.13.1-6';

describe('a subscription in which one artifact of the cluster data never caches', () => {
  let bench: Bench;
  let outcome: Outcome;

  beforeAll(async () => {
    bench = await openBench({ scenario: await loadQuickScenario('never-caches') });
    outcome = await bench.play();
  });
  afterAll(() => bench?.close());

  const askGate = (cluster: string, strict?: 'true' | 'false') => {
    const id = bench.session.azure.world.clusters.get(cluster)?.id ?? '';
    const parameters = new URLSearchParams({ cluster: id, version: '1.35.7', ...(strict ? { strict } : {}) });
    return bench.call(`/api/gate?${parameters.toString()}`);
  };

  test('ends with the other gates open and the second stage waiting', () => {
    expect(outcome.differences).toEqual([]);
    expect(outcome.snapshot.upgrades.map(({ cluster }) => cluster)).toEqual(['payments']);
  });

  test.each([
    ['by itself', undefined, 200],
    ['with strict=false', 'false', 200],
    ['with strict=true', 'true', 409],
  ] as const)('the closed gate, asked %s, names exactly this artifact', async (_sentence, strict, status) => {
    const answer = await askGate('data', strict);
    expect([answer.status, answer.contentType]).toEqual([status, expect.stringContaining('application/json')]);
    expect(answer.json).toMatchObject({
      decision: 'closed',
      kubernetesVersion: '1.35.7',
      missing: [
        {
          artifact: stuck,
          state: expect.stringMatching(/^(waiting|planned)$/) as string,
          reason: expect.any(String) as string,
        },
      ],
      reasons: [expect.stringContaining('1 of ')],
      evaluatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    });
  });

  test.each(['payments', 'shop'])('the gate of %s is open, also with strict=true', async (cluster) => {
    const answer = await askGate(cluster, 'true');
    expect([answer.status, answer.json]).toEqual([
      200,
      expect.objectContaining({ decision: 'open', missing: [], reasons: [] }),
    ]);
  });

  test('the gate of a cluster that is left alone is unknown, and says why', async () => {
    const answer = await askGate('sandbox', 'true');
    expect([answer.status, answer.json]).toEqual([
      409,
      expect.objectContaining({ decision: 'unknown', reasons: [expect.stringContaining('not network isolated')] }),
    ]);
  });

  test('the Fleet gate of the second stage waits and names the cluster', async () => {
    // What the gate says of a cluster is as old as its last judgement: the reconcile timer brings the next.
    const isAtLast = (found: AppStatus) =>
      found.fleetGates.some(({ reasons }) =>
        reasons.some((reason) => reason.startsWith('data 1.35.7 is closed: 1 of ')),
      );
    const { fleetGates } = await bench.statusOnce('the judgement of the last missing artifact', isAtLast);
    const gates = new Map(fleetGates.map((gate) => [gate.displayName, gate]));
    expect(gates.get('artifact-sync: stage canary')).toMatchObject({ action: 'approved' });
    expect(gates.get('artifact-sync: stage production')).toMatchObject({
      action: 'waiting',
      reasons: [expect.stringMatching(/^data 1\.35\.7 is closed: 1 of /)],
    });
  });
});
