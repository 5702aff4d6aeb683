import { versionsOf, type VersionQuery } from '../catalog/component-versions.js';
import type { NodeBootstrap } from '../catalog/schema.js';
import { platformName } from '../model/artifact.js';
import type { Cluster, NodeOs, NodePool } from '../model/cluster.js';
import { compareVersions, type KubernetesVersion } from '../model/kubernetes-version.js';
import { holdsFor, type ConditionFacts } from './conditions.js';
import { firstText, foldDocument, hasValue, sameText, type FoldedDocument } from './folded-document.js';
import { imagesOfPool } from './node-images.js';
import { poolDocument } from './pool-document.js';
import type { PoolNeed } from './requirement-collector.js';

/** One Linux pool, prepared for all the questions that are asked about it. */
export interface PoolFacts {
  readonly pool: NodePool;
  /** ARM's entry of it under `properties.agentPoolProfiles`. */
  readonly document: FoldedDocument;
  readonly conditions: ConditionFacts;
  /** What its nodes run once they are upgraded; absent for systems that the catalogue does not know. */
  readonly targetOs: NodeOs | undefined;
  readonly need: PoolNeed;
}

/** The Linux pools of a cluster, those included that node auto-provisioning may create. */
export function describePools(cluster: Cluster, properties: FoldedDocument, query: VersionQuery): readonly PoolFacts[] {
  const pools = cluster.pools.filter(({ osType }) => osType === 'Linux');
  const provisioned = hasValue(properties, 'nodeProvisioningProfile.mode', 'Auto') ? provisionedPools : [];
  return [...pools, ...provisioned].map((pool) => {
    const document = foldDocument(poolDocument(cluster.properties, pool));
    const targetOs = nodeOsAt(query.catalog.nodeBootstrap, pool, document, query.target);
    return {
      pool,
      document,
      conditions: conditionFacts(properties, document, pool.name, query),
      targetOs,
      need: {
        platform: platformName({ os: 'linux', architecture: pool.architecture }),
        images: imagesOfPool(query.catalog, firstText(document, 'nodeImageVersion'), targetOs),
      },
    };
  });
}

/** ARM does not list these nodes; their image family and architecture are chosen inside the cluster, from these. */
const provisionedPools: readonly NodePool[] = ['Ubuntu', 'AzureLinux'].flatMap((osSku) =>
  (['amd64', 'arm64'] as const).map((architecture) => ({
    name: 'node auto-provisioning',
    osType: 'Linux',
    osSku,
    architecture,
  })),
);

/**
 * `Ubuntu` moves with the Kubernetes version, except for FIPS nodes, which stay on what they run; the other SKUs name their OS; an
 * SKU that the catalogue does not know falls back to what the node image says.
 */
function nodeOsAt(
  facts: NodeBootstrap,
  pool: NodePool,
  document: FoldedDocument,
  target: KubernetesVersion,
): NodeOs | undefined {
  if (sameText(pool.osSku, 'Ubuntu')) {
    const isFips = hasValue(document, 'enableFIPS', true);
    const usual = facts.ubuntuDefaults.find(({ since }) => compareVersions(target, since as KubernetesVersion) >= 0);
    return isFips ? (pool.nodeOs ?? usual?.os) : usual?.os;
  }
  const named = Object.entries(facts.osSkus).find(([sku]) => sameText(pool.osSku, sku));
  return named?.[1] ?? pool.nodeOs;
}

function conditionFacts(
  properties: FoldedDocument,
  pool: FoldedDocument,
  poolName: string,
  query: VersionQuery,
): ConditionFacts {
  /** Components whose condition is being evaluated: one that waits for itself does not run. */
  const asked = new Set<string>();
  const facts: ConditionFacts = { properties, pool, poolName, versionsOf: runningVersions };

  function runningVersions(name: string): readonly string[] {
    const component = query.catalog.components.get(name);
    if (!component || asked.has(name)) return [];
    asked.add(name);
    const runs = query.reported.has(name) || holdsFor(component.condition, facts);
    asked.delete(name);
    return runs ? versionsOf(component, query).map(({ version }) => version) : [];
  }

  return facts;
}
