import type { ArtifactRef, Digest, RequirementSet } from '../model/artifact.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';

/**
 * Where an artifact stands in one registry. Transitions: `nextState` in steps.ts.
 * - planned: pinned at MAR, to be requested through the cache rule
 * - waiting: requested, the registry caches it in the background
 * - proven: tag, index and every child manifest are in the registry at the pinned digest, as of `provenAt`
 * - failed: no retry can help; `reason` says why
 */
export type Phase = 'planned' | 'waiting' | 'proven' | 'failed';

export interface ArtifactState extends ArtifactRef {
  /** Key of the registry's resource id. */
  readonly registry: string;
  /** Host that serves the registry. */
  readonly loginServer: string;
  /** When that registry was created (ARM): one that was deleted and created again holds nothing of what was proven. */
  readonly incarnation: string;
  /** Repository below the cache rule's target, for example `aks-managed-repository/oss/v2/kubernetes/pause`. */
  readonly cachedRepository: string;
  /** MAR's digest of the tag when it was pinned. */
  readonly digest: Digest;
  /** Child manifests of the index; empty for a single manifest. */
  readonly children: readonly Digest[];
  readonly pinnedAt: Date;
  readonly phase: Phase;
  /** Counts every change of this record; a task of an older step is stale. */
  readonly step: number;
  /** Looks since the phase `planned` was entered afresh. */
  readonly attempts: number;
  readonly provenAt?: Date;
  /** When the next task of this artifact acts at the latest; a state that is overdue has lost its task. */
  readonly dueAt: Date;
  /** Why it is not proven, for people. */
  readonly reason?: string;
}

/** A cluster together with the version that it shall be able to upgrade to. */
export interface TargetRef {
  /** Resource id as Azure spells it. */
  readonly clusterId: string;
  readonly kubernetesVersion: KubernetesVersion;
}

/** A planned target: what the cluster will pull, and from where. */
export interface PlannedTarget extends TargetRef {
  readonly registry: string;
  readonly loginServer: string;
  readonly set: RequirementSet;
  readonly plannedAt: Date;
  /** Hash of the cluster facts that the set was computed from. */
  readonly factsHash: string;
}
