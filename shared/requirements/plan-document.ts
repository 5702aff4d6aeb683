import type { Finding, Reason, Requirement, RequirementSet } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';

type PlannedReason = Pick<Reason, 'component' | 'source' | 'confidence'>;

/** What `aks-artifact-sync plan` prints and `warm --plan` reads. */
export interface PlanDocument {
  /** Resource id. */
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly artifacts: readonly (Pick<Requirement, 'kind' | 'repository' | 'tag' | 'platforms' | 'baked'> & {
    readonly because: readonly PlannedReason[];
  })[];
  /** `version` is null where no source knows one. */
  readonly unresolved: readonly {
    readonly component: string;
    readonly version: string | null;
    readonly reason: string;
  }[];
  readonly findings: readonly Finding[];
}

export function planDocument(cluster: Cluster, target: KubernetesVersion, set: RequirementSet): PlanDocument {
  return {
    cluster: cluster.resource.id,
    kubernetesVersion: target,
    artifacts: set.artifacts.map(({ kind, repository, tag, platforms, because, baked }) => ({
      kind,
      repository,
      tag,
      platforms,
      because: withoutRepeats(because),
      ...(baked === undefined ? {} : { baked }),
    })),
    unresolved: set.unresolved.map(({ component, version, reason }) => ({
      component,
      version: version ?? null,
      reason,
    })),
    findings: set.findings,
  };
}

/** Reasons that differ by their condition only are one here. */
function withoutRepeats(reasons: readonly Reason[]): readonly PlannedReason[] {
  const planned = reasons.map(({ component, source, confidence }) => ({ component, source, confidence }));
  return [...new Map(planned.map((reason) => [Object.values(reason).join(' '), reason])).values()];
}
