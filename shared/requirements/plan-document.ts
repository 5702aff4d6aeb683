import type { Finding, Reason, Requirement, RequirementSet, Unresolved } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';

type PlannedReason = Pick<Reason, 'component' | 'source' | 'confidence'>;

/** One artifact, as documents for people and programs name it. */
export type PlannedArtifact = Pick<Requirement, 'kind' | 'repository' | 'tag' | 'platforms' | 'baked'> & {
  readonly because: readonly PlannedReason[];
};

/** `version` is null where no source knows one. */
export interface PlannedGap {
  readonly component: string;
  readonly version: string | null;
  readonly reason: string;
}

/** What `aks-artifact-sync plan` prints and `warm --plan` reads. */
export interface PlanDocument {
  /** Resource id. */
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly artifacts: readonly PlannedArtifact[];
  readonly unresolved: readonly PlannedGap[];
  readonly findings: readonly Finding[];
}

export function planDocument(cluster: Cluster, target: KubernetesVersion, set: RequirementSet): PlanDocument {
  return {
    cluster: cluster.resource.id,
    kubernetesVersion: target,
    artifacts: set.artifacts.map(plannedArtifact),
    unresolved: set.unresolved.map(plannedGap),
    findings: set.findings,
  };
}

export function plannedArtifact({ kind, repository, tag, platforms, because, baked }: Requirement): PlannedArtifact {
  return {
    kind,
    repository,
    tag,
    platforms,
    because: withoutRepeats(because),
    ...(baked === undefined ? {} : { baked }),
  };
}

export function plannedGap({ component, version, reason }: Unresolved): PlannedGap {
  return { component, version: version ?? null, reason };
}

/** Reasons that differ by their condition only are one here. */
function withoutRepeats(reasons: readonly Reason[]): readonly PlannedReason[] {
  const planned = reasons.map(({ component, source, confidence }) => ({ component, source, confidence }));
  return [...new Map(planned.map((reason) => [Object.values(reason).join(' '), reason])).values()];
}
