import type { Catalog } from '../catalog/catalog.js';
import type { Component } from '../catalog/schema.js';
import { artifactName, type RequirementSet } from '../model/artifact.js';
import { nodeComponentsOf } from './explain-node.js';
import { printable } from './printable.js';

/** What a person asks about, as far as anybody knows the name. */
export type Subject =
  | { readonly kind: 'component'; readonly name: string }
  | { readonly kind: 'repository'; readonly name: string }
  | { readonly kind: 'image'; readonly name: string; readonly repository: string; readonly tag: string }
  /** `nearest`: known names that look like it, best first; may be empty. */
  | { readonly kind: 'unknown'; readonly name: string; readonly nearest: readonly string[] };

const mostNearest = 5;
const longestName = 300;

/**
 * Finds what is meant by a component's name, a repository, or an image as people copy it from a pod: with MAR's or the registry's
 * host, the prefix of the cache rule, and a digest behind its tag. Names compare without case; components win over repositories.
 */
export function findSubject(text: string, catalog: Catalog, set: RequirementSet): Subject {
  const given = printable(text.trim(), longestName);
  const component = componentNames(catalog, set).get(given.toLowerCase());
  if (component !== undefined) return { kind: 'component', name: component };
  const { repository, tag } = splitImage(given);
  const repositories = repositoryNames(catalog, set);
  if (!repositories.has(repository)) {
    const known = [...componentNames(catalog, set).values(), ...repositories];
    return { kind: 'unknown', name: given, nearest: nearestNames(repository, known) };
  }
  if (tag === undefined) return { kind: 'repository', name: repository };
  return { kind: 'image', name: artifactName({ repository, tag }), repository, tag };
}

/** Without host, prefix of the cache rule and digest. */
function splitImage(text: string): { readonly repository: string; readonly tag: string | undefined } {
  const [named = ''] = text.split('@');
  const path = named.replace(/^[^/]*[.:][^/]*\//, '').replace(/^aks-managed-repository\//i, '');
  const [repository = '', tag] = path.split(':');
  return { repository: repository.toLowerCase(), tag };
}

/** Names by their lower case form. */
function componentNames(catalog: Catalog, { artifacts, unresolved }: RequirementSet): ReadonlyMap<string, string> {
  const names = [
    ...unresolved.map(({ component }) => component),
    ...artifacts.flatMap(({ because }) => because.map(({ component }) => component)),
    ...nodeComponentsOf(catalog.nodeBootstrap).map(({ name }) => name),
    ...catalog.components.keys(),
  ];
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

function repositoryNames(catalog: Catalog, { artifacts }: RequirementSet): ReadonlySet<string> {
  const { ubuntu, systemExtensions } = catalog.nodeBootstrap.gpuDrivers;
  return new Set([
    ...artifacts.map(({ repository }) => repository),
    ...[...catalog.components.values()].flatMap(placesOfComponent),
    ...nodeComponentsOf(catalog.nodeBootstrap).map(({ repository }) => repository),
    ...Object.values(ubuntu).map(({ repository }) => repository),
    ...systemExtensions,
    ...catalog.knownTags.keys(),
    ...catalog.learned.overrides.flatMap(({ subjects }) => subjects),
  ]);
}

/** Every repository that the catalogue connects with a component, guesses included. */
export function placesOfComponent({ repositories, repositoryRules, candidates, tag }: Component): readonly string[] {
  return [
    ...repositories,
    ...repositoryRules.map(({ repository }) => repository),
    ...candidates,
    ...(tag?.rule === 'table' ? tag.rows.flatMap(({ images }) => images.map(({ repository }) => repository)) : []),
  ];
}

/** Names with the fewest edits from `text`, whole or by their last part; those that contain it, or are contained, come first. */
export function nearestNames(text: string, known: readonly string[]): readonly string[] {
  const asked = text.toLowerCase().slice(0, 100);
  const short = lastPart(asked);
  if (short === '') return [];
  const scored = [...new Set(known)].map((name) => {
    const own = lastPart(name.toLowerCase());
    const isPart = short.length > 2 && own.length > 2 && (own.includes(short) || short.includes(own));
    const edits = Math.min(countEdits(asked, name.toLowerCase()), countEdits(short, own));
    return { name, score: isPart ? edits / 100 : edits };
  });
  return scored
    .filter(({ score }) => score <= Math.max(1, short.length / 3))
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, mostNearest)
    .map(({ name }) => name);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Levenshtein distance. */
function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
