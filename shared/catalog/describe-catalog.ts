import { versionSources, type Finding, type VersionSource } from '../model/artifact.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { BundledSources } from './bundled-sources.js';
import type { Catalog } from './catalog.js';
import { artifactsOf } from './component-artifacts.js';
import type { VersionQuery } from './component-versions.js';
import type { Component } from './schema.js';
import { compareTags, minorOfTag } from './version-order.js';

/** What a catalogue knows, and what it does not. */
export interface CatalogDescription extends BundledSources {
  /** What each data file holds, by kind of entry. */
  readonly files: readonly { readonly file: string; readonly counts: Readonly<Record<string, number>> }[];
  readonly coverage: Coverage;
  /** Oldest first. */
  readonly minors: readonly MinorCoverage[];
  /** Components that nodes pull and that nobody can name, sorted by name. */
  readonly unresolved: readonly {
    readonly component: string;
    readonly reason: string;
    readonly candidates: readonly string[];
  }[];
  /** What overrides do, a sentence each. */
  readonly overrides: readonly string[];
  /** What joining sources and overrides found. */
  readonly findings: readonly Finding[];
}

/** Counts of components; every component is in one of them but `components`, which is their sum. */
export interface Coverage {
  readonly components: number;
  /** Pulled by nodes, and where from is known. */
  readonly mapped: number;
  /** Pulled by nodes, without a repository or tag that anybody confirmed. */
  readonly unmapped: number;
  readonly controlPlane: number;
  readonly windows: number;
  /** Never pulled through the cache for another reason: part of the node image, pulled from MAR directly, and so on. */
  readonly otherwiseNotPulled: number;
}

/** How much of what nodes pull has a version in the bundled lists alone. Counts of mapped components. */
export interface MinorCoverage {
  readonly minor: string;
  /** The version that was tried: the newest patch that some list names. */
  readonly version: string;
  readonly mapped: number;
  readonly named: number;
  /** Of the named ones, by the best source of each; sources without any are left out. */
  readonly bySource: Partial<Readonly<Record<VersionSource, number>>>;
  /** The others: AKS's report for a cluster, or MAR's tag lists, may still name them. Sorted. */
  readonly unnamed: readonly string[];
}

/** Pure: the same catalogue gives the same description. */
export function describeCatalog(catalog: Catalog, bundled: BundledSources): CatalogDescription {
  const components = [...catalog.components.values()];
  const pulled = components.filter(({ condition }) => condition.kind !== 'never');
  const mapped = pulled.filter(isMapped);
  const never = (reason: string): number =>
    components.filter(({ condition }) => condition.kind === 'never' && condition.reason === reason).length;
  const [controlPlane, windows] = [never('control-plane'), never('windows')];
  return {
    ...bundled,
    files: countEntries(catalog),
    coverage: {
      components: components.length,
      mapped: mapped.length,
      unmapped: pulled.length - mapped.length,
      controlPlane,
      windows,
      otherwiseNotPulled: components.length - pulled.length - controlPlane - windows,
    },
    minors: minorsOf(catalog).map((minor) => coverMinor(minor, mapped, catalog)),
    unresolved: pulled.filter((component) => !isMapped(component)).map((component) => describeGap(component, catalog)),
    overrides: catalog.learned.overrides.map(({ subjects: [subject], effect }) => `${subject}: ${effect}`),
    findings: catalog.learned.findings,
  };
}

/** Whether a version of it would name an artifact. */
function isMapped({ tag }: Component): boolean {
  return tag !== undefined && tag.rule !== 'digest-only';
}

function describeGap(component: Component, catalog: Catalog): CatalogDescription['unresolved'][number] {
  const newest = minorsOf(catalog).at(-1) ?? '';
  const { problems } = artifactsOf(component, queryFor(newestPatch(newest, catalog), catalog));
  const { name, candidates } = component;
  return { component: name, reason: problems[0]?.reason ?? 'no source names it', candidates };
}

function coverMinor(minor: string, mapped: readonly Component[], catalog: Catalog): MinorCoverage {
  const version = newestPatch(minor, catalog);
  const query = queryFor(version, catalog);
  const found = mapped.map((component) => {
    const named = artifactsOf(component, query).artifacts;
    return {
      name: component.name,
      best: versionSources.find((source) => named.some((artifact) => artifact.source === source)),
    };
  });
  const entries = versionSources.flatMap((source) => {
    const { length } = found.filter(({ best }) => best === source);
    return length === 0 ? [] : [[source, length] as const];
  });
  const unnamed = found.filter(({ best }) => best === undefined).map(({ name }) => name);
  const named = mapped.length - unnamed.length;
  return { minor, version, mapped: mapped.length, named, bySource: Object.fromEntries(entries), unnamed };
}

/** No cluster, no network: what the lists alone say. */
function queryFor(target: KubernetesVersion, catalog: Catalog): VersionQuery {
  return { catalog, target, reported: new Map(), tagLists: new Map() };
}

function minorsOf({ releaseNotes }: Catalog): readonly string[] {
  return [...releaseNotes.keys()].sort(compareTags);
}

function newestPatch(minor: string, { components, knownTags, nodeBootstrap }: Catalog): KubernetesVersion {
  const revisions = [...components.values()]
    .filter(({ tag }) => tag?.rule === 'kubernetes-revision')
    .flatMap(({ repositories }) => repositories.flatMap((repository) => [...(knownTags.get(repository) ?? [])]));
  const versions = [...revisions, ...nodeBootstrap.kubernetesNode.versions]
    .filter((tag) => minorOfTag(tag) === minor)
    .flatMap((tag) => /\d+\.\d+\.\d+/.exec(tag)?.[0] ?? []);
  return (versions.sort(compareTags).at(-1) ?? `${minor}.0`) as KubernetesVersion;
}

function countEntries(catalog: Catalog): CatalogDescription['files'] {
  const { components, agentbaker, releaseNotes, nodeImages, knownTags, nodeBootstrap, nodeImageContents } = catalog;
  const sum = (sets: Iterable<{ readonly size: number }>): number =>
    [...sets].reduce((total, { size }) => total + size, 0);
  return [
    { file: 'components.json', counts: { components: components.size } },
    {
      file: 'versions.json',
      counts: {
        'components in AgentBaker': agentbaker.size,
        'Kubernetes minors with a table': releaseNotes.size,
        'components in node image notes': nodeImages.size,
      },
    },
    { file: 'known-tags.json', counts: { repositories: knownTags.size, tags: sum(knownTags.values()) } },
    {
      file: 'node-bootstrap.json',
      counts: {
        'kubernetes-node tarballs': nodeBootstrap.kubernetesNode.versions.length,
        'OS SKUs': Object.keys(nodeBootstrap.osSkus).length,
      },
    },
    {
      file: 'node-images.json',
      counts: {
        'node images': nodeImageContents.size,
        'artifacts on the largest': Math.max(0, ...[...nodeImageContents.values()].map(({ size }) => size)),
      },
    },
  ];
}
