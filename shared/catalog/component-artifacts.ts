import { candidatesOf } from './candidates.js';
import { artifactName, isTag, type ArtifactRef, type VersionSource } from '../model/artifact.js';
import type { Catalog } from './catalog.js';
import { placesOf } from './component-places.js';
import { versionsOf, type VersionQuery } from './component-versions.js';
import type { Component, TableRow, TagRule } from './schema.js';
import { compareLeadingNumbers, compareTags, minorOfTag } from './version-order.js';

export interface ArtifactFact extends ArtifactRef {
  readonly source: VersionSource;
}

/** A version, or a whole component, that names no artifact. */
export interface NamingProblem {
  readonly version?: string;
  /** For an operator: what is unknown and what would tell. */
  readonly reason: string;
  /** Places where it may be. */
  readonly candidates?: readonly ArtifactRef[];
}

export interface ComponentArtifacts {
  readonly artifacts: readonly ArtifactFact[];
  readonly problems: readonly NamingProblem[];
}

/** The artifacts of every version of a component that may run, whether or not it runs. Never throws; every tag is valid. */
export function artifactsOf(component: Component, query: VersionQuery): ComponentArtifacts {
  const { tag } = component;
  if (tag === undefined) return { artifacts: [], problems: unplaced(component, query) };
  const named = nameArtifacts(component, tag, query);
  if (named.artifacts.length > 0 || named.problems.length > 0) return named;
  return { artifacts: [], problems: [{ reason: withoutVersion(component) }] };
}

function nameArtifacts(component: Component, tag: TagRule, query: VersionQuery): ComponentArtifacts {
  switch (tag.rule) {
    case 'constant':
      return placed(component, [{ tag: tag.tag, source: 'component-map' }], query);
    case 'kubernetes-revision':
      return { artifacts: kubernetesRevisions(component, query), problems: [] };
    case 'mesh-revision':
      return meshRevisions(component, query);
    case 'table':
      return tableImages(tag.component, tag.rows, query);
    case 'digest-only':
      return digestOnly(tag.component, query);
    case 'version':
    case 'same-as':
    case 'suffix':
      return placed(
        component,
        versionsOf(component, query).map(({ version, source }) => ({ tag: tagOfVersion(version, tag), source })),
        query,
      );
  }
}

function tagOfVersion(version: string, rule: TagRule): string {
  if (rule.rule !== 'suffix' || version.endsWith(rule.suffix)) return version;
  return `${version}${rule.suffix}`;
}

interface TagFact {
  readonly tag: string;
  readonly source: VersionSource;
}

/** Puts each tag into the repositories that carry it; a tag that is none, or that sources disagree about, becomes a problem. */
function placed(component: Component, tags: readonly TagFact[], query: VersionQuery): ComponentArtifacts {
  const places = tags.map((fact) => ({ fact, found: placesOf(component, fact.tag, query) }));
  return {
    artifacts: places.flatMap(({ fact, found }) =>
      'problem' in found ? [] : found.repositories.map((repository) => ({ repository, ...fact })),
    ),
    problems: places.flatMap(({ fact, found }) =>
      'problem' in found ? [{ version: fact.tag, reason: found.problem }] : [],
    ),
  };
}

/** `v{target}` with any revision: the newest listed one of the newest path that has any, and every one known to run or to be baked. */
function kubernetesRevisions(
  component: Component,
  { catalog, target, tagLists }: VersionQuery,
): readonly ArtifactFact[] {
  const belongs = (tag: string): boolean => tag === `v${target}` || tag.startsWith(`v${target}-`);
  const baked = component.repositories.flatMap((repository) =>
    [...(catalog.knownTags.get(repository) ?? [])]
      .filter(belongs)
      .flatMap((tag) => sourcesOf({ repository, tag }, catalog).map((source) => ({ repository, tag, source }))),
  );
  for (const repository of component.repositories) {
    const listed = (tagLists.get(repository) ?? []).filter((tag) => belongs(tag) && isTag(tag));
    const newest = [...listed].sort(compareTags).at(-1);
    if (newest !== undefined) return [{ repository, tag: newest, source: 'tag-list' }, ...baked];
  }
  return baked;
}

/** Sources that are read at run time say so themselves; what is bundled was baked. */
function sourcesOf(artifact: ArtifactRef, { learned }: Catalog): readonly VersionSource[] {
  return learned.sourcesOf.get(artifactName(artifact)) ?? ['agentbaker'];
}

/** Per installed minor of the mesh: the newest listed tag, else the newest that runs, else the newest seen. */
function meshRevisions(component: Component, query: VersionQuery): ComponentArtifacts {
  const listed = component.repositories.flatMap((repository) => query.tagLists.get(repository) ?? []);
  const minors = query.meshMinors ?? [...new Set(component.examples.flatMap((tag) => minorOfTag(tag) ?? []))];
  const tags = minors.map((minor): TagFact | NamingProblem => {
    const newest = newestOfMinor(listed, minor);
    if (newest !== undefined) return { tag: newest, source: 'tag-list' };
    const running = newestOfMinor(query.catalog.learned.running.get(component.name) ?? [], minor);
    if (running !== undefined) return { tag: running, source: 'vulnerability-api' };
    const seen = newestOfMinor(component.examples, minor);
    return seen === undefined
      ? { version: minor, reason: withoutVersion(component) }
      : { tag: seen, source: 'component-map' };
  });
  const named = placed(
    component,
    tags.filter((tag) => 'tag' in tag),
    query,
  );
  return { artifacts: named.artifacts, problems: [...named.problems, ...tags.filter((tag) => 'reason' in tag)] };
}

/** Only tags of the form `v1.29.5-2`: release candidates and debug builds are other series. */
function newestOfMinor(tags: readonly string[], minor: string): string | undefined {
  return tags
    .filter((tag) => /^v\d+\.\d+\.\d+-\d+$/.test(tag) && minorOfTag(tag) === minor)
    .sort(compareTags)
    .at(-1);
}

/**
 * Images that another component's version decides, for every version of it that may run. A version that AKS reports must have a
 * row; among versions of lists, which are more than really run, one with a row is enough.
 */
function tableImages(decider: string, rows: readonly TableRow[], query: VersionQuery): ComponentArtifacts {
  const component = query.catalog.components.get(decider);
  const versions = component ? versionsOf(component, query) : [];
  const decided = versions.map((fact) => ({
    ...fact,
    row: rows.find((row) => fits(row, fact.version.replace(/^v/, ''))),
  }));
  const artifacts = decided.flatMap(({ row, source }) => (row?.images ?? []).map((image) => ({ ...image, source })));
  const open = decided.filter(({ row, source }) => !row && (artifacts.length === 0 || source === 'component-insights'));
  if (versions.length > 0 && open.length === 0) return { artifacts, problems: [] };
  const seen = open.map(({ version }) => version).join(', ') || 'unknown';
  const reason = `the version of ${decider} decides its tag, and no row of the catalogue fits it (${seen}); an override that names the versions of this component would`;
  return { artifacts, problems: [{ reason }] };
}

function fits(row: TableRow, version: string): boolean {
  if (row.exactly !== undefined) return row.exactly.includes(version);
  return (
    (row.from === undefined || compareLeadingNumbers(version, row.from) >= 0) &&
    (row.to === undefined || compareLeadingNumbers(version, row.to) <= 0)
  );
}

function digestOnly(decider: string, query: VersionQuery): ComponentArtifacts {
  const component = query.catalog.components.get(decider);
  const versions = component ? versionsOf(component, query).map(({ version }) => version) : [];
  const reason = `nodes pull it by a digest that ${decider} (${versions.join(', ') || 'version unknown'}) chooses; no source names its tag, and an override that names repository and version would`;
  return { artifacts: [], problems: [{ reason }] };
}

/** One problem for every version that may run, with the places where it may be. */
function unplaced(component: Component, query: VersionQuery): readonly NamingProblem[] {
  const reason = withoutRepository(component);
  const problems = versionsOf(component, query).map(({ version }) => {
    const candidates = candidatesOf(component, version, query.catalog);
    return { version, reason, ...(candidates.length > 0 ? { candidates } : {}) };
  });
  return problems.length > 0 ? problems : [{ reason }];
}

function withoutRepository(component: Component): string {
  const next =
    component.candidates.length > 0
      ? `Candidates to check: ${component.candidates.join(', ')}.`
      : 'An override that names its repository, or excludes it, would resolve it.';
  return `the component map has no confirmed repository for it. ${next}`;
}

function withoutVersion(component: Component): string {
  return `no source names a version for this Kubernetes version; listing the tags of ${component.repositories.join(' and ')} would tell`;
}
