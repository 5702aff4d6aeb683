import type { Digest } from '../../shared/model/artifact.js';
import { growArtifactTree, type ArtifactTree, type ManifestDocument } from './artifact-tree.js';
import type { BlobBytes } from './blob-bytes.js';

/** What MAR has: repository to tags. */
export interface MarContent {
  readonly repositories: ReadonlyMap<string, ReadonlySet<string>>;
  /** Bytes of the last layer of each image, by `repository:tag`; a few hundred for all others. */
  readonly layerBytes?: ReadonlyMap<string, number>;
  /** What a signature refers to, as `repository:tag`. */
  readonly signed?: ReadonlySet<string>;
}

/** The truth of MAR. Trees grow when they are first asked for; what a moved tag left behind stays reachable by digest. */
export class Mar {
  private readonly trees = new Map<string, ArtifactTree>();
  private readonly generations = new Map<string, number>();
  private readonly left = new Map<string, ArtifactTree[]>();
  /** While true, nobody gets an answer but 503, nor does a registry that asks on behalf of somebody. */
  isDown = false;

  constructor(private readonly content: MarContent) {}

  repositories(): readonly string[] {
    return [...this.content.repositories.keys()].sort();
  }

  /** Sorted; undefined for a repository that is not there. */
  tags(repository: string): readonly string[] | undefined {
    const tags = this.content.repositories.get(repository);
    return tags && [...tags].sort();
  }

  /** What a tag names now. */
  tree(repository: string, tag: string): ArtifactTree | undefined {
    if (!this.content.repositories.get(repository)?.has(tag)) return undefined;
    const key = `${repository}:${tag}`;
    const tree = this.trees.get(key) ?? this.grow(repository, tag, this.generations.get(key) ?? 0);
    this.trees.set(key, tree);
    return tree;
  }

  /** @param reference tag or digest */
  manifest(repository: string, reference: string): ManifestDocument | undefined {
    if (!reference.includes(':')) return this.tree(repository, reference)?.root;
    for (const tree of this.allTrees(repository)) {
      const manifest = tree.manifests.get(reference as Digest);
      if (manifest) return manifest;
    }
    return undefined;
  }

  blob(repository: string, digest: string): BlobBytes | undefined {
    for (const tree of this.allTrees(repository)) {
      const blob = tree.blobs.get(digest as Digest);
      if (blob) return blob;
    }
    return undefined;
  }

  /** Points a tag at new content. @returns its new digest */
  moveTag(repository: string, tag: string): Digest {
    const key = `${repository}:${tag}`;
    const old = this.tree(repository, tag);
    if (!old) throw new Error(`MAR has no ${key}`);
    this.left.set(repository, [...(this.left.get(repository) ?? []), old]);
    const generation = (this.generations.get(key) ?? 0) + 1;
    const tree = this.grow(repository, tag, generation);
    this.generations.set(key, generation);
    this.trees.set(key, tree);
    return tree.root.digest;
  }

  /** The tree that has a manifest as its root; for what an import copies. */
  treeOf(repository: string, digest: string): ArtifactTree | undefined {
    for (const tree of this.allTrees(repository)) if (tree.root.digest === digest) return tree;
    return undefined;
  }

  referrers(repository: string, digest: string): readonly ManifestDocument[] {
    const { signature } = this.treeOf(repository, digest) ?? {};
    return signature ? [signature.root] : [];
  }

  private grow(repository: string, tag: string, generation: number): ArtifactTree {
    const layerBytes = this.content.layerBytes?.get(`${repository}:${tag}`);
    return growArtifactTree(repository, tag, {
      generation,
      isSigned: this.content.signed?.has(`${repository}:${tag}`) ?? false,
      ...(layerBytes === undefined ? {} : { layerBytes }),
    });
  }

  private *allTrees(repository: string): Generator<ArtifactTree> {
    const tags = [...(this.content.repositories.get(repository) ?? [])];
    for (const tree of [...tags.map((tag) => this.tree(repository, tag)), ...(this.left.get(repository) ?? [])]) {
      if (tree) yield tree;
      if (tree?.signature) yield tree.signature;
    }
  }
}
