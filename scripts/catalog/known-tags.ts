import type { TagsByRepository } from '../../shared/catalog/component-tags.js';
import { compareTags } from '../../shared/catalog/version-order.js';
import type { ArtifactRef } from '../../shared/model/artifact.js';
import { splitReference, type Reference } from './reference.js';

/** Repositories and tags that AgentBaker bakes into Linux node images now, `latest` and `previous`. */
export function agentBakerTags(reference: Reference): TagsByRepository {
  return collect(reference.agentBaker.images);
}

/** Repositories and tags of the notes of the newest node image release. */
export function newestNodeImageTags(reference: Reference): TagsByRepository {
  const newest = reference.nodeImages
    .map(({ release }) => release)
    .sort(compareTags)
    .at(-1);
  return collect(
    reference.nodeImages
      .filter(({ release }) => release === newest)
      .flatMap(({ images }) => images.map(splitReference)),
  );
}

/**
 * Every exact pair that a source names: node image notes, AgentBaker, pairs seen on real clusters (evidence of the component
 * map). Example tags of a component count only where it has one repository: with several, nothing tells which carries the tag.
 */
export function allKnownTags(reference: Reference): TagsByRepository {
  const known = new Map(collect(reference.nodeImages.flatMap(({ images }) => images.map(splitReference))));
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

function collect(images: readonly ArtifactRef[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { repository, tag } of images) {
    found.set(repository, (found.get(repository) ?? new Set()).add(tag));
  }
  return found;
}
