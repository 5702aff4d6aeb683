import type { Scenario } from '../../local/azure/scenario.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

const version = '1.35.7';
const escapedImage = 'oss/v2/kubernetes/azure-node-problem-reporter:v0.4.2';

/** The scenario until its first cluster is upgraded and looked at; the second one waits for the test. */
async function firstClusterOnly(): Promise<Scenario> {
  const scenario = await loadQuickScenario('drift');
  const fleets = scenario.fleets.map((fleet) => ({
    ...fleet,
    updateRuns: fleet.updateRuns.map((run) => ({
      ...run,
      stages: run.stages.slice(0, 1).map((stage) => ({ ...stage, afterStageWaitSeconds: 0 })),
    })),
  }));
  const clusters = scenario.expect.clusters
    .filter(({ name }) => name === 'first')
    .map((cluster) => ({ ...cluster, targets: cluster.targets.map(({ escaped: _later, ...target }) => target) }));
  return { ...scenario, fleets, events: scenario.events.slice(0, 2), expect: { ...scenario.expect, clusters } };
}

describe('an image that nodes pull and nobody predicted', () => {
  let bench: Bench;
  /** Artifacts of the second cluster as long as nothing is learned. */
  let unlearned: number;
  const idOf = (name: string) => bench.session.azure.world.clusters.get(name)?.id ?? '';
  const targetOf = async (name: string) =>
    (await bench.status()).clusters
      .find((cluster) => cluster.name === name)
      ?.targets.find(({ kubernetesVersion }) => kubernetesVersion === version);
  const measure = () => {
    const headers = { 'x-functions-key': bench.session.host.keys.master, 'content-type': 'application/json' };
    return bench.call('/admin/functions/measure-drift', { method: 'POST', headers, body: '{}' });
  };
  const drift = (name: string) => bench.call(`/api/drift?cluster=${idOf(name)}&version=${version}`);

  beforeAll(async () => {
    bench = await openBench({ scenario: await firstClusterOnly(), env: { DRIFT_SCHEDULE: '0 0 0 1 1 *' } });
    expect((await bench.play()).differences).toEqual([]);
    const planned = await until('the second cluster is open, too', async () => {
      const target = await targetOf('second');
      return target?.decision === 'open' && target;
    });
    unlearned = planned.required;
  });
  afterAll(() => bench?.close());

  test('was missing at the first upgrade, whose gate had opened on all that was known, probed images included', () => {
    expect(bench.session.azure.world.upgrades).toMatchObject([
      { cluster: 'first', missing: [escapedImage, 'dotnet/aspnet:9.0'] },
    ]);
  });

  test('is reported as escaped, apart from the workloads of the customer, with what was never pulled', async () => {
    // Not by the timer: pulls of an upgrade that is looked at in its middle belong to the version before, by the log. It tells of a pull a moment later.
    const { status, json } = await until('the log tells of it', async () => {
      expect((await measure()).status).toBe(202);
      const answer = await drift('first');
      const { escaped } = answer.json as { escaped?: readonly { readonly evidence: string }[] };
      return escaped?.[0]?.evidence === 'log' && answer;
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      state: 'measured',
      sources: { inventory: { state: 'read' }, log: { state: 'read' } },
      counts: { escaped: 1, foreign: 1 },
      escaped: [{ repository: escapedImage.split(':')[0], tag: 'v0.4.2', evidence: 'log' }],
      foreign: [{ repository: 'dotnet/aspnet', tag: '9.0' }],
    });
    const { counts, idle } = json as { counts: Record<string, number>; idle: unknown[] };
    expect(counts['pulled']).toBeGreaterThan(0);
    expect(idle).toHaveLength(counts['idle'] ?? -1);
  });

  test('is predicted for the next cluster, and cached before its gate opens', async () => {
    const body = JSON.stringify({ clusterId: idOf('second'), kubernetesVersion: version });
    expect((await bench.call('/api/sync', { method: 'POST', body })).status).toBe(202);
    const after = await until('the second cluster is planned with it and open again', async () => {
      const target = await targetOf('second');
      return target?.decision === 'open' && target.required > unlearned && target;
    });
    expect(after.required).toBe(unlearned + 1);
    const [repository = '', tag = ''] = escapedImage.split(':');
    const registry = bench.session.azure.world.registry('contososecond');
    expect(registry.holdsTree(`aks-managed-repository/${repository}`, tag)).toBe(true);
  });

  test('is not asked for where nothing was measured, and a question without a version is refused', async () => {
    expect((await drift('second')).json).toMatchObject({ state: 'not-measured' });
    const { status, contentType } = await bench.call(`/api/drift?cluster=${idOf('first')}`);
    expect([status, contentType]).toEqual([400, 'application/problem+json']);
  });
});
