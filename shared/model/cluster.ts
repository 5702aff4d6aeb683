import type { KubernetesVersion } from './kubernetes-version.js';
import type { ResourceId } from './resource-id.js';

/** What node images a pool runs, as far as artifacts differ by it. */
export type NodeOs = 'ubuntu-22.04' | 'ubuntu-24.04' | 'azurelinux-3.0';

export interface NodePool {
  readonly name: string;
  readonly osType: 'Linux' | 'Windows';
  /** ARM's `osSKU`, for example `Ubuntu`, `Ubuntu2404`, `AzureLinux`. */
  readonly osSku: string;
  readonly architecture: 'amd64' | 'arm64';
  /** What its nodes run now; absent where neither the OS SKU nor the node image says. */
  readonly nodeOs?: NodeOs;
  readonly kubernetesVersion?: KubernetesVersion;
}

/** A component version that AKS reports for a Kubernetes minor (Component Insights). */
export interface ReportedComponent {
  readonly name: string;
  readonly version: string;
}

/**
 * An AKS cluster as ARM describes it. `properties` is ARM's `properties` object as it came (a plain JSON object):
 * conditions of the component map are evaluated on it by path.
 */
export interface Cluster {
  readonly resource: ResourceId;
  readonly location: string;
  readonly kubernetesVersion: KubernetesVersion;
  readonly pools: readonly NodePool[];
  readonly properties: Readonly<Record<string, unknown>>;
  readonly bootstrap: ArtifactSource;
  /** Absent where nobody asked for them: lists of clusters, documents read from files. */
  readonly extensions?: ClusterExtensions;
}

/** Extensions installed on a cluster: `Microsoft.KubernetesConfiguration/extensions` below it. */
export type ClusterExtensions =
  /** Types, for example `microsoft.flux`. */
  | { readonly kind: 'read'; readonly types: readonly string[] }
  /** They could not be listed; `reason` says why. */
  | { readonly kind: 'unread'; readonly reason: string };

/** `bootstrapProfile` of the cluster. */
export type ArtifactSource =
  | { readonly source: 'cache'; readonly registry: ResourceId }
  /** Pulls from MAR itself: not network isolated, left alone. */
  | { readonly source: 'direct' };

/** What ARM's upgrade profile says of a cluster. */
export interface UpgradeProfile {
  readonly upgrades: readonly { readonly version: KubernetesVersion; readonly isPreview: boolean }[];
  /** Component Insights, by Kubernetes minor (`1.35`); empty where the preview API does not serve it. */
  readonly componentsByMinor: ReadonlyMap<string, readonly ReportedComponent[]>;
}
