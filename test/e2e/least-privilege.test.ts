import permissions from '../../infra/permissions.json' with { type: 'json' };
import type { Scenario } from '../../local/azure/scenario.js';
import { grantedActions } from '../support/infra/snapshots.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

const patchedByAks = { autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'None' } };

/**
 * One cluster with a Fleet gate, which AKS also upgrades by itself and whose planned maintenance is made for it; and one whose registry has no
 * cache rule: what it needs is imported.
 */
async function scenarioWithImports(): Promise<Scenario> {
  const scenario = await loadQuickScenario('default');
  const [registry] = scenario.registries;
  const [cluster] = scenario.clusters;
  if (!registry || !cluster) throw new Error('the scenario is empty');
  const fleets = scenario.fleets.map((fleet) => ({
    ...fleet,
    members: fleet.members.slice(0, 1),
    updateRuns: fleet.updateRuns.map((run) => ({ ...run, stages: run.stages.slice(0, 1) })),
  }));
  return {
    ...scenario,
    fleets,
    policyAssignment: { name: 'versions', enforcementMode: 'Default', notScopes: [] },
    registries: [registry, { ...registry, name: 'contosoimports', cacheRules: [] }],
    clusters: [
      { ...cluster, properties: { ...cluster.properties, ...patchedByAks } },
      { ...cluster, name: 'imports', registry: 'contosoimports' },
    ],
    events: scenario.events.filter((event) => event.cluster === cluster.name),
    expect: { clusters: [], updateRuns: [], gates: [] },
  };
}

describe('a private app, whose events come by queue', () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await openBench({
      scenario: await scenarioWithImports(),
      eventDelivery: 'queue',
      env: { MAINTENANCE_CREATE: 'true' },
    });
    bench.session.azure.play();
  });
  afterAll(() => bench?.close());

  test('ends as one whose events come by webhook: the same events through the same parser', async () => {
    const { world } = bench.session.azure;
    const isApproved = () => world.gates.some(({ state }) => state === 'Completed');
    await until('a gate that is approved', isApproved);
    await until('an event by queue', () => bench.log.some((line) => line.includes('event-received')));
    await until('an event of the gate', () => bench.log.some((line) => line.includes('will judge')));
  });

  test('calls nothing in Azure that its roles do not grant, and is granted nothing that it does not call', async () => {
    const { armActions } = bench.session.azure.requestLog;
    const granted = [...new Set(grantedActions('private-production'))].sort();
    const spare = () => granted.filter((one) => !armActions.has(one));
    // The last are the end of an import, and of a hold; which comes first is left to chance.
    await until('a call of every action', () => spare().length === 0).catch(() => undefined);
    const called = [...armActions].sort();
    expect({ missing: called.filter((one) => !granted.includes(one)) }).toEqual({ missing: [] });
    expect({ spare: spare() }).toEqual({ spare: [] });
    expect(granted).toEqual([...new Set(permissions.map(({ action }) => action.toLowerCase()))].sort());
  });

  test('writes the line that alerts read', async () => {
    await until('health of two clusters', () => bench.log.some((line) => /health: \{"clusters":2,/.test(line)));
  });
});
