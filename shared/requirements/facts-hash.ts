import { createHash } from 'node:crypto';
import type { Cluster } from '../model/cluster.js';

/** Properties of a cluster and of its pools that change without changing what its nodes pull. */
const volatile = new Set([
  'provisioningState',
  'powerState',
  'currentKubernetesVersion',
  'kubernetesVersion',
  'agentPoolProfiles',
  'maxAgentPools',
  'resourceUID',
  'status',
]);
const volatileInPools = new Set([
  'count',
  'minCount',
  'maxCount',
  'eTag',
  'provisioningState',
  'powerState',
  'orchestratorVersion',
  'currentOrchestratorVersion',
  'nodeImageVersion',
  'upgradeSettings',
  'status',
  'virtualMachineNodesStatus',
]);

/**
 * Hash of the facts of a cluster that its requirements depend on: equal as long as a plan of it still holds.
 * What an upgrade itself changes (versions, node images) is no fact: a plan is made for what comes after it.
 * A property that AKS adds one day counts as a fact: better one plan too many than one too few.
 */
export function hashFacts(cluster: Cluster): string {
  const properties = without(cluster.properties, volatile);
  const documents = Array.isArray(cluster.properties['agentPoolProfiles'])
    ? cluster.properties['agentPoolProfiles']
    : [];
  const pools = [
    ...documents.map((pool: unknown) => canonicalJson(without(pool, volatileInPools))),
    ...cluster.pools.map((pool) => [pool.osType, pool.osSku, pool.architecture].join('/')),
  ];
  const registry = cluster.bootstrap.source === 'cache' ? cluster.bootstrap.registry.key : 'direct';
  const facts = { properties, pools: [...new Set(pools)].sort(), registry };
  return createHash('sha256').update(canonicalJson(facts)).digest('hex').slice(0, 32);
}

function without(document: unknown, names: ReadonlySet<string>): unknown {
  if (document === null || typeof document !== 'object') return document;
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.has(name)));
}

/** JSON with sorted keys: ARM does not promise an order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
