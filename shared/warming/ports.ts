import type { ArtifactRef, Digest } from '../model/artifact.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { ArtifactState, PlannedTarget, TargetRef } from './state.js';

/** What a registry says of one manifest. */
export interface ManifestHead {
  readonly digest: Digest;
  /**
   * "registry": the registry itself holds it; "upstream": a cache rule still proxies it.
   * Source: ACR's `X-Azure-Origin` header, Azure/acr#862. Registries without cache rules always say "registry".
   */
  readonly origin: 'registry' | 'upstream';
}

/** A manifest with the digests of the manifests below it. */
export interface ManifestTree extends ManifestHead {
  /** Children of an index, in its order; empty for a single manifest. */
  readonly children: readonly Digest[];
  /** Config and layers of a single manifest, each once; empty for an index. */
  readonly blobs: readonly BlobRef[];
}

/** A blob that a manifest needs: config or layer. */
export interface BlobRef {
  readonly digest: Digest;
  /** Bytes, as the manifest says. */
  readonly size: number;
}

/** What a registry says of one blob. */
export interface BlobHead {
  /** Bytes; undefined where the registry does not tell. */
  readonly size: number | undefined;
  /** As of `ManifestHead`: a cache rule proxies blobs too. */
  readonly origin: 'registry' | 'upstream';
}

/** Reads manifests of one registry. Source: OCI Distribution Spec 1.1, "Pull". */
export interface ManifestReader {
  /**
   * The digest that a reference names now. One HEAD; idempotent; starts nothing at the registry.
   * @param repository path without host, for example `aks-managed-repository/oss/v2/kubernetes/coredns`
   * @param reference tag or digest
   * @throws SyncError MANIFEST_UNKNOWN (final); REGISTRY_THROTTLED, UPSTREAM_UNAVAILABLE, REGISTRY_UNAVAILABLE, REGISTRY_FORBIDDEN (retry)
   */
  head(repository: string, reference: string): Promise<ManifestHead>;
  /**
   * The manifest itself, its digest computed from the bytes served. One GET; idempotent; through a cache rule it also
   * starts the import of this manifest (not of the children of an index).
   * @throws SyncError as `head`; MANIFEST_INVALID when it is no OCI manifest; DIGEST_MISMATCH when asked by digest and served another
   */
  get(repository: string, reference: string): Promise<ManifestTree>;
  /**
   * All tags of a repository, unordered. Pages; idempotent.
   * @throws SyncError as `head`; MANIFEST_UNKNOWN when there is no such repository
   */
  tags(repository: string): Promise<readonly string[]>;
}

/** Reads what lies below manifests, too. Source: OCI Distribution Spec 1.1, "Pulling blobs", "Listing Referrers". */
export interface ContentReader extends ManifestReader {
  /** One HEAD; starts nothing. @throws SyncError BLOB_UNKNOWN on 404, else as `head` */
  headBlob(repository: string, digest: Digest): Promise<BlobHead>;
  /**
   * Pulls a blob, hashes it as it streams and drops it: memory does not grow with its size.
   * @throws SyncError DIGEST_MISMATCH when other bytes come, BLOB_UNKNOWN on 404, else as `get`
   */
  pullBlob(repository: string, blob: BlobRef): Promise<void>;
  /**
   * Digests of signatures, SBOMs and the like that refer to a manifest; none where the registry knows no such list (404).
   * @throws SyncError UPSTREAM_UNAVAILABLE for ACR's 424 (Azure/acr#891), else as `head`: callers live with it
   */
  referrers(repository: string, digest: Digest): Promise<readonly Digest[]>;
}

/** How far an import is. `ended` proves nothing: an operation that failed can look like success, so its result is verified. */
export type ImportProgress =
  | { readonly kind: 'running'; readonly token: string; readonly retryAfterSeconds?: number }
  | { readonly kind: 'ended' };

/** Imports into registries by ARM (`importImage`), for repositories that no cache rule fills. */
export interface Imports {
  /**
   * Starts importing a manifest of MAR, with all below it, by digest; started twice it ends the same.
   * @param registry resource id
   * @throws SyncError IMPORT_REFUSED (final); IMPORT_FAILED, ARM_THROTTLED, ARM_FORBIDDEN, ARM_UNAVAILABLE (retry)
   */
  start(
    registry: string,
    source: { readonly repository: string; readonly digest: Digest },
    target: { readonly repository: string; readonly tag: string },
  ): Promise<ImportProgress>;
  /**
   * Asks once how far it is; any worker may, with the token of another.
   * @throws SyncError as `start`; IMPORT_FAILED, IMPORT_REFUSED, ARM_THROTTLED also when the operation ended so: the token is spent then
   */
  resume(registry: string, token: string): Promise<ImportProgress>;
}

/** What a request is counted as. Source of the limits: azure-docs container-registry-skus.md; ARM throttling. */
export type OperationClass = 'manifest-read' | 'token' | 'referrers' | 'arm-read' | 'arm-write' | 'upstream-read';

/** Whose budget a request is charged to. */
export interface BudgetAccount {
  /** Login server, `mar` or `arm`. */
  readonly registry: string;
  readonly operation: OperationClass;
  /** For whom, where several share the account (MAR, ARM): who has a great backlog does not hold up the others. Login server, or cluster. */
  readonly asker?: string;
}

export type Grant = { readonly kind: 'granted' } | { readonly kind: 'wait'; readonly seconds: number };

/** How many requests may be sent now. Never sleeps: whoever must wait gives its message back. */
export interface Budgets {
  /** @param deadline who is more urgent is served first */
  take(account: BudgetAccount, requests: number, deadline?: Date): Promise<Grant>;
  /** Undoes a grant of a moment ago of which nothing was sent: as it was taken, once. */
  giveBack(account: BudgetAccount, requests: number, deadline?: Date): Promise<void>;
  /** Told after every answer: 429 lowers the rate and opens a pause, success raises it slowly. */
  observe(account: BudgetAccount, answer: { readonly status: number; readonly retryAfterSeconds?: number }): void;
}

/** One step of one artifact, as it travels on the queue `warm`. */
export interface WarmTask extends ArtifactRef {
  /** Key of the registry's resource id. */
  readonly registry: string;
  /** The step of the artifact's state that this task advances; an older one is stale and does nothing. */
  readonly step: number;
  /** The record of that step as its store wrote it, in the store's own words: spares the read. */
  readonly carried?: string;
}

export interface WarmQueue {
  /** At least once; tasks may arrive twice and in any order. `delaySeconds` 0 to 604,800. */
  enqueue(tasks: readonly WarmTask[], delaySeconds: number): Promise<void>;
}

/** A stored state with what optimistic concurrency needs. */
export interface StoredState {
  readonly state: ArtifactState;
  readonly etag: string;
  /** Set where the record could not be read: what is wrong with it. `state` then says "failed", and little else of it is true. */
  readonly unreadable?: string;
}

/** States of artifacts, by registry. Keys are registry key x artifact name. */
export interface ArtifactStates {
  list(registry: string): Promise<ReadonlyMap<string, StoredState>>;
  /**
   * @param task of a caller that is content with the record as it was at the task's step, because its own write will lose by ETag if that
   * has changed since: such a record may be what the task carries
   */
  get(registry: string, artifact: ArtifactRef, task?: WarmTask): Promise<StoredState | undefined>;
  /**
   * Writes states; each is written alone or not at all, batched where the store can.
   * `etag` undefined creates, and loses against a record that exists; otherwise replaces only that version.
   * @returns the artifacts (by name) that somebody else wrote first; they were left as they are
   */
  save(
    changes: readonly { readonly state: ArtifactState; readonly etag: string | undefined }[],
  ): Promise<readonly string[]>;
}

/** For who reads the states of a registry again and again. States are never removed: what was not written is as it was. */
export interface RecentStates extends ArtifactStates {
  /** As `list`, without what was written last before `since`, by the store's own clock. */
  listSince(registry: string, since: Date): Promise<ReadonlyMap<string, StoredState>>;
}

/** Asks for a target to be planned, as it travels on the queue `plan`. */
export interface PlanTask extends TargetRef {
  /** 0 for the first try; counts tries that failed in a way that waiting may cure. */
  readonly attempt: number;
  /** ISO 8601. When the cluster will pull: earlier deadlines that the target has already stay. */
  readonly neededBy?: string;
}

export interface PlanQueue {
  /** At least once, unordered. */
  enqueue(tasks: readonly PlanTask[], delaySeconds: number): Promise<void>;
}

/** Why a target could not be planned the last time it was tried. */
export interface PlanFailure extends TargetRef {
  readonly reason: string;
  readonly at: Date;
  /** "plan-wrong": the stored plan is known not to hold any more, and must not open a gate until the next one. */
  readonly effect: 'plan-wrong' | 'plan-stays';
}

/** A target as stored: planned, or asked for and not planned yet. */
export interface TargetRecord extends TargetRef {
  readonly requestedAt: Date;
  /** When the cluster will pull, as far as anybody said; in the past it does not count. */
  readonly neededBy?: Date;
  readonly planned?: PlannedTarget;
  /** Set while the newest try to plan has failed; an older plan stays beside it. */
  readonly failure?: PlanFailure;
}

/** Targets by cluster and version. Writes replace what is there: a plan is computed whole from fresh facts. */
export interface Targets {
  list(): Promise<readonly TargetRecord[]>;
  get(cluster: string, version: KubernetesVersion): Promise<TargetRecord | undefined>;
  /** Changes whenever the record does, and is cheaper to read. @returns undefined when there is none */
  revision(cluster: string, version: KubernetesVersion): Promise<string | undefined>;
  /**
   * Records that a target is wanted; leaves an existing record as it is, but for its deadline, which becomes the earliest that is ahead.
   * @throws SyncError STATE_CONFLICT when others change the deadline all the time
   */
  request(target: TargetRef, now: Date, neededBy?: Date): Promise<void>;
  /**
   * Leaves a newer plan as it is: two workers may plan the same target, and the slower one saw older facts. One dated further ahead than
   * clocks may be apart is no newer plan, but a wrong clock's. The deadline stays; and so does "plan-wrong" at a plan of the facts that were
   * denounced, unless it is later than that by more than clocks may be apart: it was under way already, and the next one is to come.
   */
  savePlan(plan: PlannedTarget): Promise<void>;
  /** A plan that is wrong stays wrong, whatever fails after: only a new plan, of other facts or well after, ends that. */
  saveFailure(failure: PlanFailure): Promise<void>;
  remove(target: TargetRef): Promise<void>;
}
