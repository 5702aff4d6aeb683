import permissions from '../../infra/permissions.json' with { type: 'json' };
import type { Scenario } from '../../local/azure/scenario.js';
import { grantedActions } from '../support/infra/snapshots.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

jest.setTimeout(200_000);

/** The default subscription with one more cluster, whose registry has no cache rule: what it needs is imported. */
async function scenarioWithImports(): Promise<Scenario> {
  const scenario = await loadQuickScenario('default');
  const [registry] = scenario.registries;
  const [cluster] = scenario.clusters;
  if (!registry || !cluster) throw new Error('the scenario is empty');
  return {
    ...scenario,
    registries: [...scenario.registries, { ...registry, name: 'contosoimports', cacheRules: [] }],
    clusters: [...scenario.clusters, { ...cluster, name: 'imports', registry: 'contosoimports' }],
  };
}

describe('a private app, whose events come by queue', () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await openBench({ scenario: await scenarioWithImports(), eventDelivery: 'queue' });
    bench.session.azure.play();
  });
  afterAll(() => bench?.close());

  test('ends as one whose events come by webhook: the same events through the same parser', async () => {
    const { world } = bench.session.azure;
    await until(
      'gates that are approved',
      () => world.gates.filter(({ state }) => state === 'Completed').length === 2,
      120,
    );
    expect(bench.log.some((line) => line.includes('event-received'))).toBe(true);
    expect(bench.log.some((line) => line.includes('will judge'))).toBe(true);
  });

  test('calls nothing in Azure that its roles do not grant, and is granted nothing that it does not call', async () => {
    const { armActions } = bench.session.azure.requestLog;
    await until('the end of an import', () => [...armActions].some((one) => one.endsWith('operationresults/read')), 60);
    const called = [...armActions].sort();
    const granted = [...new Set(grantedActions('private-production'))].sort();
    expect({ missing: called.filter((one) => !granted.includes(one)) }).toEqual({ missing: [] });
    expect({ spare: granted.filter((one) => !called.includes(one)) }).toEqual({ spare: [] });
    expect(granted).toEqual(permissions.map(({ action }) => action.toLowerCase()).sort());
  });

  test('writes the line that alerts read', () => {
    expect(bench.log.some((line) => /health: \{"clusters":5,/.test(line))).toBe(true);
  });
});
