import type { Finding } from '../model/artifact.js';
import { componentKey as key, describeOverrides, ownImageName } from './applied-overrides.js';
import type { Catalog, LearnedFacts } from './catalog.js';
import { newestFirst } from './component-tags.js';
import type { Condition } from './condition.js';
import { mapRepositories } from './map-repositories.js';
import { newComponent } from './new-component.js';
import type { Component } from './schema.js';
import type { Overrides } from './sources/overrides.js';

type Replacement = Overrides['components']['replace'][number];

/**
 * What people know better wins over every source: first repositories that moved or are excluded, then components. Pure.
 * An entry about something that the catalogue does not have changes nothing and becomes a finding: it is most likely misspelt.
 */
export function applyOverrides(catalog: Catalog, overrides: Overrides): Catalog {
  const placed = placeRepositories(catalog, overrides);
  const components = changeComponents(placed.components, overrides);
  return {
    ...placed,
    components: new Map([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
    learned: {
      ...settled(placed.learned, overrides),
      overridden: new Map([...placed.learned.overridden, ...overriddenVersions(components, overrides)]),
      overrides: [...placed.learned.overrides, ...describeOverrides(catalog, overrides)],
      findings: [...placed.learned.findings, ...withoutEffect(catalog, overrides)].sort(compareFindings),
    },
  };
}

function placeRepositories(catalog: Catalog, { repositories }: Overrides): Catalog {
  if (repositories.replace.length === 0 && repositories.exclude.length === 0) return catalog;
  const moves = new Map(repositories.replace.map(({ repository, by }) => [repository, by]));
  const excluded = new Set(repositories.exclude.map(({ repository }) => repository));
  return mapRepositories(catalog, (repository) => {
    const name = moves.get(repository) ?? repository;
    return excluded.has(name) ? undefined : name;
  });
}

function changeComponents(
  known: Catalog['components'],
  { components, repositories, images }: Overrides,
): ReadonlyMap<string, Component> {
  const changed = new Map(known);
  const change = (name: string, replacement: Partial<Replacement>): void => {
    const component = changed.get(key(name));
    if (component) changed.set(key(name), replaced(component, replacement));
  };
  for (const { name, repositories: places, when } of components.add) {
    changed.set(key(name), ownComponent(key(name), places, when));
  }
  for (const entry of components.replace) change(entry.name, entry);
  for (const { component: name, repository } of repositories.add) {
    const others = changed.get(key(name))?.repositories ?? [];
    change(name, { repositories: [...new Set([repository, ...others])] });
  }
  for (const { name } of components.exclude) change(name, { when: { kind: 'never', reason: 'excluded' } });
  for (const { repository, when } of images) {
    const name = ownImageName(repository);
    changed.set(name, ownComponent(name, [repository], when));
  }
  return changed;
}

function ownComponent(name: string, repositories: readonly string[], condition: Condition): Component {
  return newComponent({ name, repositories: [...repositories], confidence: 'high', condition });
}

/** Where people name a repository or versions, they vouch for them. */
function replaced(component: Component, { repositories, versions, when }: Partial<Replacement>): Component {
  const isNamed = repositories !== undefined || versions !== undefined;
  const isNameless = component.tag === undefined || component.tag.rule === 'digest-only';
  return {
    ...component,
    ...(when ? { condition: when } : {}),
    ...(repositories ? { repositories: [...repositories], repositoryRules: [], candidates: [] } : {}),
    ...(versions || (isNamed && isNameless) ? { tag: { rule: 'version' } } : {}),
    confidence: isNamed ? 'high' : component.confidence,
  };
}

function overriddenVersions(
  known: ReadonlyMap<string, Component>,
  { components, images }: Overrides,
): readonly (readonly [string, readonly string[]])[] {
  const own = new Map<string, readonly string[]>();
  for (const { repository, tags } of images) {
    const name = ownImageName(repository);
    own.set(name, newestFirst([...(own.get(name) ?? []), ...tags]));
  }
  const named = [...components.add, ...components.replace].flatMap(({ name, versions }) =>
    versions && known.has(key(name)) ? [[key(name), newestFirst(versions)] as const] : [],
  );
  return [...named, ...own];
}

/** Where people name the repositories of a component, sources no longer say where its tags are. */
function settled(learned: LearnedFacts, { components, repositories }: Overrides): LearnedFacts {
  const named = new Set([
    ...[...components.add, ...components.replace].flatMap((entry) => (entry.repositories ? [key(entry.name)] : [])),
    ...repositories.add.map(({ component }) => key(component)),
  ]);
  const others = <Value>(map: ReadonlyMap<string, Value>) => new Map([...map].filter(([name]) => !named.has(name)));
  return { ...learned, places: others(learned.places), contradictions: others(learned.contradictions) };
}

function withoutEffect(catalog: Catalog, { components, repositories }: Overrides): readonly Finding[] {
  const known = new Set([...catalog.components.keys(), ...components.add.map(({ name }) => key(name))]);
  const places = new Set([
    ...catalog.knownTags.keys(),
    ...[...catalog.components.values()].flatMap((component) => component.repositories),
  ]);
  const unknown = [
    ...[...components.replace, ...components.exclude].map(({ name }) => name).filter((name) => !known.has(key(name))),
    ...repositories.add.map(({ component }) => component).filter((name) => !known.has(key(name))),
    ...[...repositories.replace, ...repositories.exclude]
      .map((entry) => entry.repository)
      .filter((one) => !places.has(one)),
  ];
  return [...new Set(unknown)].map((subject) => ({
    code: 'override-without-effect',
    subject,
    message: `the overrides name ${subject}, and the catalogue has nothing of this name: check the spelling`,
    effect: 'none',
  }));
}

function compareFindings(a: Finding, b: Finding): number {
  const [left, right] = [`${a.code} ${a.subject}`, `${b.code} ${b.subject}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
