/** `sha256:<64 hex>`. */
export type Digest = `sha256:${string}`;

const digestShape = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return digestShape.test(text);
}

/** An image or package in MAR. */
export interface ArtifactRef {
  /** Path in MAR without host, for example `oss/v2/kubernetes/coredns`. */
  readonly repository: string;
  readonly tag: string;
}

/** `oss/v2/kubernetes/coredns:v1.13.1-6`: equal for equal artifacts. */
export function artifactName(artifact: ArtifactRef): string {
  return `${artifact.repository}:${artifact.tag}`;
}

/** OCI Distribution Spec 1.1, the grammar of `<name>`; no input makes it backtrack. */
export const repositoryShape = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
export const tagShape = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** OCI Distribution Spec 1.1, "Pulling manifests": the grammar of `<name>`. */
export function isRepository(text: string): boolean {
  return text.length <= 255 && repositoryShape.test(text);
}

/** OCI Distribution Spec 1.1, "Pulling manifests": the grammar of a tag. */
export function isTag(text: string): boolean {
  return tagShape.test(text);
}

/** Where a version came from, best first. What each one is: docs/catalog.md. */
export const versionSources = [
  'override',
  'component-insights',
  'tag-list',
  'node-bootstrap',
  'vulnerability-api',
  'agentbaker',
  'observed',
  'release-notes',
  'node-image',
  'component-map',
] as const;
export type VersionSource = (typeof versionSources)[number];

/** How sure we are that the nodes will pull exactly this. */
export const confidences = ['low', 'probed', 'medium', 'high'] as const;
export type Confidence = (typeof confidences)[number];

/** Why an artifact is in a set. */
export interface Reason {
  /** AKS's own name of the component, for example `coredns`, or `kubelet-package`. */
  readonly component: string;
  readonly source: VersionSource;
  readonly confidence: Confidence;
  /** The condition that holds on this cluster, in words, for example `addonProfiles.omsagent.enabled is true`. */
  readonly condition: string;
}

/** Platform as an OCI index spells it; package indexes need `osVersion`, for example `ubuntu 22.04`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly osVersion?: string;
}

/** `linux/amd64` or `linux/amd64:ubuntu 22.04` (the form of `oras --platform`). */
export function platformName(platform: Platform): string {
  const base = `${platform.os}/${platform.architecture}`;
  return platform.osVersion === undefined ? base : `${base}:${platform.osVersion}`;
}

/** One artifact that the nodes of a cluster will pull. */
export interface Requirement extends ArtifactRef {
  readonly kind: 'image' | 'binary';
  /** Names as `platformName` writes them, sorted; the platforms of the pools that need it. The whole index is warmed all the same. */
  readonly platforms: readonly string[];
  /** Never empty; sorted by component, then source. */
  readonly because: readonly Reason[];
  /**
   * Node images that carry it already, for example `AKSUbuntu-2204/202607.02.0`, sorted: every image that the pools which need it
   * run or will run. Absent when one of them lacks it, or is not known.
   */
  readonly baked?: readonly string[];
}

/** A component that is needed, and for which no artifact could be named. */
export interface Unresolved {
  readonly component: string;
  /** As its source spells it; absent when no source knows one. */
  readonly version?: string;
  /** What is unknown and what would resolve it. */
  readonly reason: string;
  /** Places where it may be, each by its version as tag; guesses that MAR must confirm. */
  readonly candidates?: readonly ArtifactRef[];
}

/** Something about a cluster that people should know before an upgrade, and that no artifact can express. */
export interface Finding {
  /** Stable name of the kind of finding, for example `windows-pool`. All of them: docs/catalog.md. */
  readonly code: string;
  /** What it is about, for example the name of a pool or of an extension. */
  readonly subject: string;
  /** What was found and what would resolve it. */
  readonly message: string;
  /** `unknown`: the set may be incomplete, so the gate answers unknown because of it. `none`: told to people only. */
  readonly effect: 'unknown' | 'none';
}

/** All that a cluster will pull for one target version. Sorted, without duplicates. */
export interface RequirementSet {
  readonly artifacts: readonly Requirement[];
  readonly unresolved: readonly Unresolved[];
  /** Sorted by code, then subject. */
  readonly findings: readonly Finding[];
}
