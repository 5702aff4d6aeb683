import { createHash } from 'node:crypto';
import type { Cluster, NodePool } from '../model/cluster.js';
import { poolDocument } from './pool-document.js';

/** Properties of a cluster that change without changing what its nodes pull. */
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

/** The same of pools. The node image counts as a fact: what it carries need not be pulled. */
const volatileInPools = new Set([
  'count',
  'minCount',
  'maxCount',
  'provisioningState',
  'powerState',
  'orchestratorVersion',
  'currentOrchestratorVersion',
  'eTag',
  'upgradeSettings',
  'virtualMachineNodesStatus',
  'status',
]);

/**
 * Hash of the facts of a cluster that its requirements depend on: equal as long as a plan of it still holds.
 * A property that AKS adds one day counts as a fact: better one plan too many than one too few.
 */
export function hashFacts(cluster: Cluster): string {
  const properties = Object.entries(cluster.properties).filter(([name]) => !volatile.has(name));
  const pools = cluster.pools.map((pool) => canonicalJson(poolFacts(cluster, pool)));
  const registry = cluster.bootstrap.source === 'cache' ? cluster.bootstrap.registry.key : 'direct';
  const facts = { properties: Object.fromEntries(properties), pools: [...new Set(pools)].sort(), registry };
  return createHash('sha256').update(canonicalJson(facts)).digest('hex').slice(0, 32);
}

function poolFacts(cluster: Cluster, pool: NodePool): object {
  const document = Object.entries(poolDocument(cluster.properties, pool)).filter(
    ([name]) => !volatileInPools.has(name),
  );
  return { ...Object.fromEntries(document), osType: pool.osType, osSku: pool.osSku, architecture: pool.architecture };
}

/** JSON with sorted keys: ARM does not promise an order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
