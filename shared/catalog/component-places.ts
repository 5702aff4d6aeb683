import { isTag } from '../model/artifact.js';
import type { Contradiction } from './catalog.js';
import type { VersionQuery } from './component-versions.js';
import type { Component } from './schema.js';
import { compareLeadingNumbers } from './version-order.js';

/** Repositories that carry a tag, or why they cannot be told. */
type Places = { readonly repositories: readonly string[] } | { readonly problem: string };

/** Where a tag of a component is. Never throws; every tag that it places is valid. */
export function placesOf(component: Component, tag: string, query: VersionQuery): Places {
  if (!isTag(tag)) return { problem: 'its version is no valid tag, so it names no artifact' };
  const contradiction = query.catalog.learned.contradictions.get(component.name)?.find((one) => one.tag === tag);
  return contradiction ? settle(contradiction, query) : { repositories: repositoriesOf(component, tag, query) };
}

/** MAR decides between sources; where both are right, both are needed. */
function settle(contradiction: Contradiction, { tagLists }: VersionQuery): Places {
  const { tag, claims } = contradiction;
  const claimed = claims.flatMap(({ repositories }) => repositories);
  const repositories = claimed.filter((repository) => tagLists.get(repository)?.includes(tag) === true);
  if (repositories.length > 0) return { repositories };
  return { problem: `${describeClaims(contradiction)}; the tag lists of these on MAR, or an override, would tell` };
}

/** Who says what, in words. */
export function describeClaims({ claims }: Contradiction): string {
  const sayings = claims.map(({ source, repositories }) => `${source} says ${repositories.join(' and ')}`).join(', ');
  return `sources contradict each other about its repository: ${sayings}`;
}

/**
 * Where a tag is: every repository where they are different images; else where AKS releases run this tag; else the one known to
 * carry it, the one its version belongs to, the newest path.
 */
function repositoriesOf(component: Component, tag: string, { catalog, tagLists }: VersionQuery): readonly string[] {
  const { repositories } = component;
  if (component.traits.includes('every-repository')) return repositories;
  const running = catalog.learned.places.get(component.name)?.get(tag);
  if (running) return running;
  const carrying = repositories.find(
    (repository) =>
      catalog.knownTags.get(repository)?.has(tag) === true || tagLists.get(repository)?.includes(tag) === true,
  );
  const ruled = component.repositoryRules.find(
    ({ from, below }) =>
      (from === undefined || compareLeadingNumbers(tag, from) >= 0) &&
      (below === undefined || compareLeadingNumbers(tag, below) < 0),
  );
  const chosen = carrying ?? ruled?.repository ?? repositories[0];
  return chosen === undefined ? [] : [chosen];
}
