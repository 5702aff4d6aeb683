import type { Catalog } from '../catalog/catalog.js';
import { artifactsOf } from '../catalog/component-artifacts.js';
import { isCoveredByAlias } from '../catalog/component-versions.js';
import type { Component } from '../catalog/schema.js';
import { artifactName, type Confidence, type Requirement } from '../model/artifact.js';
import { explainCondition, type ConditionNode } from './explain-condition.js';
import { explainNodeNeed, nodeTags, type NodeComponent } from './explain-node.js';
import { askEachSource, explainPlace, type SourceAnswer } from './explain-sources.js';
import { printable } from './printable.js';
import type { PoolFacts } from './pool-facts.js';
import { evaluateNeed, type ResolverFacts } from './resolve.js';

export interface ComponentExplanation {
  readonly name: string;
  /** How sure the component map is; absent of what nodes fetch at bootstrap. */
  readonly confidence?: Confidence;
  /** All names of AKS for the same image, this one included; absent where there is one. */
  readonly sharedNames?: readonly string[];
  /** The image comes under another of the shared names: nothing is added under this one. */
  readonly isCoveredByAlias: boolean;
  /** Repositories that are confirmed, newest path first. */
  readonly repositories: readonly string[];
  /** Guesses that somebody has to confirm. */
  readonly candidates: readonly string[];
  /** Pools with the same outcome together, in the order of the cluster. */
  readonly pools: readonly PoolExplanation[];
  /** What overrides did to it or its repositories, a sentence each; absent where there is nothing. */
  readonly overrides?: readonly string[];
  /** What each source names, best first. */
  readonly sources: readonly SourceAnswer[];
  /** Where its artifacts would be, whether or not they are needed. */
  readonly places: readonly { readonly artifact: string; readonly because: string }[];
}

export interface PoolExplanation {
  readonly pools: readonly string[];
  /** Whether nodes of these pools pull the component. */
  readonly runs: boolean;
  /** In words. */
  readonly sentence: string;
  readonly condition: ConditionNode;
}

/** A component of the catalogue. @param artifacts the whole set */
export function explainComponent(
  component: Component,
  { query, pools }: ResolverFacts,
  artifacts: readonly Requirement[],
): ComponentExplanation {
  const { name, confidence, repositories, candidates, condition } = component;
  const { components, sharedNames } = query.catalog;
  const shared = sharedNames.get(name);
  const named = component.condition.kind === 'never' ? [] : artifactsOf(component, query).artifacts;
  const places = named.map((artifact) => ({
    artifact: artifactName(artifact),
    because: explainPlace(component, artifact, query),
  }));
  const overrides = overridesOf([name, ...repositories], query.catalog);
  return {
    name,
    confidence,
    ...(overrides.length > 0 ? { overrides } : {}),
    ...(shared && { sharedNames: shared }),
    isCoveredByAlias: isCoveredByAlias(component, query),
    repositories,
    candidates,
    pools: groupPools(pools, (pool) => {
      const { holds, sentence } = evaluateNeed(component, pool, query);
      return { runs: holds, sentence, condition: explainCondition(condition, pool.conditions, components) };
    }),
    sources: component.condition.kind === 'never' ? [] : askEachSource(component, query, artifacts),
    places: withoutRepeats(places),
  };
}

/** What overrides did to any of some components and repositories. */
export function overridesOf(names: readonly string[], { learned }: Catalog): readonly string[] {
  const about = learned.overrides.filter(({ subjects }) => subjects.some((subject) => names.includes(subject)));
  return [...new Set(about.map(({ effect }) => printable(effect, 1000)))];
}

/** Something that nodes fetch at bootstrap. */
export function explainNodeComponent(component: NodeComponent, { query, pools }: ResolverFacts): ComponentExplanation {
  const { catalog, target } = query;
  const facts = catalog.nodeBootstrap;
  const explain = (pool: PoolFacts): ConditionNode => explainNodeNeed(component, pool, target, facts);
  const needing = pools.filter((pool) => explain(pool).holds);
  const overrides = overridesOf([component.repository], catalog);
  const versions = [...new Set(needing.flatMap((pool) => nodeTags(component, pool, target, facts)))].sort();
  return {
    name: component.name,
    ...(overrides.length > 0 ? { overrides } : {}),
    isCoveredByAlias: false,
    repositories: [component.repository],
    candidates: [],
    pools: groupPools(pools, (pool) => {
      const condition = explain(pool);
      const failed = (condition.of ?? [condition]).find(({ holds }) => !holds);
      const sentence = failed ? `it is not so that ${failed.asks}` : 'nodes fetch it at bootstrap';
      return { runs: condition.holds, sentence, condition };
    }),
    sources: versions.length === 0 ? [] : [{ source: 'node-bootstrap', versions, used: true }],
    places: versions.map((tag) => ({
      artifact: artifactName({ repository: component.repository, tag }),
      because: 'nodes ask for it there, by the scripts of AgentBaker',
    })),
  };
}

/** Pools that differ by their name only are one entry. */
function groupPools(
  pools: readonly PoolFacts[],
  explain: (pool: PoolFacts) => Omit<PoolExplanation, 'pools'>,
): readonly PoolExplanation[] {
  const groups = new Map<string, PoolExplanation>();
  for (const facts of pools) {
    const { name } = facts.pool;
    const outcome = explain(facts);
    const sentence = outcome.sentence.replaceAll(` of pool ${name} `, ' of the pool ');
    const key = JSON.stringify([outcome.runs, sentence, outcome.condition]);
    const known = groups.get(key);
    const names = [...new Set([...(known?.pools ?? []), name])];
    groups.set(key, { ...outcome, sentence, pools: names });
  }
  return [...groups.values()];
}

function withoutRepeats<Entry extends { readonly artifact: string }>(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map((entry) => [entry.artifact, entry])).values()];
}
