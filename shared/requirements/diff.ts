import { artifactName, type Requirement, type RequirementSet } from '../model/artifact.js';

/** What changes between two sets of one cluster. Each list in the order of its set. */
export interface SetDiff {
  readonly added: readonly Requirement[];
  readonly removed: readonly Requirement[];
  /** How many artifacts are in both; reasons and platforms play no part. */
  readonly unchanged: number;
}

export function diffSets(from: RequirementSet, to: RequirementSet): SetDiff {
  const before = new Set(from.artifacts.map(artifactName));
  const after = new Set(to.artifacts.map(artifactName));
  const added = to.artifacts.filter((artifact) => !before.has(artifactName(artifact)));
  const removed = from.artifacts.filter((artifact) => !after.has(artifactName(artifact)));
  return { added, removed, unchanged: to.artifacts.length - added.length };
}
