import type { Component } from './schema.js';
import type { ImageFact } from './sources/facts.js';

/** Components whose image it is; several where they share a repository, none where nobody knows it. */
export type ImageOwners = (image: ImageFact) => readonly Component[];

/**
 * Finds owners by repository; among several, the container's name decides, then suffixes of tags (`…-targetallocator`). A name
 * alone does not: containers of different images are called `manager`.
 */
export function indexOwners(components: readonly Component[]): ImageOwners {
  const byRepository = new Map<string, Component[]>();
  for (const component of components) {
    for (const repository of component.repositories) {
      const holders = byRepository.get(repository);
      if (holders) holders.push(component);
      else byRepository.set(repository, [component]);
    }
  }
  return ({ repository, container, tag }) => {
    const holders = byRepository.get(repository) ?? [];
    const named = holders.filter(({ name }) => name === container);
    return named.length > 0 ? named : holders.filter((component) => carries(component, tag, holders));
  };
}

function carries(component: Component, tag: string, holders: readonly Component[]): boolean {
  const own = suffixOf(component);
  if (own !== undefined) return tag.endsWith(own);
  return !holders.some((other) => tag.endsWith(suffixOf(other) ?? ' '));
}

function suffixOf({ tag }: Component): string | undefined {
  return tag?.rule === 'suffix' ? tag.suffix : undefined;
}
