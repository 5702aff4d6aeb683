import type { ArtifactRef, Digest, RequirementSet } from '../model/artifact.js';
import { clockSkewMs } from '../model/clock-skew.js';
import type { FailureClass } from '../model/errors.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';

/**
 * Where an artifact stands in one registry. Transitions: `nextState` in steps.ts.
 * - planned: pinned at MAR, to be requested through the cache rule
 * - waiting: requested, the registry caches it in the background
 * - proven: tag, index and every child manifest are in the registry at the pinned digest, as of `provenAt`
 * - failed: no retry can help; `reason` says why
 */
export const phases = ['planned', 'waiting', 'proven', 'failed'] as const;
export type Phase = (typeof phases)[number];

/**
 * How an artifact gets into a registry:
 * - pull-through: a GET of each manifest through a cache rule starts the registry's own caching
 * - pull-blobs: a cache without rules (OCI pull-through proxy): manifests and every blob are pulled, bodies are dropped
 * - import: ARM imports it to the path that nodes pull, where no rule fills that
 */
export const strategies = ['pull-through', 'pull-blobs', 'import'] as const;
export type Strategy = (typeof strategies)[number];

/** What is known to be in the registry: the manifests (tag, index, children), or `deep`: also every config and layer. */
export const proofLevels = ['manifests', 'deep'] as const;
export type ProofLevel = (typeof proofLevels)[number];

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
  readonly strategy: Strategy;
  readonly phase: Phase;
  /** Counts every change of this record; a task of an older step is stale. */
  readonly step: number;
  /** Looks that were answered since the artifact was planned; failures do not count. */
  readonly attempts: number;
  /** Failures since the last answer. */
  readonly failures: number;
  /** What this phase has found so far: `manifests` while config and layers are still looked for. */
  readonly proof?: ProofLevel;
  /** How many blobs, in the order of the manifests, an unfinished look has found already. */
  readonly blobsDone?: number;
  /** An import under way, resumable by any worker. */
  readonly imports?: { readonly token: string; readonly startedAt: Date };
  /** Imports started since the artifact was planned. */
  readonly importTries?: number;
  readonly provenAt?: Date;
  /** When its configs and layers were last looked for and found; absent in records of before, which means with the proof. */
  readonly deepAt?: Date;
  /** The earliest deadline of the plans that need it, as of when it was last planned; once past it does not count. */
  readonly neededBy?: Date;
  /** When the next task of this artifact acts at the latest; a state that is overdue has lost its task. */
  readonly dueAt: Date;
  /** Why it is not proven, for people. */
  readonly reason?: string;
  /** Class of the failure in `reason`. */
  readonly failureClass?: FailureClass;
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
  /** How each MAR repository of the set gets into the registry; absent in plans of releases that knew pull-through alone. */
  readonly strategies?: Readonly<Record<string, Strategy>>;
  /** What MAR answered when it was asked about candidates; the next plan of this target asks only for what has gone stale. */
  readonly probes?: readonly ProbeRecord[];
}

/** Whether a plan of facts that were denounced at a time may have been under way by then. Pure. */
export function isDenounced({ plannedAt }: Pick<PlannedTarget, 'plannedAt'>, at: Date): boolean {
  return plannedAt.getTime() - at.getTime() <= clockSkewMs;
}

/** Whether MAR had a tag. */
export interface ProbeRecord extends ArtifactRef {
  readonly found: boolean;
  readonly at: Date;
}
