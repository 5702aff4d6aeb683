import { setTimeout as delay } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Digest } from '../model/artifact.js';
import type { BlobHead, BlobRef, ContentReader, ManifestHead, ManifestTree } from '../warming/ports.js';

const settleMs = 250;

/** What was pulled, for people. */
export interface Pulled {
  bytes: number;
}

/**
 * A reader of repositories that lie below a prefix, and are named here without it; with a bound on the requests that are under way at
 * once. Waiting for a turn counts into no request's timeout. Counts the bytes of the blobs that it pulls.
 */
export class PlacedReader implements ContentReader {
  readonly #limit: LimitFunction;
  /** Of those who pull the same blob now. */
  readonly #turns = new Map<Digest, LimitFunction>();

  /** @param prefix for example `aks-managed-repository/`; empty for none */
  constructor(
    private readonly reader: ContentReader,
    private readonly prefix: string,
    concurrency: number,
    private readonly pulled: Pulled,
  ) {
    this.#limit = pLimit(concurrency);
  }

  head(repository: string, reference: string): Promise<ManifestHead> {
    return this.#limit(() => this.reader.head(this.prefix + repository, reference));
  }

  get(repository: string, reference: string): Promise<ManifestTree> {
    return this.#limit(() => this.reader.get(this.prefix + repository, reference));
  }

  tags(repository: string): Promise<readonly string[]> {
    return this.#limit(() => this.reader.tags(this.prefix + repository));
  }

  headBlob(repository: string, digest: Digest): Promise<BlobHead> {
    return this.#limit(() => this.reader.headBlob(this.prefix + repository, digest));
  }

  /**
   * Repositories that share a blob pull it one after the other: a cache that is storing it for one of them hands it through to the
   * others without keeping it there, and stores for a moment longer than it serves (seen at CNCF Distribution 2.8). Where a pull fails,
   * such as one that hung until its time was over, the others go on together: each would hang as long, and the last for all of them.
   */
  async pullBlob(repository: string, blob: BlobRef): Promise<void> {
    const turns = this.#turns.get(blob.digest) ?? pLimit(1);
    this.#turns.set(blob.digest, turns);
    const isBehind = turns.activeCount + turns.pendingCount > 0;
    try {
      await turns(async () => {
        if (isBehind) await delay(settleMs);
        await this.#limit(() => this.reader.pullBlob(this.prefix + repository, blob));
      });
      this.pulled.bytes += blob.size;
    } catch (error) {
      turns.concurrency = Number.POSITIVE_INFINITY;
      throw error;
    } finally {
      if (turns.activeCount + turns.pendingCount === 0) this.#turns.delete(blob.digest);
    }
  }

  referrers(repository: string, digest: Digest): Promise<readonly Digest[]> {
    return this.#limit(() => this.reader.referrers(this.prefix + repository, digest));
  }
}
