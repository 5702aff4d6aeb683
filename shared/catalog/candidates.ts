import { isRepository, isTag, type ArtifactRef } from '../model/artifact.js';
import type { Catalog } from './catalog.js';
import type { Component } from './schema.js';

/** A pattern that fits more names than this says too little to be worth asking for. */
const mostPerPattern = 20;

const namesByCatalog = new WeakMap<Catalog, readonly string[]>();

/**
 * Repositories where a version of a component may be, by the guesses of the component map. A guess with `*` stands for the
 * repositories of that form that the catalogue has heard of, and for none when they are too many.
 * @returns empty for a version that is no valid tag
 */
export function candidatesOf(component: Component, version: string, catalog: Catalog): readonly ArtifactRef[] {
  if (!isTag(version)) return [];
  const repositories = component.candidates.flatMap((candidate) => expand(candidate, catalog));
  return [...new Set(repositories)].map((repository) => ({ repository, tag: version }));
}

/** Where else an image of a component may be: its other repositories and candidates. None where they are different images. */
export function otherPlaces(component: Component, artifact: ArtifactRef, catalog: Catalog): readonly ArtifactRef[] {
  if (component.traits.includes('every-repository')) return [];
  const guesses = candidatesOf(component, artifact.tag, catalog).map(({ repository }) => repository);
  const repositories = new Set([...component.repositories, ...guesses]);
  repositories.delete(artifact.repository);
  return [...repositories].map((repository) => ({ repository, tag: artifact.tag }));
}

function expand(candidate: string, catalog: Catalog): readonly string[] {
  if (!candidate.includes('*')) return isRepository(candidate) ? [candidate] : [];
  const parts = candidate.split('*');
  const fitting = knownNames(catalog).filter((name) => fits(name, parts));
  return fitting.length > mostPerPattern ? [] : fitting;
}

/** One `*` stands for text within one path segment; a pattern with several fits nothing. */
function fits(name: string, [before = '', after = '', ...more]: readonly string[]): boolean {
  if (more.length > 0 || name.length <= before.length + after.length) return false;
  if (!name.startsWith(before) || !name.endsWith(after)) return false;
  return !name.slice(before.length, name.length - after.length).includes('/');
}

/** Every repository that the catalogue names anywhere, guesses without `*` included. Sorted. */
function knownNames(catalog: Catalog): readonly string[] {
  const known = namesByCatalog.get(catalog);
  if (known) return known;
  const components = [...catalog.components.values()];
  const named = components.flatMap(({ repositories, candidates }) => [...repositories, ...candidates]);
  const names = [...new Set([...named, ...catalog.knownTags.keys()])].filter(isRepository).sort();
  namesByCatalog.set(catalog, names);
  return names;
}
