import type { Digest } from '../model/artifact.js';
import type { BlobHead, BlobRef, ContentReader, ManifestHead, ManifestTree } from '../warming/ports.js';

/** What was pulled, for people. */
export interface Pulled {
  bytes: number;
}

/** A reader of repositories that lie below a prefix, and are named here without it. Counts the bytes of the blobs that it pulls. */
export class PrefixedReader implements ContentReader {
  /** @param prefix for example `aks-managed-repository/`; empty for none */
  constructor(
    private readonly reader: ContentReader,
    private readonly prefix: string,
    private readonly pulled: Pulled,
  ) {}

  head(repository: string, reference: string): Promise<ManifestHead> {
    return this.reader.head(this.prefix + repository, reference);
  }

  get(repository: string, reference: string): Promise<ManifestTree> {
    return this.reader.get(this.prefix + repository, reference);
  }

  tags(repository: string): Promise<readonly string[]> {
    return this.reader.tags(this.prefix + repository);
  }

  headBlob(repository: string, digest: Digest): Promise<BlobHead> {
    return this.reader.headBlob(this.prefix + repository, digest);
  }

  async pullBlob(repository: string, blob: BlobRef): Promise<void> {
    await this.reader.pullBlob(this.prefix + repository, blob);
    this.pulled.bytes += blob.size;
  }

  referrers(repository: string, digest: Digest): Promise<readonly Digest[]> {
    return this.reader.referrers(this.prefix + repository, digest);
  }
}
