import type { Digest } from '../../../shared/model/artifact.js';
import type { StoredRepository } from '../../../shared/warming/verify-registry-ports.js';
import type { BlobHead, BlobRef, ContentReader, ManifestHead, ManifestTree } from '../../../shared/warming/ports.js';
import type { FakeClock } from './clock.js';
import { unknown, unknownBlob, type FakeMar } from './fake-manifests.js';

interface Pull {
  readonly digest: Digest;
  readonly cachedAt: number;
}

/**
 * A registry that caches MAR under a prefix, as Azure/acr#862 tells: a GET starts the caching of that one manifest,
 * which is proxied until the caching ends and brings its blobs; a HEAD starts nothing; an index does not bring its children.
 */
export class FakeCachingRegistry implements ContentReader {
  readonly #manifests = new Map<string, Pull>();
  readonly #tags = new Map<string, Pull>();
  readonly #pulledBlobs = new Set<string>();
  /** Seconds from a GET until the manifest is in the registry; Infinity for one that is never cached. */
  cachingSeconds: (repository: string, digest: Digest) => number = () => 5;
  /** Blobs that the caching of their manifest did not bring, or that were damaged since; a pull of the blob brings them. */
  readonly lostBlobs = new Set<Digest>();
  /** Whether a cache rule covers a repository; others hold what was imported. */
  covers: (repository: string) => boolean = () => true;
  /** Bodies pulled, in bytes of blobs. */
  pulledBytes = 0;
  /** Asked before every answer: throw to be a registry that fails. */
  fault: (repository: string, reference: string) => void = () => undefined;
  /** Seconds after which a tag that moved upstream is noticed (Azure/acr#860). */
  refreshSeconds = 300;
  /** Of manifests and lists. */
  requests = 0;
  blobRequests = 0;

  /** @param prefix `aks-managed-repository/`, or nothing for the layout of old */
  constructor(
    private readonly mar: FakeMar,
    private readonly clock: FakeClock,
    private readonly prefix = 'aks-managed-repository/',
  ) {}

  /** The truth: whether the manifest itself is in the registry. */
  holds(repository: string, digest: Digest): boolean {
    return this.#isCached(this.#manifests.get(`${repository}@${digest}`));
  }

  /** The truth: whether the tag is, at this digest, with its children. */
  holdsTree(repository: string, tag: string, digest: Digest, children: readonly Digest[]): boolean {
    const bound = this.#boundTag(repository, tag);
    return bound === digest && [digest, ...children].every((manifest) => this.holds(repository, manifest));
  }

  /** Loses what it had, as a person with `az acr repository delete` would have it. */
  evict(repository: string): void {
    for (const kept of [this.#manifests, this.#tags]) {
      for (const key of [...kept.keys()]) if (key.startsWith(`${repository}@`)) kept.delete(key);
    }
  }

  /** What it holds itself, as its inventory lists it. */
  stored(repository: string): StoredRepository {
    const held = <Value>(kept: ReadonlyMap<string, Pull>, pick: (key: string, pull: Pull) => Value) =>
      [...kept]
        .filter(([key, pull]) => key.startsWith(`${repository}@`) && this.#isCached(pull))
        .map(([key, pull]) => pick(key.slice(repository.length + 1), pull));
    return {
      digests: new Set(held(this.#manifests, (_key, { digest }) => digest)),
      tags: new Map(held(this.#tags, (tag, { digest }) => [tag, digest] as const)),
      createdAt: new Map(held(this.#manifests, (_key, { digest, cachedAt }) => [digest, new Date(cachedAt)] as const)),
    };
  }

  /** As an import has it: there at once, with all below it. */
  land(repository: string, tag: string, digest: Digest): void {
    const kept = { digest, cachedAt: this.clock.now().getTime() };
    const tree = this.mar.find(this.#upstream(repository) ?? '', digest);
    for (const manifest of [digest, ...(tree?.children ?? [])]) {
      this.#manifests.set(`${repository}@${manifest}`, { ...kept, digest: manifest });
    }
    this.#tags.set(`${repository}@${tag}`, kept);
  }

  /** The truth: whether the config and layers of a manifest are in the registry. */
  holdsBlobs(repository: string, manifest: Digest): boolean {
    const tree = this.mar.find(this.#upstream(repository) ?? '', manifest);
    return tree?.blobs.every(({ digest }) => this.#holdsBlob(repository, digest)) === true;
  }

  async head(repository: string, reference: string): Promise<ManifestHead> {
    const { digest, origin } = this.#answer(repository, reference);
    return { digest, origin };
  }

  async get(repository: string, reference: string): Promise<ManifestTree> {
    const tree = this.#answer(repository, reference);
    const seconds = this.cachingSeconds(repository, tree.digest);
    const pull = { digest: tree.digest, cachedAt: this.clock.now().getTime() + seconds * 1000 };
    const key = `${repository}@${tree.digest}`;
    const kept = this.#manifests.get(key) ?? pull;
    this.#manifests.set(key, kept);
    if (!reference.includes(':')) this.#tags.set(`${repository}@${reference}`, kept);
    return tree;
  }

  async tags(repository: string): Promise<readonly string[]> {
    return await this.mar.tags(this.#upstream(repository) ?? unknown(repository, 'tags'));
  }

  async headBlob(repository: string, digest: Digest): Promise<BlobHead> {
    this.blobRequests += 1;
    this.fault(repository, digest);
    if (this.#holdsBlob(repository, digest)) return { size: this.#blob(repository, digest)?.size, origin: 'registry' };
    const proxied = this.covers(repository) ? this.#blob(repository, digest) : undefined;
    return { size: (proxied ?? unknownBlob(repository, digest)).size, origin: 'upstream' };
  }

  async pullBlob(repository: string, { digest }: BlobRef): Promise<void> {
    const { size } = await this.headBlob(repository, digest);
    this.pulledBytes += size ?? 0;
    this.lostBlobs.delete(digest);
    this.#pulledBlobs.add(`${repository}@${digest}`);
  }

  async referrers(repository: string, digest: Digest): Promise<readonly Digest[]> {
    this.requests += 1;
    this.fault(repository, 'referrers');
    return this.mar.findReferrers(digest);
  }

  #blob(repository: string, digest: Digest): BlobRef | undefined {
    return this.mar.findBlob(this.#upstream(repository) ?? '', digest);
  }

  #holdsBlob(repository: string, digest: Digest): boolean {
    if (this.lostBlobs.has(digest)) return false;
    if (this.#pulledBlobs.has(`${repository}@${digest}`)) return true;
    const prefix = `${repository}@`;
    const held = [...this.#manifests.keys()].filter(
      (key) => key.startsWith(prefix) && this.#isCached(this.#manifests.get(key)),
    );
    const trees = held.map((key) => this.mar.find(this.#upstream(repository) ?? '', key.slice(prefix.length)));
    return trees.some((tree) => tree?.blobs.some((blob) => blob.digest === digest));
  }

  #answer(repository: string, reference: string): ManifestTree {
    this.requests += 1;
    this.fault(repository, reference);
    const upstream = this.#upstream(repository) ?? unknown(repository, reference);
    const named = this.#boundTag(repository, reference) ?? reference;
    const tree = this.mar.find(upstream, named) ?? unknown(repository, reference);
    if (!this.covers(repository) && !this.holds(repository, tree.digest)) unknown(repository, reference);
    return { ...tree, origin: this.holds(repository, tree.digest) ? 'registry' : 'upstream' };
  }

  /** A tag that was cached keeps its digest for a while after it moved at MAR. */
  #boundTag(repository: string, tag: string): Digest | undefined {
    const bound = this.#tags.get(`${repository}@${tag}`);
    if (!bound || !this.#isCached(bound)) return undefined;
    const moved = this.mar.find(this.#upstream(repository) ?? '', tag)?.digest !== bound.digest;
    const noticed = this.clock.now().getTime() - bound.cachedAt >= this.refreshSeconds * 1000;
    return moved && noticed ? undefined : bound.digest;
  }

  #isCached(pull: Pull | undefined): boolean {
    return pull !== undefined && pull.cachedAt <= this.clock.now().getTime();
  }

  #upstream(repository: string): string | undefined {
    return repository.startsWith(this.prefix) ? repository.slice(this.prefix.length) : undefined;
  }
}
