import type { Catalog, Contradiction, LearnedFacts } from './catalog.js';
import { addTo } from './multimap.js';
import type { Component, NodeBootstrap, TagRule } from './schema.js';

/** The name that a repository has now; undefined when nothing is pulled from it. */
export type Rename = (repository: string) => string | undefined;

/**
 * The catalogue with other names of repositories, wherever they stand. A component that loses its last repository names no
 * artifact any more. What nodes pull by themselves can move, and of it only sandbox images can go.
 */
export function mapRepositories(catalog: Catalog, rename: Rename): Catalog {
  const knownTags = new Map<string, Set<string>>();
  for (const [repository, tags] of catalog.knownTags) {
    for (const name of each([repository], rename)) for (const tag of tags) addTo(knownTags, name, tag);
  }
  return {
    ...catalog,
    components: new Map([...catalog.components].map(([name, component]) => [name, mapComponent(component, rename)])),
    knownTags,
    nodeBootstrap: mapNodeBootstrap(catalog.nodeBootstrap, rename),
    learned: { ...catalog.learned, ...mapLearned(catalog.learned, rename) },
  };
}

function each(repositories: readonly string[], rename: Rename): string[] {
  return [...new Set(repositories.flatMap((repository) => rename(repository) ?? []))];
}

/** What stands beside a repository, with its new name. */
function eachBeside<Entry extends { readonly repository: string }>(entries: readonly Entry[], rename: Rename): Entry[] {
  return entries.flatMap((entry) => each([entry.repository], rename).map((repository) => ({ ...entry, repository })));
}

function mapComponent(component: Component, rename: Rename): Component {
  const { tag, ...rest } = component;
  const repositories = each(component.repositories, rename);
  const hasLostAll = repositories.length === 0 && component.repositories.length > 0;
  return {
    ...rest,
    repositories,
    repositoryRules: eachBeside(component.repositoryRules, rename),
    ...(tag === undefined || hasLostAll ? {} : { tag: mapTagRule(tag, rename) }),
  };
}

function mapTagRule(tag: TagRule, rename: Rename): TagRule {
  if (tag.rule !== 'table') return tag;
  const rows = tag.rows.map((row) => ({ ...row, images: eachBeside(row.images, rename) }));
  return { ...tag, rows: rows.filter(({ images }) => images.length > 0) };
}

function mapNodeBootstrap(facts: NodeBootstrap, rename: Rename): NodeBootstrap {
  const renamed = <Entry extends { readonly repository: string }>(entry: Entry): Entry => ({
    ...entry,
    repository: rename(entry.repository) ?? entry.repository,
  });
  const renamedAll = (repositories: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(repositories).map(([name, one]) => [name, rename(one) ?? one]));
  const { packages, kubernetesNode, credentialProvider, pause, systemExtensions } = facts;
  return {
    ...facts,
    packages: { ...packages, repositories: renamedAll(packages.repositories) },
    kubernetesNode: renamed(kubernetesNode),
    credentialProvider: {
      package: renamed(credentialProvider.package),
      tarball: renamed(credentialProvider.tarball),
    },
    pause: eachBeside(pause, rename),
    systemExtensions: {
      ...systemExtensions,
      repositories: renamedAll(systemExtensions.repositories),
      credentialProvider: renamed(systemExtensions.credentialProvider),
    },
  };
}

function mapLearned(
  { places, contradictions }: LearnedFacts,
  rename: Rename,
): Pick<LearnedFacts, 'places' | 'contradictions'> {
  const mappedPlaces = [...places].map(([name, byTag]) => {
    const found = [...byTag].map(([tag, repositories]) => [tag, each(repositories, rename).sort()] as const);
    return [name, new Map(found.filter(([, repositories]) => repositories.length > 0))] as const;
  });
  const mappedContradictions = [...contradictions].map(
    ([name, found]) => [name, found.flatMap((one) => mapContradiction(one, rename))] as const,
  );
  return { places: new Map(mappedPlaces), contradictions: new Map(mappedContradictions) };
}

/** Nothing is left to contradict where one claim is gone, or both now name one repository. */
function mapContradiction({ tag, claims }: Contradiction, rename: Rename): readonly Contradiction[] {
  const mapped = claims
    .map(({ source, repositories }) => ({ source, repositories: each(repositories, rename).sort() }))
    .filter(({ repositories }) => repositories.length > 0);
  const named = mapped.flatMap(({ repositories }) => repositories);
  return mapped.length > 1 && new Set(named).size === named.length ? [{ tag, claims: mapped }] : [];
}
