import type { Digest } from '../../shared/model/artifact.js';
import { growArtifactTree, type ArtifactTree, type ManifestDocument } from './artifact-tree.js';

/** What MAR has: repository to tags. */
export interface MarContent {
  readonly repositories: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The truth of MAR. Trees grow when they are first asked for; what a moved tag left behind stays reachable by digest. */
export class Mar {
  private readonly trees = new Map<string, ArtifactTree>();
  private readonly generations = new Map<string, number>();
  private readonly left = new Map<string, ArtifactTree[]>();

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
    const tree = this.trees.get(key) ?? growArtifactTree(repository, tag, this.generations.get(key));
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

  blob(repository: string, digest: string): Buffer | undefined {
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
    const tree = growArtifactTree(repository, tag, (this.generations.get(key) ?? 0) + 1);
    this.generations.set(key, (this.generations.get(key) ?? 0) + 1);
    this.trees.set(key, tree);
    return tree.root.digest;
  }

  private *allTrees(repository: string): Generator<ArtifactTree> {
    for (const tag of this.content.repositories.get(repository) ?? []) {
      const tree = this.tree(repository, tag);
      if (tree) yield tree;
    }
    yield* this.left.get(repository) ?? [];
  }
}
