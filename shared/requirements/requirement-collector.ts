import {
  artifactName,
  isRepository,
  isTag,
  versionSources,
  type ArtifactRef,
  type Reason,
  type Requirement,
  type RequirementSet,
  type Unresolved,
} from '../model/artifact.js';
import { printable } from './printable.js';

/** Candidates of one unresolved component; more would not be asked for either. */
const mostCandidates = 20;

interface Draft {
  readonly artifact: ArtifactRef;
  readonly kind: Requirement['kind'];
  readonly platforms: Set<string>;
  readonly reasons: Map<string, Reason>;
}

/** Gathers requirements in any order; what it builds is sorted and free of duplicates. */
export class RequirementCollector {
  readonly #drafts = new Map<string, Draft>();
  readonly #unresolved = new Map<string, Unresolved>();

  /** An artifact whose name is no valid one becomes unresolved instead. */
  require(artifact: ArtifactRef, kind: Requirement['kind'], platforms: readonly string[], reason: Reason): void {
    if (!isRepository(artifact.repository) || !isTag(artifact.tag)) {
      this.leaveOpen({
        component: reason.component,
        version: artifact.tag,
        reason: `"${printable(artifact.repository)}" with this tag is no valid name of an artifact`,
      });
      return;
    }
    const name = artifactName(artifact);
    const draft = this.#drafts.get(name) ?? { artifact, kind, platforms: new Set(), reasons: new Map() };
    for (const platform of platforms) draft.platforms.add(platform);
    draft.reasons.set(JSON.stringify([reason.component, reason.source, reason.confidence, reason.condition]), reason);
    this.#drafts.set(name, draft);
  }

  leaveOpen(unresolved: Unresolved): void {
    const clean: Unresolved = {
      component: printable(unresolved.component),
      ...(unresolved.version === undefined ? {} : { version: printable(unresolved.version) }),
      reason: printable(unresolved.reason, 1000),
      ...(unresolved.candidates === undefined ? {} : { candidates: unresolved.candidates.slice(0, mostCandidates) }),
    };
    this.#unresolved.set(JSON.stringify([clean.component, clean.version ?? null, clean.reason]), clean);
  }

  build(): RequirementSet {
    const artifacts = [...this.#drafts].sort(([a], [b]) => compareText(a, b)).map(([, draft]) => toRequirement(draft));
    const unresolved = [...this.#unresolved].sort(([a], [b]) => compareText(a, b)).map(([, entry]) => entry);
    return { artifacts, unresolved, findings: [] };
  }
}

function toRequirement({ artifact, kind, platforms, reasons }: Draft): Requirement {
  return {
    repository: artifact.repository,
    tag: artifact.tag,
    kind,
    platforms: [...platforms].sort(),
    because: [...reasons.values()].sort(compareReasons),
  };
}

export function compareReasons(a: Reason, b: Reason): number {
  return (
    compareText(a.component, b.component) ||
    versionSources.indexOf(a.source) - versionSources.indexOf(b.source) ||
    compareText(a.condition, b.condition) ||
    compareText(a.confidence, b.confidence)
  );
}

/** By code unit: the same on every machine, unlike a locale's order. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
