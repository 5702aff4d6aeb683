import type { Digest } from '../model/artifact.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { DriftReport } from './report.js';

/** Pulls of one manifest by one identity, as a log of a registry tells them. */
export interface PullEvent {
  /** Repository of the registry, for example `aks-managed-repository/oss/v2/kubernetes/coredns`. */
  readonly repository: string;
  /** Absent for a pull by digest: containerd asks for a tag once, and by digest from then on. */
  readonly tag?: string;
  readonly digest?: Digest;
  /** Who pulled, as the registry logs it: an object id or client id; lower case. */
  readonly identity?: string;
  readonly lastAt: Date;
}

/** What was pulled from registries. Source: the Azure Monitor table `ContainerRegistryRepositoryEvents`. */
export interface PullLog {
  /**
   * Pulls since a time that were not this app's own, one for each repository, tag, digest and identity. One request.
   * @param loginServer for example `contoso.azurecr.io`
   * @throws SyncError LOGS_FORBIDDEN, LOGS_UNAVAILABLE, LOGS_UNEXPECTED
   */
  list(loginServer: string, since: Date): Promise<readonly PullEvent[]>;
}

/** A tag that a registry holds. */
export interface StoredTag {
  readonly repository: string;
  readonly tag: string;
  readonly digest: Digest;
  /** When the registry got it: the first pull through a cache rule. */
  readonly createdAt: Date;
}

/** What registries hold. Source: ACR's metadata API (`/acr/v1/`), 2021-07-01. */
export interface RegistryInventory {
  /**
   * Tags of the repositories that `isWanted` asks for. One request for the catalogue and one for each repository, more where they
   * have pages; a repository that vanishes meanwhile is left out.
   * @throws SyncError REGISTRY_FORBIDDEN, REGISTRY_THROTTLED, REGISTRY_UNAVAILABLE
   */
  list(loginServer: string, isWanted: (repository: string) => boolean): Promise<readonly StoredTag[]>;
}

/** The newest comparison of each cluster and version. */
export interface DriftReports {
  list(): Promise<readonly DriftReport[]>;
  get(clusterId: string, version: KubernetesVersion): Promise<DriftReport | undefined>;
  /** Replaces the report of this cluster and version. */
  save(report: DriftReport): Promise<void>;
  /** Of every version of a cluster. */
  remove(clusterId: string): Promise<void>;
}
