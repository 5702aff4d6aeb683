import { artifactName, versionSources, type Digest, type VersionSource } from '../model/artifact.js';
import { applyOverrides } from './apply-overrides.js';
import type { Catalog, LearnedFacts } from './catalog.js';
import { newestFirst, tagsByComponent } from './component-tags.js';
import { findContradictions } from './contradictions.js';
import { joinNodeBootstrap } from './join-node-bootstrap.js';
import { joinNodeImages } from './join-node-images.js';
import { learnComponents } from './learn-components.js';
import { indexOwners, type ImageOwners } from './image-owners.js';
import { addTo } from './multimap.js';
import type { Component } from './schema.js';
import type { AgentBakerFacts, CatalogFacts, ImageFact } from './sources/facts.js';
import { noOverrides, type Overrides } from './sources/overrides.js';
import { compareTags } from './version-order.js';

/** What a kind of facts is called as the source of a version. */
const sourceOf = {
  agentbaker: 'agentbaker',
  'aks-release': 'vulnerability-api',
  'kubernetes-release': 'vulnerability-api',
  'node-image': 'node-image',
} as const satisfies Record<CatalogFacts['kind'], VersionSource>;

/**
 * One catalogue from the bundled data, what sources say now, and what people know better. The table of docs/catalog.md, "Joining
 * sources", in code: bundled data is the floor, facts go over it, overrides over everything. Pure; the order of facts plays no part;
 * without facts and overrides the result says what the bundled data says.
 * @param facts of any number of documents; documents of one kind add up
 */
export function joinCatalog(
  bundled: Catalog,
  facts: readonly CatalogFacts[],
  overrides: Overrides = noOverrides,
): Catalog {
  const sorted = facts.map(withSortedImages).sort(compareFacts);
  const agentBaker = sorted.filter((fact) => fact.kind === 'agentbaker');
  const releases = sorted.filter((fact) => fact.kind === 'aks-release');
  const { components, findings } = learnComponents(bundled, releases);
  const owners = indexOwners([...components.values()]);
  const learned = learnFacts(sorted, components, owners);
  const joined: Catalog = {
    ...bundled,
    components,
    agentbaker: joinAgentBaker(bundled, agentBaker, components),
    knownTags: joinKnownTags(bundled, sorted),
    nodeBootstrap: joinNodeBootstrap(bundled.nodeBootstrap, sorted),
    nodeImageContents: joinNodeImages(bundled.nodeImageContents, sorted),
    learned: { ...bundled.learned, ...learned, findings },
  };
  return applyOverrides(joined, overrides);
}

function withSortedImages(fact: CatalogFacts): CatalogFacts {
  return { ...fact, images: [...fact.images].sort((a, b) => compareText(imageKey(a), imageKey(b))) };
}

function imageKey({ repository, tag, container = '', digests = [] }: ImageFact): string {
  return [repository, tag, container, ...digests].join(' ');
}

/** By kind, then newest first; contents decide between documents of one name. */
function compareFacts(a: CatalogFacts, b: CatalogFacts): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  const byName = compareTags(nameOf(b), nameOf(a));
  if (byName !== 0) return byName;
  return compareText(JSON.stringify(a), JSON.stringify(b));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function nameOf(fact: CatalogFacts): string {
  return fact.kind === 'agentbaker' ? '' : fact.name;
}

/** What the fresh list says of a component replaces the bundled list: versions that nobody bakes any more leave MAR one day. */
function joinAgentBaker(
  bundled: Catalog,
  lists: readonly AgentBakerFacts[],
  components: ReadonlyMap<string, Component>,
): Catalog['agentbaker'] {
  const baked = new Map<string, Set<string>>();
  for (const { repository, tag } of lists.flatMap(({ images }) => images)) addTo(baked, repository, tag);
  return new Map([...bundled.agentbaker, ...tagsByComponent([...components.values()], baked)]);
}

/** That a tag exists is not forgotten: the union of all. */
function joinKnownTags(bundled: Catalog, facts: readonly CatalogFacts[]): Catalog['knownTags'] {
  const known = new Map([...bundled.knownTags].map(([repository, tags]) => [repository, new Set(tags)]));
  for (const { repository, tag } of facts.flatMap(({ images }) => images)) addTo(known, repository, tag);
  return known;
}

function learnFacts(
  facts: readonly CatalogFacts[],
  components: ReadonlyMap<string, Component>,
  owners: ImageOwners,
): Omit<LearnedFacts, 'overridden' | 'overrides' | 'findings'> {
  const ofKind = (kind: CatalogFacts['kind']) => facts.filter((fact) => fact.kind === kind);
  const running = ofKind('aks-release').flatMap(({ images }) => images);
  const places = placesOf(running, owners);
  const kubernetes = new Map<string, ImageFact[]>();
  for (const fact of facts) {
    if (fact.kind === 'kubernetes-release')
      kubernetes.set(fact.name, [...(kubernetes.get(fact.name) ?? []), ...fact.images]);
  }
  return {
    running: versionsOf(running, owners),
    kubernetesReleases: new Map([...kubernetes].map(([version, images]) => [version, versionsOf(images, owners)])),
    places,
    contradictions: findContradictions(
      components,
      places,
      ofKind('agentbaker').flatMap(({ images }) => images),
    ),
    ...provenanceOf(facts),
  };
}

/** Versions per component, newest first; only where the tag is the version. */
function versionsOf(images: readonly ImageFact[], owners: ImageOwners): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, Set<string>>();
  for (const image of images) {
    for (const { name } of owners(image)) addTo(versions, name, image.tag);
  }
  return new Map([...versions].map(([name, tags]) => [name, newestFirst(tags)]));
}

function placesOf(images: readonly ImageFact[], owners: ImageOwners): LearnedFacts['places'] {
  const places = new Map<string, Map<string, Set<string>>>();
  for (const image of images) {
    for (const { name } of owners(image)) {
      const byTag = places.get(name) ?? new Map<string, Set<string>>();
      places.set(name, byTag);
      addTo(byTag, image.tag, image.repository);
    }
  }
  return new Map(
    [...places].map(([name, byTag]) => [name, new Map([...byTag].map(([tag, found]) => [tag, [...found].sort()]))]),
  );
}

function provenanceOf(facts: readonly CatalogFacts[]): Pick<LearnedFacts, 'sourcesOf' | 'digests'> {
  const sources = new Map<string, Set<VersionSource>>();
  const digests = new Map<string, Set<Digest>>();
  for (const { kind, images } of facts) {
    for (const image of images) {
      addTo(sources, artifactName(image), sourceOf[kind]);
      for (const digest of image.digests ?? []) addTo(digests, artifactName(image), digest);
    }
  }
  return {
    sourcesOf: new Map([...sources].map(([name, found]) => [name, versionSources.filter((one) => found.has(one))])),
    digests: new Map([...digests].map(([name, found]) => [name, [...found].sort()])),
  };
}
