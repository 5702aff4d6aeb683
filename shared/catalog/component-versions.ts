import type { VersionSource } from '../model/artifact.js';
import { minorOf, type KubernetesVersion } from '../model/kubernetes-version.js';
import { isListed, type Catalog, type TagLists } from './catalog.js';
import type { Component } from './schema.js';
import { compareLeadingNumbers, compareTags, minorOfTag, tagShape } from './version-order.js';

/** What decides about versions, apart from the component. */
export interface VersionQuery {
  readonly catalog: Catalog;
  readonly target: KubernetesVersion;
  /** Versions per component that AKS reports for the target's minor; empty where Component Insights is absent. */
  readonly reported: ReadonlyMap<string, readonly string[]>;
  readonly tagLists: TagLists;
  /** Minors of the service mesh that are installed (`1.29`); absent: every one that the data knows. */
  readonly meshMinors?: readonly string[] | undefined;
}

export interface VersionFact {
  /** As its source spells it; not yet checked. */
  readonly version: string;
  readonly source: VersionSource;
}

/**
 * The versions of a component that may run, all of them when several may. Precedence: an override; what AKS reports for the
 * cluster; else what AKS releases run and AgentBaker bakes; else the published table of the minor; else the newest tag on MAR; else the newest node image notes; else the
 * newest tag ever seen. The reasons for this order: docs/catalog.md.
 */
export function versionsOf(component: Component, query: VersionQuery): readonly VersionFact[] {
  const overridden = query.catalog.learned.overridden.get(component.name);
  if (overridden) return from('override', overridden);
  const { tag } = component;
  if (tag?.rule === 'same-as') {
    const other = query.catalog.components.get(tag.component);
    const versions = other ? versionsOf(other, query) : [];
    return versions.filter(({ version }) => compareLeadingNumbers(version, tag.atLeast ?? '0') >= 0);
  }
  const reported = reportedVersions(component, query);
  if (reported.length >= component.pins) return from('component-insights', reported);
  if (reported.length > 0) {
    // Several may run at once and AKS reports fewer: what releases run and node images bake may be the others.
    return [...from('component-insights', reported), ...listedVersions(component, query)];
  }
  return fallbackVersions(component, query);
}

function fallbackVersions(component: Component, query: VersionQuery): readonly VersionFact[] {
  const listed = listedVersions(component, query);
  const published = from('release-notes', publishedVersions(component, query));
  if (component.traits.includes('shares-repository') && listed.length > 0) return [...listed, ...published];
  const sources: readonly (() => readonly VersionFact[])[] = [
    () => listed,
    () => published,
    () => from('tag-list', newestListed(component, query)),
    () => from('node-image', ofMinor(component, query, query.catalog.nodeImages.get(component.name) ?? [])),
    () => from('component-map', newestSeen(component, query)),
  ];
  for (const read of sources) {
    const found = read();
    if (found.length > 0) return found;
  }
  return [];
}

/** What AKS reports under the component's own name; where that says nothing, under the other names of the same image. */
function reportedVersions(component: Component, query: VersionQuery): readonly string[] {
  const own = fullyReported(component, [component.name], query);
  return own.length > 0 ? own : fullyReported(component, imageNames(component, query.catalog), query);
}

/**
 * Versions reported under some names, newest first, without those that another name of the same image spells in full: AKS lists
 * `cilium-agent v1.17.9` beside `container-networking-cilium-agent v1.17.9-260304`.
 */
function fullyReported(component: Component, names: readonly string[], query: VersionQuery): readonly string[] {
  const all = imageNames(component, query.catalog).flatMap((name) => query.reported.get(name) ?? []);
  if (all.length === 0) return all;
  if (all.length === 1) return names.some((name) => query.reported.has(name)) ? all : [];
  const full = names
    .flatMap((name) => query.reported.get(name) ?? [])
    .filter((version) => isKnown(component, version, query) || !all.some((other) => other.startsWith(`${version}-`)));
  return [...new Set(full)].sort((a, b) => compareTags(b, a));
}

/** Whether another name of the same image speaks for this component: its own name adds nothing then. */
export function isCoveredByAlias(component: Component, query: VersionQuery): boolean {
  const others = imageNames(component, query.catalog).filter((name) => name !== component.name);
  if (others.length === 0) return false;
  if (query.reported.has(component.name)) return fullyReported(component, [component.name], query).length === 0;
  return component.aliasOf !== undefined || others.some((name) => query.reported.has(name));
}

/** All names of AKS for the image of this component. */
function imageNames(component: Component, catalog: Catalog): readonly string[] {
  return catalog.sharedNames.get(component.name) ?? [component.name];
}

function isKnown(component: Component, tag: string, { catalog }: VersionQuery): boolean {
  return component.repositories.some((repository) => catalog.knownTags.get(repository)?.has(tag));
}

/** What runs in clusters of any minor, and what node images bake for any: neither list speaks about this cluster, both may be right. */
function listedVersions(component: Component, query: VersionQuery): readonly VersionFact[] {
  const { agentbaker, learned } = query.catalog;
  const running = [
    ...(learned.kubernetesReleases.get(query.target)?.get(component.name) ?? []),
    ...ofMinor(component, query, learned.running.get(component.name) ?? []),
  ];
  const baked = ofMinor(component, query, agentbaker.get(component.name) ?? []);
  return [...from('vulnerability-api', running), ...from('agentbaker', baked)];
}

function publishedVersions(component: Component, query: VersionQuery): readonly string[] {
  const table = query.catalog.releaseNotes.get(minorOf(query.target));
  return imageNames(component, query.catalog).flatMap((name) => table?.get(name) ?? []);
}

/** The newest listed tag of the series that the known tags belong to (`latest` and other series aside). */
function newestListed(component: Component, { catalog, tagLists }: VersionQuery): readonly string[] {
  if (!isListed(component, catalog)) return [];
  const shapes = new Set(component.examples.map(tagShape));
  const listed = component.repositories
    .flatMap((repository) => tagLists.get(repository) ?? [])
    .filter((tag) => shapes.has(tagShape(tag)))
    .sort((a, b) => compareTags(b, a));
  return listed.slice(0, 1);
}

/** Where versions follow Kubernetes, older node images have those of older minors. */
function newestSeen(component: Component, query: VersionQuery): readonly string[] {
  if (!component.traits.includes('follows-kubernetes-minor')) return component.examples.slice(0, 1);
  const known = component.repositories.flatMap((repository) => [...(query.catalog.knownTags.get(repository) ?? [])]);
  const shapes = new Set(component.examples.map(tagShape));
  const seen = [...component.examples, ...known.filter((tag) => shapes.has(tagShape(tag)))];
  return ofMinor(component, query, seen)
    .toSorted((a, b) => compareTags(b, a))
    .slice(0, 1);
}

function ofMinor(component: Component, { target }: VersionQuery, versions: readonly string[]): readonly string[] {
  if (!component.traits.includes('follows-kubernetes-minor')) return versions;
  return versions.filter((version) => minorOfTag(version) === minorOf(target));
}

function from(source: VersionSource, versions: readonly string[]): readonly VersionFact[] {
  return [...new Set(versions)].map((version) => ({ version, source }));
}
