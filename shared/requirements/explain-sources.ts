import { artifactsOf } from '../catalog/component-artifacts.js';
import { describeClaims } from '../catalog/component-places.js';
import { versionsOf, type VersionQuery } from '../catalog/component-versions.js';
import type { Component } from '../catalog/schema.js';
import type { ArtifactRef, Requirement, VersionSource } from '../model/artifact.js';
import { compareLeadingNumbers } from '../catalog/version-order.js';
import { printable } from './printable.js';

/** What one source says of a component. */
export interface SourceAnswer {
  readonly source: VersionSource;
  /** Tags, or versions of a component that has none; as the catalogue orders them. */
  readonly versions: readonly string[];
  /** Whether the set is made of them: otherwise a better source decided. */
  readonly used: boolean;
}

type Catalog = VersionQuery['catalog'];

/** What a source alone brings into a query in which all others are silent. */
interface Voice {
  readonly catalog?: Partial<Catalog>;
  readonly learned?: Partial<Catalog['learned']>;
  readonly asked?: Partial<Pick<VersionQuery, 'reported' | 'tagLists'>>;
}

const none = new Map<string, never>();

/** In the order of precedence: docs/catalog.md. What was observed adds to all of them, and comes last. */
const sources: readonly (readonly [VersionSource, (query: VersionQuery) => Voice])[] = [
  ['override', ({ catalog }) => ({ learned: { overridden: catalog.learned.overridden } })],
  ['component-insights', ({ reported }) => ({ asked: { reported } })],
  [
    'vulnerability-api',
    ({ catalog: { learned } }) => ({
      learned: { running: learned.running, kubernetesReleases: learned.kubernetesReleases },
    }),
  ],
  ['agentbaker', ({ catalog: { agentbaker } }) => ({ catalog: { agentbaker } })],
  ['release-notes', ({ catalog: { releaseNotes } }) => ({ catalog: { releaseNotes } })],
  ['tag-list', ({ tagLists }) => ({ asked: { tagLists } })],
  ['node-image', ({ catalog: { nodeImages } }) => ({ catalog: { nodeImages } })],
  ['component-map', () => ({})],
];

/**
 * A query in which one source alone speaks. The bundled map always does: it comes last, so it never hides another. That sources
 * contradict each other about a place does not make one of them silent.
 */
function only(voice: Voice, query: VersionQuery): VersionQuery {
  const { catalog } = query;
  const learned = {
    ...catalog.learned,
    running: none,
    kubernetesReleases: none,
    overridden: none,
    contradictions: none,
    ...voice.learned,
  };
  const silent = { agentbaker: none, releaseNotes: none, nodeImages: none };
  const asked = { reported: none, tagLists: none, ...voice.asked };
  return { ...query, catalog: { ...catalog, ...silent, ...voice.catalog, learned }, ...asked };
}

/**
 * What every source would say of a component if it were the only one, best source first; those without an answer are left out.
 * @param artifacts the set: of what was observed, only it tells
 */
export function askEachSource(
  component: Component,
  query: VersionQuery,
  artifacts: readonly Requirement[],
): readonly SourceAnswer[] {
  const used = new Set(namedBy(component, query).map(({ source }) => source));
  const answers = sources.flatMap(([source, voiceOf]) => {
    const named = namedBy(component, only(voiceOf(query), query)).filter((fact) => fact.source === source);
    const versions = [...new Set(named.map(({ version }) => printable(version)))];
    return versions.length === 0 ? [] : [{ source, versions, used: used.has(source) }];
  });
  const observed = artifacts.filter(({ because }) =>
    because.some((reason) => reason.source === 'observed' && reason.component === component.name),
  );
  if (observed.length === 0) return answers;
  return [...answers, { source: 'observed', versions: observed.map(({ tag }) => tag), used: true }];
}

function namedBy(
  component: Component,
  query: VersionQuery,
): readonly { readonly version: string; readonly source: VersionSource }[] {
  if (component.tag === undefined) return versionsOf(component, query);
  return artifactsOf(component, query).artifacts.map(({ tag, source }) => ({ version: tag, source }));
}

/** Why an artifact of a component is in its repository, in words. */
export function explainPlace(component: Component, { repository, tag }: ArtifactRef, query: VersionQuery): string {
  const { repositories, repositoryRules, traits, tag: rule } = component;
  if (rule?.rule === 'table') return `the version of ${rule.component} decides its repository and tag`;
  if (traits.includes('every-repository')) return 'its repositories are different images, and each is needed';
  const { learned } = query.catalog;
  const contradiction = learned.contradictions.get(component.name)?.find((one) => one.tag === tag);
  if (contradiction) return `${describeClaims(contradiction)}; MAR lists this tag here`;
  if (learned.places.get(component.name)?.get(tag)?.includes(repository))
    return 'AKS releases run exactly this tag from there';
  if (repositories.length === 1) return 'it has no other repository';
  if (query.catalog.knownTags.get(repository)?.has(tag)) return 'a source names exactly this tag there';
  if (query.tagLists.get(repository)?.includes(tag)) return 'MAR lists this tag there';
  const ruled = repositoryRules.find(
    ({ from, below }) =>
      (from === undefined || compareLeadingNumbers(tag, from) >= 0) &&
      (below === undefined || compareLeadingNumbers(tag, below) < 0),
  );
  if (ruled?.repository !== repository) return 'the newest of its paths: no source says where this tag is';
  const bounds = [
    ...(ruled.from === undefined ? [] : [`from ${ruled.from}`]),
    ...(ruled.below === undefined ? [] : [`below ${ruled.below}`]),
  ];
  return `versions ${bounds.join(' and ')} are there`;
}
