import type { Catalog, TagLists } from '../catalog/catalog.js';
import { artifactsOf, type ComponentArtifacts } from '../catalog/component-artifacts.js';
import { indexReported } from '../catalog/catalog-tags.js';
import { isCoveredByAlias, versionsOf, type VersionQuery } from '../catalog/component-versions.js';
import type { Component } from '../catalog/schema.js';
import { platformName, type Confidence, type RequirementSet, type VersionSource } from '../model/artifact.js';
import type { Cluster, NodePool, ReportedComponent } from '../model/cluster.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import { isAtLeast } from './confidence.js';
import { evaluateCondition, type ConditionFacts } from './conditions.js';
import { requireNodeBootstrap } from './node-bootstrap.js';
import { installedMeshMinors, poolDocument } from './pool-document.js';
import { RequirementCollector } from './requirement-collector.js';

export interface RequirementInput {
  readonly cluster: Cluster;
  readonly target: KubernetesVersion;
  /** Component Insights for the target's minor; empty where AKS does not serve it. */
  readonly reported: readonly ReportedComponent[];
  readonly catalog: Catalog;
  /** Tags on MAR of `listedRepositories(catalog)`; may be empty. */
  readonly tagLists: TagLists;
}

/** How far a version of this source is to be believed. */
const sourceConfidence: Readonly<Record<VersionSource, Confidence>> = {
  override: 'high',
  'component-insights': 'high',
  'tag-list': 'medium',
  'node-bootstrap': 'high',
  'vulnerability-api': 'medium',
  agentbaker: 'medium',
  observed: 'medium',
  'release-notes': 'low',
  'node-image': 'low',
  'component-map': 'low',
};

/**
 * Everything that the Linux nodes of a cluster will pull once they run `target`: the union over its Linux pools of the components
 * that run there and of the node's own binaries. Pure: the order of pools, reports and tags plays no part. What cannot be named is
 * in `unresolved`; Windows pools contribute nothing.
 */
export function resolveRequirements(input: RequirementInput): RequirementSet {
  const collector = new RequirementCollector();
  const pools = input.cluster.pools.filter((pool) => pool.osType === 'Linux');
  const query: VersionQuery = {
    catalog: input.catalog,
    target: input.target,
    reported: indexReported(input.reported),
    tagLists: input.tagLists,
    meshMinors: installedMeshMinors(input.cluster.properties),
  };
  if (pools.length === 0) {
    collector.leaveOpen({
      component: 'node-pools',
      reason: 'the cluster lists no Linux node pool, so nothing tells what its nodes pull',
    });
    return collector.build();
  }
  leaveUnknownReportsOpen(query, collector);
  const candidates = [...input.catalog.components.values()].filter(
    (component) => component.condition.kind !== 'never' && !isCoveredByAlias(component, query),
  );
  const artifacts = new Map(candidates.map((component) => [component, artifactsOf(component, query)]));
  for (const pool of pools) {
    requireNodeBootstrap(input.catalog, pool, input.target, collector);
    const facts = conditionFacts(input.cluster, pool, query);
    for (const [component, named] of artifacts) requireComponent(component, named, facts, pool, query, collector);
  }
  return collector.build();
}

function requireComponent(
  component: Component,
  named: ComponentArtifacts,
  facts: ConditionFacts,
  pool: NodePool,
  query: VersionQuery,
  collector: RequirementCollector,
): void {
  const isReported = query.reported.has(component.name);
  const { holds, sentence } = evaluateCondition(component.condition, facts);
  if (!holds && !isReported) return;
  const condition = holds ? sentence : `AKS reports it for this cluster, although ${sentence}`;
  const platform = platformName({ os: 'linux', architecture: pool.architecture });
  for (const { repository, tag, source } of named.artifacts) {
    const confidence = lowest(component.confidence, sourceConfidence[source]);
    collector.require({ repository, tag }, component.kind, [platform], {
      component: component.name,
      source,
      confidence,
      condition,
    });
  }
  for (const problem of named.problems) collector.leaveOpen({ component: component.name, ...problem });
}

/** A name that the component map does not know may be an image that nodes pull. */
function leaveUnknownReportsOpen(query: VersionQuery, collector: RequirementCollector): void {
  for (const [name, versions] of query.reported) {
    if (query.catalog.components.has(name)) continue;
    for (const version of versions) {
      collector.leaveOpen({
        component: name,
        version,
        reason:
          'AKS reports it for this cluster, and the component map does not know it: its repository must be added there',
      });
    }
  }
}

function conditionFacts(cluster: Cluster, pool: NodePool, query: VersionQuery): ConditionFacts {
  return {
    properties: cluster.properties,
    pool: poolDocument(cluster.properties, pool),
    poolName: pool.name,
    versionsOf(name) {
      const component = query.catalog.components.get(name);
      if (!component) return [];
      // What runs on demand only is known to run when AKS reports it, not before.
      if (component.condition.kind === 'onDemand' && !query.reported.has(name)) return [];
      return versionsOf(component, query).map(({ version }) => version);
    },
  };
}

function lowest(a: Confidence, b: Confidence): Confidence {
  return isAtLeast(a, b) ? b : a;
}
