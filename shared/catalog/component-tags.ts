import type { Component } from './schema.js';
import { compareTags } from './version-order.js';

/** Tags by repository. */
export type TagsByRepository = ReadonlyMap<string, ReadonlySet<string>>;

/** Whether lists of tags say anything of a component: its tag is its version, as it stands or with a suffix. */
function isListable({ tag }: Component): boolean {
  return tag?.rule === 'version' || tag?.rule === 'suffix';
}

/**
 * Which of the tags in its repositories are versions of each component, newest first; components without any are left out.
 * Where components share a repository, suffixes tell them apart (`…-targetallocator`).
 */
export function tagsByComponent(
  components: readonly Component[],
  tags: TagsByRepository,
): ReadonlyMap<string, readonly string[]> {
  const listable = components.filter(isListable);
  const suffixes = listable.flatMap(({ tag }) => (tag?.rule === 'suffix' ? [tag.suffix] : []));
  const entries = listable.map((component) => {
    const found = component.repositories.flatMap((repository) => [...(tags.get(repository) ?? [])]);
    const suffix = component.tag?.rule === 'suffix' ? component.tag.suffix : undefined;
    const own = found.filter((tag) =>
      suffix === undefined ? !suffixes.some((other) => tag.endsWith(other)) : tag.endsWith(suffix),
    );
    return [component.name, newestFirst(own)] as const;
  });
  return new Map(entries.filter(([, versions]) => versions.length > 0));
}

/** Sorted by `compareTags`, without repeats. */
export function newestFirst(tags: Iterable<string>): string[] {
  return [...new Set(tags)].sort((a, b) => compareTags(b, a));
}
