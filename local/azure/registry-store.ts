import type { Digest } from '../../shared/model/artifact.js';
import type { ManifestDocument } from './artifact-tree.js';
import { blobOf, type BlobBytes } from './blob-bytes.js';

export interface StoredTag {
  readonly digest: Digest;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When upstream was last asked where the tag points, in ms since 1970. */
  checkedAt: number;
}

/** What a registry holds of one repository. */
export interface StoredRepository {
  readonly manifests: Map<Digest, ManifestDocument>;
  readonly blobs: Map<string, BlobBytes>;
  readonly tags: Map<string, StoredTag>;
}

/** What a registry itself holds. */
export class RegistryStore {
  private readonly repositories = new Map<string, StoredRepository>();
  private readonly deleted = new Set<string>();

  /** @param now in ms since 1970, by the registry's own clock */
  constructor(private readonly now: () => number) {}

  get(name: string): StoredRepository | undefined {
    return this.repositories.get(name);
  }

  entries(): readonly (readonly [name: string, repository: StoredRepository])[] {
    return [...this.repositories];
  }

  /** As if a person had deleted it. */
  delete(name: string): void {
    this.repositories.delete(name);
    this.deleted.add(name);
  }

  wasDeleted(name: string): boolean {
    return this.deleted.has(name);
  }

  keepManifest(repository: string, manifest: ManifestDocument): void {
    this.open(repository).manifests.set(manifest.digest, manifest);
  }

  keepBlob(repository: string, blob: BlobBytes): void {
    this.open(repository).blobs.set(blob.digest, blob);
  }

  loseManifest(repository: string, digest: string): void {
    this.get(repository)?.manifests.delete(digest as Digest);
  }

  loseBlob(repository: string, digest: string): void {
    this.get(repository)?.blobs.delete(digest);
  }

  /** From now on other bytes of the same length are served. */
  damageBlob(repository: string, digest: string): void {
    const blobs = this.get(repository)?.blobs;
    const blob = blobs?.get(digest);
    if (blobs && blob) blobs.set(digest, blobOf(Buffer.alloc(blob.size, 'damaged')));
  }

  /** Points a tag at a digest, as upstream says now. */
  bind(repository: string, tag: string, digest: Digest, isStale: (tag: StoredTag) => boolean): void {
    const { tags } = this.open(repository);
    const bound = tags.get(tag);
    if (bound?.digest === digest) {
      if (isStale(bound)) bound.checkedAt = this.now();
      return;
    }
    const at = new Date(this.now());
    tags.set(tag, { digest, checkedAt: at.getTime(), createdAt: bound?.createdAt ?? at, updatedAt: at });
  }

  private open(name: string): StoredRepository {
    const repository = this.get(name) ?? { manifests: new Map(), blobs: new Map(), tags: new Map() };
    this.repositories.set(name, repository);
    return repository;
  }
}
