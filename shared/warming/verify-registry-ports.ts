import type { Digest } from '../model/artifact.js';
import type { SyncError } from '../model/errors.js';
import type { ArtifactStates, ManifestReader, WarmQueue } from './ports.js';
import type { RegistryProof, RegistryProofs } from './registry-proof.js';

/** What a registry holds of one repository; nothing for a repository that it does not have. */
export interface StoredRepository {
  readonly digests: ReadonlySet<Digest>;
  readonly tags: ReadonlyMap<string, Digest>;
  /** When the registry got each manifest, as far as it tells. */
  readonly createdAt?: ReadonlyMap<Digest, Date>;
}

/** What could be read. */
export interface StoredRepositories {
  readonly found: ReadonlyMap<string, StoredRepository>;
  /** Why the others could not. */
  readonly failure?: SyncError;
}

/** Lists what a registry itself holds, never what it proxies. Source: ACR REST API 2021-07-01, "Manifests - Get List". */
export interface StoredManifests {
  /** One request a repository, and more where it has more pages. Idempotent; throws nothing that is a SyncError. */
  read(loginServer: string, repositories: readonly string[]): Promise<StoredRepositories>;
}

/** A round over one registry, as it travels on the queue `gate`: what gates rest on is looked at again. */
export interface VerifyTask {
  readonly kind: 'verify-registry';
  /** Key of the registry's resource id. */
  readonly registry: string;
  /** Absent: begin. Else the round goes on behind a repository. */
  readonly round?: Round;
}

/** How far a round is. Times are ISO 8601. */
export interface Round extends Pick<RegistryProof, 'loginServer' | 'incarnation' | 'evidence'> {
  readonly startedAt: string;
  readonly verifiedAt: string;
  /** Every repository up to this one, in the order of their names, was looked at; empty for none. */
  readonly after: string;
  /** Tries in a row that found out nothing. */
  readonly attempt: number;
}

export interface VerifyQueue {
  /** At least once, unordered. */
  enqueue(tasks: readonly VerifyTask[], delaySeconds: number): Promise<void>;
}

export interface VerifyPolicy {
  /** A registry is looked at again after this. */
  readonly everyMs: number;
}

export interface VerifyPorts {
  readonly states: ArtifactStates;
  readonly registryProofs: RegistryProofs;
  readonly storedManifests: StoredManifests;
  /** Reader of the registry that serves a login server. */
  readonly registry: (loginServer: string) => ManifestReader;
  readonly warmQueue: WarmQueue;
  readonly verifyQueue: VerifyQueue;
  readonly verifyPolicy: VerifyPolicy;
  readonly now: () => Date;
}
