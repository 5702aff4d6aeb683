import { compareTags } from '../../shared/catalog/version-order.js';
import { splitReference, type Reference } from './reference.js';

export type KnownTags = ReadonlyMap<string, ReadonlySet<string>>;

/** Repositories and tags that AgentBaker bakes into Linux node images now, `latest` and `previous`. */
export function agentBakerTags(reference: Reference): KnownTags {
  const known = new Map<string, Set<string>>();
  for (const { downloadURL, multiArchVersionsV2 } of reference.agentBaker.ContainerImages) {
    const { repository } = splitReference(downloadURL);
    const tags = multiArchVersionsV2.flatMap((entry) =>
      [entry.latestVersion, entry.previousLatestVersion ?? []].flat(),
    );
    if (tags.length > 0) known.set(repository, new Set(tags));
  }
  return known;
}

/** Repositories and tags of the notes of the newest node image release. */
export function newestNodeImageTags(reference: Reference): KnownTags {
  const newest = reference.nodeImages
    .map(({ release }) => release)
    .sort(compareTags)
    .at(-1);
  return collect(reference.nodeImages.filter(({ release }) => release === newest).flatMap(({ images }) => images));
}

/**
 * Every exact pair that a source names: node image notes, AgentBaker, pairs seen on real clusters (evidence of the component
 * map). Example tags of a component count only where it has one repository: with several, nothing tells which carries the tag.
 */
export function allKnownTags(reference: Reference): KnownTags {
  const known = new Map(collect(reference.nodeImages.flatMap(({ images }) => images)));
  const add = (repository: string, tags: Iterable<string>): void => {
    known.set(repository, new Set([...(known.get(repository) ?? []), ...tags]));
  };
  for (const [repository, tags] of agentBakerTags(reference)) add(repository, tags);
  for (const { repositories, exampleTags, evidence, os, kind } of reference.components) {
    for (const repository of repositories)
      add(
        repository,
        evidence.flatMap((text) => seenTags(text, repository)),
      );
    const [only, second] = repositories;
    if (only !== undefined && second === undefined && os !== 'windows' && kind === 'image') add(only, exampleTags);
  }
  return new Map([...known].filter(([, tags]) => tags.size > 0));
}

/** Tags that a text names behind exactly this repository (`... real: oss/cilium/hubble-relay:v1.15.0)`). */
function seenTags(text: string, repository: string): string[] {
  const pair = new RegExp(`(?<![\\w/.-])${repository.replaceAll('.', '\\.')}:([A-Za-z0-9_][\\w.-]*)`, 'g');
  return [...text.matchAll(pair)].flatMap(([, tag]) => tag ?? []);
}

export function sortedTags(tags: Iterable<string>): string[] {
  return [...new Set(tags)].sort((a, b) => compareTags(b, a));
}

function collect(images: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const image of images) {
    const { repository, tag } = splitReference(image);
    found.set(repository, (found.get(repository) ?? new Set()).add(tag));
  }
  return found;
}
