import type { Digest } from '../model/artifact.js';
import type { BlobRef } from './ports.js';
import type { ArtifactState } from './state.js';

const mostRemembered = 20_000;
/**
 * A blob found this long ago is looked for again: somebody may have deleted its repository, and another instance may have seen that
 * and had its manifests cached anew. A minute spares most looks at layers that tags of one repository share.
 */
const trustMs = 60_000;

/** Where blobs of an artifact are found: a registry that was created again is another place. */
export function placeOf({ registry, incarnation, cachedRepository }: ArtifactState): string {
  return `${registry} of ${incarnation}/${cachedRepository}`;
}

/**
 * What this instance knows of content: which blobs a manifest has (true forever, as digests name content), and which blobs it found
 * in a repository of a registry not long ago. Bounded; losing it costs requests, never a wrong proof.
 *
 * Blobs are remembered by repository: a registry serves a blob only in repositories that it was put into, so finding a layer in
 * one repository proves nothing of another that shares it.
 */
export class ContentMemory {
  readonly #blobs = new Map<Digest, readonly BlobRef[]>();
  readonly #found = new Map<string, number>();

  constructor(private readonly now: () => Date) {}

  blobsOf(manifest: Digest): readonly BlobRef[] | undefined {
    return this.#blobs.get(manifest);
  }

  learn(manifest: Digest, blobs: readonly BlobRef[]): void {
    if (this.#blobs.size >= mostRemembered) this.#blobs.clear();
    this.#blobs.set(manifest, blobs);
  }

  /** @param place as of `placeOf` */
  wasFound(place: string, blob: Digest): boolean {
    const at = this.#found.get(`${place}@${blob}`);
    return at !== undefined && this.now().getTime() - at < trustMs;
  }

  found(place: string, blob: Digest): void {
    if (this.#found.size >= mostRemembered) this.#found.clear();
    this.#found.set(`${place}@${blob}`, this.now().getTime());
  }

  /** Something of this repository was gone: nothing that was found there counts any more. */
  forget(place: string): void {
    for (const key of [...this.#found.keys()]) if (key.startsWith(`${place}@`)) this.#found.delete(key);
  }
}
