import { createHash } from 'node:crypto';
import type { Digest } from '../../../shared/model/artifact.js';
import { SyncError } from '../../../shared/model/errors.js';
import type { BlobHead, BlobRef, ContentReader, ManifestHead, ManifestTree } from '../../../shared/warming/ports.js';

export function digestOf(text: string): Digest {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

export interface FakeTree {
  readonly digest: Digest;
  readonly children: readonly Digest[];
  readonly blobs: readonly BlobRef[];
}

/** Config and layer of a single manifest; an index has none. */
function blobsOf({ digest, children }: Pick<FakeTree, 'digest' | 'children'>): readonly BlobRef[] {
  if (children.length > 0) return [];
  return [
    { digest: digestOf(`${digest}/config`), size: 100 },
    { digest: digestOf(`${digest}/layer`), size: 5000 },
  ];
}

/** A registry without cache rules, such as MAR: it has what was put there. */
export class FakeMar implements ContentReader {
  readonly #tags = new Map<string, Map<string, FakeTree>>();
  readonly #trees = new Map<string, Map<Digest, readonly Digest[]>>();
  readonly #referrers = new Map<Digest, readonly Digest[]>();
  /** Asked before every answer: throw to be a registry that fails. */
  fault: (repository: string, reference: string) => void = () => undefined;
  requests = 0;

  /** Points a tag at content of this name: the same name, the same digests. No children: a single manifest. */
  put(repository: string, tag: string, content = `${repository}:${tag}`, childCount = 2): FakeTree {
    const children = Array.from({ length: childCount }, (_unused, index) => digestOf(`${content}/${index}`));
    const digest = digestOf(content);
    const tree = { digest, children, blobs: blobsOf({ digest, children }) };
    const known = this.#trees.get(repository) ?? new Map<Digest, readonly Digest[]>();
    known.set(tree.digest, children);
    for (const child of children) known.set(child, []);
    this.#trees.set(repository, known);
    this.#tags.set(repository, (this.#tags.get(repository) ?? new Map<string, FakeTree>()).set(tag, tree));
    return tree;
  }

  /** Attaches a signature to a manifest. */
  sign(repository: string, digest: Digest): Digest {
    const signature = digestOf(`${digest}/signature`);
    this.#trees.get(repository)?.set(signature, []);
    this.#referrers.set(digest, [...(this.#referrers.get(digest) ?? []), signature]);
    return signature;
  }

  remove(repository: string, tag: string): void {
    this.#tags.get(repository)?.delete(tag);
  }

  /** What a reference names now, without counting as a request. */
  find(repository: string, reference: string): FakeTree | undefined {
    const tagged = this.#tags.get(repository)?.get(reference);
    if (tagged) return tagged;
    const children = this.#trees.get(repository)?.get(reference as Digest);
    const digest = reference as Digest;
    return children && { digest, children, blobs: blobsOf({ digest, children }) };
  }

  /** As `find`, for a blob. */
  findBlob(repository: string, digest: Digest): BlobRef | undefined {
    const manifests = [...(this.#trees.get(repository) ?? [])];
    const blobs = manifests.flatMap(([manifest, children]) => blobsOf({ digest: manifest, children }));
    return blobs.find((blob) => blob.digest === digest);
  }

  findReferrers(digest: Digest): readonly Digest[] {
    return this.#referrers.get(digest) ?? [];
  }

  async head(repository: string, reference: string): Promise<ManifestHead> {
    const { digest, origin } = await this.get(repository, reference);
    return { digest, origin };
  }

  async get(repository: string, reference: string): Promise<ManifestTree> {
    this.requests += 1;
    this.fault(repository, reference);
    return { ...(this.find(repository, reference) ?? unknown(repository, reference)), origin: 'registry' };
  }

  async tags(repository: string): Promise<readonly string[]> {
    this.requests += 1;
    this.fault(repository, 'tags');
    const tags = this.#tags.get(repository);
    return tags ? [...tags.keys()] : unknown(repository, 'tags');
  }

  async headBlob(repository: string, digest: Digest): Promise<BlobHead> {
    this.requests += 1;
    this.fault(repository, digest);
    const { size } = this.findBlob(repository, digest) ?? unknownBlob(repository, digest);
    return { size, origin: 'registry' };
  }

  async pullBlob(repository: string, { digest }: BlobRef): Promise<void> {
    await this.headBlob(repository, digest);
  }

  async referrers(repository: string, digest: Digest): Promise<readonly Digest[]> {
    this.requests += 1;
    this.fault(repository, 'referrers');
    return this.findReferrers(digest);
  }
}

export function unknown(repository: string, reference: string): never {
  throw new SyncError('MANIFEST_UNKNOWN', `${repository}@${reference}: 404`);
}

export function unknownBlob(repository: string, digest: Digest): never {
  throw new SyncError('BLOB_UNKNOWN', `${repository}@${digest}: 404`);
}
