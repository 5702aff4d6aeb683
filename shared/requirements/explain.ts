import type { Catalog } from '../catalog/catalog.js';
import type { Component } from '../catalog/schema.js';
import {
  artifactName,
  type Finding,
  type Requirement,
  type RequirementSet,
  type Unresolved,
} from '../model/artifact.js';
import { explainComponent, explainNodeComponent, overridesOf, type ComponentExplanation } from './explain-component.js';
import { nodeComponentsOf, type NodeComponent } from './explain-node.js';
import { findSubject, placesOfComponent, type Subject } from './explain-subject.js';
import { prepareFacts, resolveRequirements, type RequirementInput, type ResolverFacts } from './resolve.js';

/** Why something is or is not in the set of a cluster for a version. */
export interface Explanation {
  readonly subject: Subject;
  /**
   * `in`: the set has it. `unresolved`: it is needed, or may be, and cannot be named. `out`: known, and not needed.
   * `unknown`: nobody knows the name.
   */
  readonly answer: 'in' | 'out' | 'unresolved' | 'unknown';
  /** The artifacts of the set that the answer is about, as the set has them. */
  readonly artifacts: readonly Requirement[];
  /** The gaps of the set that it is about. */
  readonly unresolved: readonly Unresolved[];
  /** Node images that carry it; of images only. Sorted. */
  readonly carriedBy: readonly string[];
  /** What overrides did to the repository that was asked about, where that leaves no component to tell it. */
  readonly overrides: readonly string[];
  /** Findings because of which the whole set may lack something, this among it. */
  readonly doubts: readonly Finding[];
  /** Every component that it belongs to, sorted by name. */
  readonly components: readonly ComponentExplanation[];
}

/**
 * Why a component, repository or image is or is not in the set. Pure. The answer is read off the set, and everything below it comes
 * from the functions that made it.
 * @param set what `resolveRequirements` makes of the input, perhaps with what was observed
 */
export function explainRequirement(
  text: string,
  input: RequirementInput,
  set: RequirementSet = resolveRequirements(input),
): Explanation {
  const subject = findSubject(text, input.catalog, set);
  const facts = prepareFacts(input);
  const named = componentsOf(subject, set, facts);
  const names = new Set([...named.map(({ name }) => name), ...(subject.kind === 'component' ? [subject.name] : [])]);
  const artifacts = set.artifacts.filter((artifact) => isAbout(subject, artifact, names));
  const unresolved = set.unresolved.filter(({ component }) => names.has(component));
  const answer = artifacts.length > 0 ? 'in' : unresolved.length > 0 ? 'unresolved' : 'out';
  return {
    subject,
    answer: subject.kind === 'unknown' ? 'unknown' : answer,
    artifacts,
    unresolved,
    carriedBy: subject.kind === 'image' ? imagesWith(subject.name, input.catalog) : [],
    overrides: named.length > 0 ? [] : overridesOf([placeOf(subject)], input.catalog),
    doubts: set.findings.filter(({ effect }) => effect === 'unknown'),
    components: named.map((component) =>
      'flavor' in component
        ? explainNodeComponent(component, facts)
        : explainComponent(component, facts, set.artifacts),
    ),
  };
}

function isAbout(subject: Subject, artifact: Requirement, components: ReadonlySet<string>): boolean {
  switch (subject.kind) {
    case 'component':
      return artifact.because.some(({ component }) => components.has(component));
    case 'repository':
      return artifact.repository === subject.name;
    case 'image':
      return artifactName(artifact) === subject.name;
    case 'unknown':
      return false;
  }
}

/** Name of the component, or the repository, that it is about. */
function placeOf(subject: Subject): string {
  return subject.kind === 'image' ? subject.repository : subject.name;
}

/** Components of the catalogue, all names of one image together, and what nodes fetch at bootstrap. Sorted by name. */
function componentsOf(
  subject: Subject,
  { artifacts }: RequirementSet,
  { query: { catalog } }: ResolverFacts,
): readonly (Component | NodeComponent)[] {
  if (subject.kind === 'unknown') return [];
  const place = placeOf(subject);
  const reasons = artifacts.filter((one) => isAbout(subject, one, new Set())).flatMap(({ because }) => because);
  const owners = [...catalog.components.values()]
    .filter((component) =>
      subject.kind === 'component' ? component.name === place : placesOfComponent(component).includes(place),
    )
    .map(({ name }) => name);
  const names = new Set(
    [...owners, ...reasons.map(({ component }) => component)].flatMap(
      (name) => catalog.sharedNames.get(name) ?? [name],
    ),
  );
  const own = [...names].flatMap((name) => catalog.components.get(name) ?? []);
  const nodes = nodeComponentsOf(catalog.nodeBootstrap).filter(({ name, repository }) =>
    subject.kind === 'component' ? name === place : repository === place,
  );
  return [...own, ...nodes].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function imagesWith(artifact: string, { nodeImageContents }: Catalog): readonly string[] {
  return [...nodeImageContents].flatMap(([image, contents]) => (contents.has(artifact) ? [image] : [])).sort();
}
