import type { z } from 'zod';
import { artifactName, type Digest, type Finding, type VersionSource } from '../model/artifact.js';
import { pathsAskedBy } from './condition.js';
import componentData from './data/components.json' with { type: 'json' };
import knownTagData from './data/known-tags.json' with { type: 'json' };
import nodeBootstrapData from './data/node-bootstrap.json' with { type: 'json' };
import nodeImageData from './data/node-images.json' with { type: 'json' };
import versionData from './data/versions.json' with { type: 'json' };
import {
  componentsSchema,
  knownTagsSchema,
  nodeBootstrapSchema,
  nodeImagesSchema,
  versionsSchema,
  type Component,
  type NodeBootstrap,
} from './schema.js';

/** Tags per MAR repository, as listed on MAR. May be empty: the catalogue works without a network. */
export type TagLists = ReadonlyMap<string, readonly string[]>;

/** Which MAR repositories and tags belong to which AKS component, node OS and Kubernetes version. */
export interface Catalog {
  /** By AKS's own name. Sorted by name. */
  readonly components: ReadonlyMap<string, Component>;
  /** All names of AKS for one image, by each of them; only where there are several. */
  readonly sharedNames: ReadonlyMap<string, readonly string[]>;
  /** Versions per component in AgentBaker's list, newest first. */
  readonly agentbaker: ReadonlyMap<string, readonly string[]>;
  /** Versions per Kubernetes minor and component in AKS's published tables, newest first. */
  readonly releaseNotes: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** Versions per component in the newest node image notes, newest first. */
  readonly nodeImages: ReadonlyMap<string, readonly string[]>;
  /** Tags per repository that some source names exactly. */
  readonly knownTags: ReadonlyMap<string, ReadonlySet<string>>;
  readonly nodeBootstrap: NodeBootstrap;
  /** Names of the artifacts that a node image carries, by image (`AKSUbuntu-2204/202607.02.0`); the newest releases only. */
  readonly nodeImageContents: ReadonlyMap<string, ReadonlySet<string>>;
  /** Paths in ARM's `properties` that bundled conditions ask about, and all sections above them; lower case. */
  readonly askedPaths: ReadonlySet<string>;
  /** What sources that are read at run time add; empty in the bundled data. Made by `joinCatalog`. */
  readonly learned: LearnedFacts;
}

/** Facts that only sources read at run time have. Components by name, artifacts by `artifactName`, versions newest first. */
export interface LearnedFacts {
  /** Versions per component that clusters run now, of every minor: AKS releases in the Vulnerability Data API. */
  readonly running: ReadonlyMap<string, readonly string[]>;
  /** Versions per full Kubernetes version and component: Kubernetes releases there. */
  readonly kubernetesReleases: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** Repositories per component and tag, as a source says that names both. */
  readonly places: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** By component: tags that two sources put into different repositories. */
  readonly contradictions: ReadonlyMap<string, readonly Contradiction[]>;
  /** Which sources name an artifact. */
  readonly sourcesOf: ReadonlyMap<string, readonly VersionSource[]>;
  /** Digests of Linux platforms that a source lists, sorted. */
  readonly digests: ReadonlyMap<string, readonly Digest[]>;
  /** Versions per component that an override sets: nothing else counts then. */
  readonly overridden: ReadonlyMap<string, readonly string[]>;
  /** What overrides did, entry by entry. */
  readonly overrides: readonly AppliedOverride[];
  /** What joining found that people should know; none of it alone makes a set incomplete. Sorted by code, then subject. */
  readonly findings: readonly Finding[];
}

/** One entry of the overrides that has an effect. */
export interface AppliedOverride {
  /** Components and repositories that it is about. */
  readonly subjects: readonly string[];
  /** In words, with the reason that the file gives. */
  readonly effect: string;
}

export interface Contradiction {
  readonly tag: string;
  /** Sorted by source. */
  readonly claims: readonly { readonly source: VersionSource; readonly repositories: readonly string[] }[];
}

const nothingLearned: LearnedFacts = {
  running: new Map(),
  kubernetesReleases: new Map(),
  places: new Map(),
  contradictions: new Map(),
  sourcesOf: new Map(),
  digests: new Map(),
  overridden: new Map(),
  overrides: [],
  findings: [],
};

let bundled: Catalog | undefined;

/** The data bundled with the app, parsed once. Throws only when the build is broken: the data is checked by a test. */
export function loadCatalog(): Catalog {
  bundled ??= parseCatalog({
    components: componentData,
    versions: versionData,
    knownTags: knownTagData,
    nodeBootstrap: nodeBootstrapData,
    nodeImages: nodeImageData,
  });
  return bundled;
}

/** The data files, as parsed JSON. Their shape: schema.ts. */
export interface CatalogData {
  readonly components: unknown;
  readonly versions: unknown;
  readonly knownTags: unknown;
  readonly nodeBootstrap: unknown;
  readonly nodeImages: unknown;
}

/** @throws ZodError when the data is not of the catalogue's shape */
export function parseCatalog(data: CatalogData): Catalog {
  const components = componentsSchema.parse(data.components);
  const versions = versionsSchema.parse(data.versions);
  const knownTags = Object.entries(knownTagsSchema.parse(data.knownTags));
  return freezeDeep({
    components: new Map(components.map((component) => [component.name, component])),
    sharedNames: collectSharedNames(components),
    agentbaker: new Map(Object.entries(versions.agentbaker)),
    releaseNotes: new Map(
      Object.entries(versions.releaseNotes).map(([minor, table]) => [minor, new Map(Object.entries(table))]),
    ),
    nodeImages: new Map(Object.entries(versions.nodeImages)),
    knownTags: new Map(knownTags.map(([repository, tags]) => [repository, new Set(tags)])),
    nodeBootstrap: nodeBootstrapSchema.parse(data.nodeBootstrap),
    nodeImageContents: indexContents(nodeImagesSchema.parse(data.nodeImages)),
    askedPaths: pathsAskedBy(components.map(({ condition }) => condition)),
    learned: nothingLearned,
  });
}

function indexContents(groups: z.infer<typeof nodeImagesSchema>): Catalog['nodeImageContents'] {
  const indexed = groups.flatMap(({ names, contents }) => {
    const artifacts = Object.entries(contents).flatMap(([repository, tags]) =>
      tags.map((tag) => artifactName({ repository, tag })),
    );
    const carried: ReadonlySet<string> = new Set(artifacts);
    return names.map((name) => [name, carried] as const);
  });
  return new Map(indexed);
}

function collectSharedNames(components: readonly Component[]): Catalog['sharedNames'] {
  const shared = new Map<string, readonly string[]>();
  for (const canonical of new Set(components.flatMap(({ aliasOf }) => aliasOf ?? []))) {
    const names = components.filter(({ name, aliasOf }) => name === canonical || aliasOf === canonical);
    for (const { name } of names)
      shared.set(
        name,
        names.map((component) => component.name),
      );
  }
  return shared;
}

/**
 * MAR repositories whose tags must be listed, sorted: their components have a tag that nothing reports or derives
 * (kube-proxy's revision, the mesh's patch, components that AKS never reports and node images never bake), or sources contradict
 * each other about their repository.
 */
export function listedRepositories(catalog: Catalog): readonly string[] {
  const listed = [...catalog.components.values()].flatMap((component) => {
    if (component.condition.kind === 'never') return [];
    if (component.tag?.rule === 'kubernetes-revision') return component.repositories;
    if (component.tag?.rule === 'mesh-revision') return component.repositories.slice(0, 1);
    return isListed(component, catalog) ? component.repositories : contradicted(component, catalog);
  });
  return [...new Set(listed)].sort();
}

function contradicted({ name }: Component, { learned }: Catalog): readonly string[] {
  return (learned.contradictions.get(name) ?? []).flatMap(({ claims }) =>
    claims.flatMap((claim) => claim.repositories),
  );
}

/** Whether the newest listed tag stands in for a version that no other source has. */
export function isListed(component: Component, catalog: Catalog): boolean {
  return (
    component.tag?.rule === 'version' &&
    component.traits.includes('unreported') &&
    component.condition.kind !== 'onDemand' &&
    component.examples.length > 0 &&
    !catalog.agentbaker.has(component.name)
  );
}

function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const parts = value instanceof Map || value instanceof Set ? value.values() : Object.values(value);
  for (const part of parts) freezeDeep(part);
  return Object.freeze(value);
}
