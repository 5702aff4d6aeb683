import type { AppliedOverride, Catalog } from './catalog.js';
import type { Component } from './schema.js';
import type { Overrides } from './sources/overrides.js';

/** Component Insights are compared without case, and the map spells names in lower case. */
export function componentKey(name: string): string {
  return name.toLowerCase();
}

/** Name of the component that an image of one's own becomes. */
export function ownImageName(repository: string): string {
  return `own-image:${repository}`;
}

/** What each entry of the overrides does to a catalogue, in words; entries without an effect are left out. Pure. */
export function describeOverrides(catalog: Catalog, overrides: Overrides): readonly AppliedOverride[] {
  const { components, repositories, images } = overrides;
  const isKnown = (name: string): boolean =>
    catalog.components.has(componentKey(name)) ||
    components.add.some((entry) => componentKey(entry.name) === componentKey(name));
  return [
    ...components.add.map((entry) =>
      tell([componentKey(entry.name)], `adds it${changesOf({ ...entry, when: undefined })}`, entry),
    ),
    ...components.replace
      .filter(({ name }) => isKnown(name))
      .map((entry) => tell([componentKey(entry.name)], `replaces${changesOf(entry).replace(/^:/, '')}`, entry)),
    ...components.exclude
      .filter(({ name }) => isKnown(name))
      .map((entry) => tell([componentKey(entry.name)], 'excludes it, whatever reports it', entry)),
    ...repositories.add
      .filter(({ component }) => isKnown(component))
      .map((entry) =>
        tell(
          [componentKey(entry.component), entry.repository],
          `puts ${entry.repository} before its other places`,
          entry,
        ),
      ),
    ...repositories.replace.flatMap((entry) => {
      const { repository, by } = entry;
      return told(catalog, repository, [by], `takes ${repository} for moved to ${by}`, entry);
    }),
    ...repositories.exclude.flatMap((entry) => {
      return told(catalog, entry.repository, [], `keeps everything from ${entry.repository} out`, entry);
    }),
    ...images.map((entry) =>
      tell([ownImageName(entry.repository), entry.repository], `adds your own image: ${entry.tags.join(', ')}`, entry),
    ),
  ];
}

type Because = { readonly because: string };

function tell(subjects: readonly string[], does: string, { because }: Because): AppliedOverride {
  return { subjects, effect: `an override ${does} ("${because}")` };
}

/** About a repository, for those who ask about it or about a component that has it. */
function told(
  { components, knownTags }: Catalog,
  repository: string,
  others: readonly string[],
  does: string,
  entry: Because,
): readonly AppliedOverride[] {
  const owners = [...components.values()].filter((component) => names(component, repository)).map(({ name }) => name);
  if (owners.length === 0 && !knownTags.has(repository)) return [];
  return [tell([repository, ...others, ...owners], does, entry)];
}

function names({ repositories, repositoryRules, tag }: Component, repository: string): boolean {
  return (
    repositories.includes(repository) ||
    repositoryRules.some((rule) => rule.repository === repository) ||
    (tag?.rule === 'table' && tag.rows.some(({ images }) => images.some((image) => image.repository === repository)))
  );
}

interface Changes {
  readonly repositories?: readonly string[] | undefined;
  readonly versions?: readonly string[] | undefined;
  readonly when?: unknown;
}

/** `: versions v1, v2; repositories a/b`. */
function changesOf({ repositories, versions, when }: Changes): string {
  const changes = [
    ...(versions ? [`versions ${versions.join(', ')}`] : []),
    ...(repositories ? [`repositories ${repositories.join(', ')}`] : []),
    ...(when === undefined ? [] : ['its condition']),
  ];
  return changes.length === 0 ? '' : `: ${changes.join('; ')}`;
}
