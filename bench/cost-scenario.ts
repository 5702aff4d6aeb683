import { resolve } from 'node:path';
import { loadScenario } from '../local/azure/scenario-file.js';
import type { Scenario, ScenarioCluster } from '../local/azure/scenario.js';
import { parseKubernetesVersion } from '../shared/model/kubernetes-version.js';

/** Images of own workloads: with what the catalogue names for the cluster, 150 artifacts. */
const ownRepositories = 15;
const tagsPerOwnRepository = 5;
const ownArtifacts = 74;

const ownImages = Array.from({ length: ownRepositories }, (_unused, index) => ({
  repository: `dotnet/workload-${index + 1}`,
  tags: Array.from({ length: tagsPerOwnRepository }, (_tag, tag) => `8.0.${tag}`).slice(
    0,
    ownArtifacts - index * tagsPerOwnRepository,
  ),
  because: 'base of own workloads',
}));

/** `overrides.json` that has the images of own workloads warmed, too. */
export const overridesText = JSON.stringify({ images: ownImages });

/**
 * One cluster that runs all that the clusters of the default scenario run together, on pools of every kind, and may be upgraded to the
 * next minor, and images of its own workloads (`overridesText`): 150 artifacts. Its registry caches within `importSeconds`.
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
    mar: {
      ...scenario.mar,
      add: [
        ...scenario.mar.add,
        ...ownImages.flatMap(({ repository, tags }) => tags.map((tag) => `${repository}:${tag}`)),
      ],
    },
    clusters: [busy],
    fleets: [],
    events: [],
    expect: { clusters: [], updateRuns: [], gates: [] },
  };
}
