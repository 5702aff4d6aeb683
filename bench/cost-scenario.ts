import { resolve } from 'node:path';
import { loadScenario } from '../local/azure/scenario-file.js';
import type { Scenario, ScenarioCluster } from '../local/azure/scenario.js';
import { parseKubernetesVersion } from '../shared/model/kubernetes-version.js';

/**
 * One cluster that runs all that the clusters of the default scenario run together, on pools of every kind, and may be upgraded to the
 * next minor: about as many artifacts as a cluster has that was not kept small. Its registry caches within `importSeconds`.
 */
export async function loadBusyCluster(importSeconds: readonly [number, number]): Promise<Scenario> {
  const scenario = await loadScenario(resolve(import.meta.dirname, '../local/scenarios/default.json'));
  const [registry] = scenario.registries;
  const isolated = scenario.clusters.filter(({ artifactSource }) => artifactSource === 'Cache');
  const [first] = isolated;
  if (!registry || !first) throw new Error('the default scenario has no isolated cluster');
  const busy: ScenarioCluster = {
    ...first,
    name: 'busy',
    registry: registry.name,
    upgrades: ['1.34.11', '1.35.7'].map(parseKubernetesVersion),
    components: [...new Set([...Object.values(scenario.componentVersions)].flatMap((minor) => Object.keys(minor)))],
    properties: Object.assign({}, ...isolated.map(({ properties }) => properties)) as ScenarioCluster['properties'],
    pools: [
      { name: 'system', mode: 'System', osSku: 'Ubuntu2204', architecture: 'amd64', count: 3 },
      { name: 'newer', mode: 'User', osSku: 'Ubuntu2404', architecture: 'amd64', count: 3 },
      { name: 'linux', mode: 'User', osSku: 'AzureLinux', architecture: 'amd64', count: 3 },
      { name: 'arm', mode: 'User', osSku: 'Ubuntu2404', architecture: 'arm64', count: 3 },
    ],
    nodePulls: [],
  };
  return {
    ...scenario,
    name: 'cost',
    registries: [{ ...registry, importSeconds: [...importSeconds] }],
    clusters: [busy],
    fleets: [],
    events: [],
    expect: { clusters: [], updateRuns: [], gates: [] },
  };
}
