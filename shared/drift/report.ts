import type { ArtifactRef, Digest } from '../model/artifact.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';

/** Something that was pulled, by its name in MAR. */
export interface PulledArtifact {
  readonly repository: string;
  /** Absent where only its digest is known. */
  readonly tag?: string;
  readonly digest?: Digest;
  /** When it was pulled last, or got into the registry. */
  readonly at: Date;
  /** `log`: a pull was logged; `inventory`: the registry holds it. */
  readonly evidence: 'log' | 'inventory';
}

/** Whether a source was asked, and what came of it. */
export type SourceState =
  | { readonly state: 'read' }
  | { readonly state: 'not-configured' }
  | { readonly state: 'failed'; readonly reason: string };

/** What was predicted against what was pulled. */
export interface Drift {
  /** Artifacts of the plan. */
  readonly predicted: number;
  /** Of those, the ones that nodes were seen to pull; absent without a log, for the registry holds all that was warmed. */
  readonly pulled?: number;
  /** Pulled before it was predicted, from namespaces of MAR that the catalogue knows. Sorted. */
  readonly escaped: readonly PulledArtifact[];
  /** Pulled through the cache from other namespaces of MAR: workloads of the customer, most likely. Sorted. */
  readonly foreign: readonly PulledArtifact[];
  /** Predicted and never pulled; absent without a log. Sorted. */
  readonly idle?: readonly ArtifactRef[];
}

/** The drift of one cluster at one version. */
export interface DriftReport extends Drift {
  /** As Azure spells it. */
  readonly clusterId: string;
  readonly kubernetesVersion: KubernetesVersion;
  /** Pulls from then on count. */
  readonly since: Date;
  /** When the cluster was first found to run this version. */
  readonly firstMeasuredAt: Date;
  readonly measuredAt: Date;
  readonly sources: { readonly inventory: SourceState; readonly log: SourceState };
}
