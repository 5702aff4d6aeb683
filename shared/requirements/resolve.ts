import type { Catalog, TagLists } from '../catalog/catalog.js';
import { artifactsOf, type ComponentArtifacts } from '../catalog/component-artifacts.js';
import { indexReported } from '../catalog/catalog-tags.js';
import { isCoveredByAlias, type VersionQuery } from '../catalog/component-versions.js';
import type { Component } from '../catalog/schema.js';
import type { Confidence, RequirementSet, VersionSource } from '../model/artifact.js';
import type { Cluster, ReportedComponent } from '../model/cluster.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import { isAtLeast } from './confidence.js';
import { evaluateCondition, holdsFor, type Evaluation } from './conditions.js';
import { clusterFindings } from './findings.js';
import { foldDocument, type FoldedDocument } from './folded-document.js';
import { requireNodeBootstrap } from './node-bootstrap.js';
import { describePools, type PoolFacts } from './pool-facts.js';
import { installedMeshMinors } from './pool-document.js';
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
 * in `unresolved`; what else the set cannot say, Windows pools for one, is in `findings`.
 */
export function resolveRequirements(input: RequirementInput): RequirementSet {
  const { cluster, target, catalog } = input;
  const collector = new RequirementCollector();
  const { query, properties, pools } = prepareFacts(input);
  for (const finding of clusterFindings(cluster, target, properties, catalog)) collector.tell(finding);
  if (pools.length === 0) {
    collector.leaveOpen({
      component: 'node-pools',
      reason: 'the cluster lists no Linux node pool, so nothing tells what its nodes pull',
    });
    return collector.build();
  }
  leaveUnknownReportsOpen(query, collector);
  for (const pool of pools) requireNodeBootstrap(catalog.nodeBootstrap, pool, target, collector);
  for (const component of catalog.components.values()) requireComponent(component, pools, query, collector);
  tellJoinFindings(catalog, collector);
  return collector.build();
}

/** What joining the sources found about components of this set; an override that is most likely misspelt may be about any. */
function tellJoinFindings({ learned }: Catalog, collector: RequirementCollector): void {
  if (learned.findings.length === 0) return;
  const concerned = collector.components();
  for (const finding of learned.findings) {
    if (finding.code === 'override-without-effect' || concerned.has(finding.subject)) collector.tell(finding);
  }
}

export interface ResolverFacts {
  readonly query: VersionQuery;
  readonly properties: FoldedDocument;
  readonly pools: readonly PoolFacts[];
}

/** What all questions about a cluster are answered from. */
export function prepareFacts({ cluster, target, catalog, reported, tagLists }: RequirementInput): ResolverFacts {
  const meshMinors = installedMeshMinors(cluster.properties);
  const query: VersionQuery = { catalog, target, reported: indexReported(reported), tagLists, meshMinors };
  const properties = foldDocument(cluster.properties);
  return { query, properties, pools: describePools(cluster, properties, query) };
}

/**
 * Whether nodes of a pool pull a component, whatever else names its image: its condition holds, or AKS reports it for the cluster.
 * `sentence` says which.
 */
export function evaluateNeed(component: Component, pool: PoolFacts, query: VersionQuery): Evaluation {
  const evaluation = evaluateCondition(component.condition, pool.conditions);
  if (evaluation.holds || component.condition.kind === 'never' || !query.reported.has(component.name))
    return evaluation;
  return { holds: true, sentence: `AKS reports it for this cluster, although ${evaluation.sentence}` };
}

function requireComponent(
  component: Component,
  pools: readonly PoolFacts[],
  query: VersionQuery,
  collector: RequirementCollector,
): void {
  if (component.condition.kind === 'never') return;
  const isReported = query.reported.has(component.name);
  let named: ComponentArtifacts | undefined;
  for (const pool of pools) {
    if (!isReported && !holdsFor(component.condition, pool.conditions)) continue;
    if (named === undefined && isCoveredByAlias(component, query)) return;
    named ??= artifactsOf(component, query);
    const { sentence: condition } = evaluateNeed(component, pool, query);
    for (const { repository, tag, source } of named.artifacts) {
      const confidence = lowest(component.confidence, sourceConfidence[source]);
      const reason = { component: component.name, source, confidence, condition };
      collector.require({ repository, tag }, component.kind, pool.need, reason);
    }
  }
  if (named !== undefined) leaveProblemsOpen(component, named, query, collector);
}

function leaveProblemsOpen(
  component: Component,
  { problems }: ComponentArtifacts,
  query: VersionQuery,
  collector: RequirementCollector,
): void {
  const versions = component.tag === undefined ? (query.reported.get(component.name) ?? []) : [];
  for (const problem of problems) {
    const entries = versions.length === 0 ? [problem] : versions.map((version) => ({ ...problem, version }));
    for (const entry of entries) collector.leaveOpen({ component: component.name, ...entry });
  }
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
          'AKS reports it for this cluster, and the component map does not know it: an override that adds it with its repository would resolve it',
      });
    }
  }
}

function lowest(a: Confidence, b: Confidence): Confidence {
  return isAtLeast(a, b) ? b : a;
}
