import { artifactName, type Reason, type Requirement } from '../model/artifact.js';
import { compareReasons, compareText } from './requirement-collector.js';

/** One requirement for each artifact, with the platforms and reasons of all that name it. Sorted as `RequirementSet` wants it. */
export function mergeRequirements(requirements: readonly Requirement[]): readonly Requirement[] {
  const merged = new Map<string, Requirement>();
  for (const requirement of requirements) {
    const name = artifactName(requirement);
    const known = merged.get(name);
    merged.set(name, known === undefined ? requirement : unite(known, requirement));
  }
  return [...merged].sort(([a], [b]) => compareText(a, b)).map(([, requirement]) => requirement);
}

function unite({ baked, ...a }: Requirement, b: Requirement): Requirement {
  const reasons = new Map([...a.because, ...b.because].map((reason) => [keyOf(reason), reason]));
  return {
    ...a,
    platforms: [...new Set([...a.platforms, ...b.platforms])].sort(),
    because: [...reasons.values()].sort(compareReasons),
    // Baked means that every image carries it: true of both, or not known.
    ...(baked && b.baked ? { baked: [...new Set([...baked, ...b.baked])].sort() } : {}),
  };
}

function keyOf({ component, source, confidence, condition }: Reason): string {
  return JSON.stringify([component, source, confidence, condition]);
}
