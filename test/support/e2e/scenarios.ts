import { resolve } from 'node:path';
import { loadScenario } from '../../../local/azure/scenario-file.js';
import type { Scenario } from '../../../local/azure/scenario.js';

/** Of a machine with much else to do; a scenario that goes well ends long before. */
const patienceSeconds = 300;

/** A scenario of `local/scenarios`, with registries that import in a fraction of a second, and time enough. */
export async function loadQuickScenario(
  name:
    | 'broken-rule'
    | 'deadline'
    | 'default'
    | 'drift'
    | 'fleet-held'
    | 'maintenance'
    | 'never-caches'
    | 'node-images'
    | 'policy'
    | 'troubled',
): Promise<Scenario> {
  const scenario = await loadScenario(resolve('local/scenarios', `${name}.json`));
  return {
    ...scenario,
    timeoutSeconds: Math.max(scenario.timeoutSeconds, patienceSeconds),
    registries: scenario.registries.map((registry) => ({ ...registry, importSeconds: [0.2, 0.8] })),
  };
}

/** The default subscription while nothing happens in it: no event, no update run, nothing expected. */
export async function loadQuietScenario(): Promise<Scenario> {
  const scenario = await loadQuickScenario('default');
  const expect = { clusters: [], updateRuns: [], gates: [] };
  const fleets = scenario.fleets.map((fleet) => ({ ...fleet, updateRuns: [] }));
  return { ...scenario, name: 'quiet', fleets, events: [], expect };
}

/** Some clusters of a scenario, without their Fleet: as much less work for a test as there are fewer of them. */
export async function loadClustersOf(
  name: Parameters<typeof loadQuickScenario>[0],
  clusterNames: readonly string[],
): Promise<Scenario> {
  const scenario = await loadQuickScenario(name);
  const clusters = scenario.clusters.filter((cluster) => clusterNames.includes(cluster.name));
  const registries = clusters.map(({ registry }) => registry);
  const expected = scenario.expect.clusters.filter((cluster) => clusterNames.includes(cluster.name));
  return {
    ...scenario,
    name: `${name}, of it ${clusterNames.join(' and ')}`,
    registries: scenario.registries.filter((registry) => registries.includes(registry.name)),
    clusters,
    fleets: [],
    events: scenario.events.filter(({ cluster }) => clusterNames.includes(cluster)),
    expect: { clusters: expected.map(notUpgraded), updateRuns: [], gates: [] },
  };

  /** Nobody upgrades without a Fleet. */
  function notUpgraded(cluster: (typeof expected)[number]): typeof cluster {
    const { kubernetesVersion } = clusters.find((one) => one.name === cluster.name) ?? cluster;
    return { ...cluster, kubernetesVersion };
  }
}
