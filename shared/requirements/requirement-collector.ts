import {
  artifactName,
  isRepository,
  isTag,
  versionSources,
  type ArtifactRef,
  type Finding,
  type Reason,
  type Requirement,
  type RequirementSet,
  type Unresolved,
} from '../model/artifact.js';
import { bakedIn, type PoolImages } from './node-images.js';
import { printable } from './printable.js';

/** Candidates of one unresolved component; more would not be asked for either. */
const mostCandidates = 20;
/** Nodes of one pool, as far as what they pull is concerned. */
export interface PoolNeed {
  /** As `platformName` writes it. */
  readonly platform: string;
  /** What the nodes run now and after the upgrade; undefined when no list tells what it carries. */
  readonly images: PoolImages | undefined;
}

interface Draft {
  readonly artifact: ArtifactRef;
  readonly kind: Requirement['kind'];
  readonly platforms: Set<string>;
  readonly images: Set<PoolImages | undefined>;
  /** Without repeats; few, so that comparing them all is cheaper than naming each. */
  readonly reasons: Reason[];
}

/** Gathers requirements in any order; what it builds is sorted and free of duplicates. */
export class RequirementCollector {
  readonly #drafts = new Map<string, Draft>();
  readonly #unresolved = new Map<string, Unresolved>();
  readonly #findings = new Map<string, Finding>();

  /** An artifact whose name is no valid one becomes unresolved instead. */
  require(artifact: ArtifactRef, kind: Requirement['kind'], need: PoolNeed, reason: Reason): void {
    const name = artifactName(artifact);
    const known = this.#drafts.get(name);
    if (!known && (!isRepository(artifact.repository) || !isTag(artifact.tag))) {
      this.leaveOpen({
        component: reason.component,
        version: artifact.tag,
        reason: `"${printable(artifact.repository)}" with this tag is no valid name of an artifact`,
      });
      return;
    }
    const draft = known ?? newDraft(artifact, kind);
    draft.platforms.add(need.platform);
    draft.images.add(need.images);
    if (!draft.reasons.some((other) => isSameReason(other, reason))) draft.reasons.push(reason);
    if (!known) this.#drafts.set(name, draft);
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

  tell(finding: Finding): void {
    const clean = { ...finding, subject: printable(finding.subject), message: printable(finding.message, 1000) };
    this.#findings.set(JSON.stringify([clean.code, clean.subject, clean.message]), clean);
  }

  /** Names of the components that something was required or left open for. */
  components(): ReadonlySet<string> {
    const required = [...this.#drafts.values()].flatMap(({ reasons }) => reasons.map(({ component }) => component));
    return new Set([...required, ...[...this.#unresolved.values()].map(({ component }) => component)]);
  }

  build(): RequirementSet {
    const artifacts = sortedByKey(this.#drafts).map(([name, draft]) => toRequirement(name, draft));
    const unresolved = sortedByKey(this.#unresolved).map(([, entry]) => entry);
    const findings = sortedByKey(this.#findings).map(([, entry]) => entry);
    return { artifacts, unresolved, findings };
  }
}

function newDraft(artifact: ArtifactRef, kind: Requirement['kind']): Draft {
  return { artifact, kind, platforms: new Set(), images: new Set(), reasons: [] };
}

function toRequirement(name: string, { artifact, kind, platforms, images, reasons }: Draft): Requirement {
  const baked = bakedIn(name, images);
  return {
    repository: artifact.repository,
    tag: artifact.tag,
    kind,
    platforms: [...platforms].sort(),
    because: reasons.sort(compareReasons),
    ...(baked.length === 0 ? {} : { baked }),
  };
}

function isSameReason(a: Reason, b: Reason): boolean {
  return (
    a.component === b.component && a.source === b.source && a.confidence === b.confidence && a.condition === b.condition
  );
}

export function compareReasons(a: Reason, b: Reason): number {
  return (
    compareText(a.component, b.component) ||
    versionSources.indexOf(a.source) - versionSources.indexOf(b.source) ||
    compareText(a.condition, b.condition) ||
    compareText(a.confidence, b.confidence)
  );
}

function sortedByKey<Value>(entries: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...entries].sort(([a], [b]) => compareText(a, b));
}

/** By code unit: the same on every machine, unlike a locale's order. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
