import { artifactsOf } from '../catalog/component-artifacts.js';
import { versionsOf, type VersionQuery } from '../catalog/component-versions.js';
import type { Component } from '../catalog/schema.js';
import type { ArtifactRef, VersionSource } from '../model/artifact.js';
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

/** A query in which one source alone speaks. The bundled map always does: it comes last, so it never hides another. */
type Ablation = (query: VersionQuery) => VersionQuery;

const withCatalog =
  (keep: (catalog: VersionQuery['catalog']) => Partial<VersionQuery['catalog']>): Ablation =>
  (query) => ({ ...query, catalog: { ...query.catalog, ...silent, ...keep(query.catalog) }, ...unasked });
const silent = { agentbaker: new Map(), releaseNotes: new Map(), nodeImages: new Map() } as const;
const unasked = { reported: new Map(), tagLists: new Map() } as const;

/** In the order of precedence: docs/catalog.md. */
const sources: readonly (readonly [VersionSource, Ablation])[] = [
  ['component-insights', (query) => ({ ...withCatalog(() => ({}))(query), reported: query.reported })],
  ['agentbaker', withCatalog(({ agentbaker }) => ({ agentbaker }))],
  ['release-notes', withCatalog(({ releaseNotes }) => ({ releaseNotes }))],
  ['tag-list', (query) => ({ ...withCatalog(() => ({}))(query), tagLists: query.tagLists })],
  ['node-image', withCatalog(({ nodeImages }) => ({ nodeImages }))],
  ['component-map', withCatalog(() => ({}))],
];

/** What every source would say of a component if it were the only one, best source first; those without an answer are left out. */
export function askEachSource(component: Component, query: VersionQuery): readonly SourceAnswer[] {
  const used = new Set(namedBy(component, query).map(({ source }) => source));
  return sources.flatMap(([source, only]) => {
    const named = namedBy(component, only(query)).filter((fact) => fact.source === source);
    const versions = [...new Set(named.map(({ version }) => printable(version)))];
    return versions.length === 0 ? [] : [{ source, versions, used: used.has(source) }];
  });
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
