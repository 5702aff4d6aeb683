import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { isDigest, type Digest } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { BlobHead, BlobRef, ContentReader, ManifestHead, ManifestTree } from '../warming/ports.js';
import { checkBody } from './blob-body.js';
import { parseManifest, referrersOf } from './manifest.js';
import { RegistryRequests, requestTimeout, type RegistryRequest } from './registry-requests.js';
import { readBounded } from './response.js';
import type { TokenSource } from './token-source.js';

/** Nobody has so many tags; a registry that pages in a circle must not be taken for complete. */
const mostPages = 100;
const tagList = z.object({ tags: z.nullable(z.array(z.string())) });

/** OCI Distribution Spec 1.1 client of one registry, read only. No retries of its own: a message that comes back is the retry. */
export class RegistryClient implements ContentReader {
  readonly #requests: RegistryRequests;

  /**
   * @param endpoint for example `https://contoso.azurecr.io`; `http://` on loopback hosts only
   * @param tokens asked when the registry challenges
   */
  constructor(
    private readonly endpoint: string,
    tokens: TokenSource,
    fetcher: typeof fetch = fetch,
  ) {
    this.#requests = new RegistryRequests(endpoint, tokens, fetcher);
  }

  async head(repository: string, reference: string): Promise<ManifestHead> {
    const response = await this.#request('HEAD', repository, `manifests/${reference}`);
    const digest = response.headers.get('docker-content-digest') ?? '';
    if (!isDigest(digest)) return this.get(repository, reference);
    return { digest, origin: originOf(response) };
  }

  async get(repository: string, reference: string): Promise<ManifestTree> {
    const where = `${this.endpoint}/${repository}@${reference}`;
    const response = await this.#request('GET', repository, `manifests/${reference}`);
    const bytes = await readBounded(response, where);
    const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (isDigest(reference) && reference !== digest) {
      throw new SyncError('DIGEST_MISMATCH', `${where}: the registry served ${digest}`);
    }
    return { digest, origin: originOf(response), ...parseManifest(bytes.toString('utf8'), where) };
  }

  /** The bytes of a manifest or index as served, for what `get` does not tell. @throws SyncError as `get`, unread */
  async fetchManifest(repository: string, reference: string): Promise<Buffer> {
    const response = await this.#request('GET', repository, `manifests/${reference}`);
    return readBounded(response, `${this.endpoint}/${repository}@${reference}`);
  }

  async tags(repository: string): Promise<readonly string[]> {
    const where = `tags of ${this.endpoint}/${repository}`;
    return this.#pages(repository, 'tags/list?n=1000', where, (body) => parseTags(body, where));
  }

  async headBlob(repository: string, digest: Digest): Promise<BlobHead> {
    const response = await this.#request('HEAD', repository, `blobs/${digest}`, 'blob');
    const length = response.headers.get('content-length') ?? '';
    return { size: /^\d{1,15}$/.test(length) ? Number(length) : undefined, origin: originOf(response) };
  }

  async pullBlob(repository: string, blob: BlobRef): Promise<void> {
    const request = { method: 'GET', repository, path: `blobs/${blob.digest}`, asked: 'blob' } as const;
    const stall = new AbortController();
    // A layer may take minutes: what must not happen is that nothing comes.
    const timer = setTimeout(() => stall.abort(new Error('the body stands still')), requestTimeout);
    try {
      const response = await this.#requests.send({ ...request, signal: stall.signal });
      await checkBody(response, blob, this.#requests.nameOf(request), () => timer.refresh());
    } finally {
      clearTimeout(timer);
    }
  }

  async referrers(repository: string, digest: Digest): Promise<readonly Digest[]> {
    const where = `referrers of ${this.endpoint}/${repository}@${digest}`;
    try {
      return await this.#pages(repository, `referrers/${digest}`, where, (body) => referrersOf(body, where));
    } catch (error) {
      if (isUnknown(error)) return this.#taggedReferrers(repository, digest, where);
      throw error;
    }
  }

  /** Where a registry has no referrers API, clients list them under a tag. Source: OCI Distribution Spec 1.1, "Referrers Tag Schema". */
  async #taggedReferrers(repository: string, digest: Digest, where: string): Promise<readonly Digest[]> {
    try {
      const response = await this.#request('GET', repository, `manifests/${digest.replace(':', '-')}`);
      return referrersOf((await readBounded(response, where)).toString('utf8'), where);
    } catch (error) {
      if (isUnknown(error)) return [];
      throw error;
    }
  }

  async #pages<Item>(
    repository: string,
    firstPath: string,
    where: string,
    parse: (body: string) => readonly Item[],
  ): Promise<readonly Item[]> {
    const found: Item[] = [];
    let path: string | undefined = firstPath;
    for (let page = 0; path !== undefined && page < mostPages; page += 1) {
      const response: Response = await this.#request('GET', repository, path);
      found.push(...parse((await readBounded(response, where)).toString('utf8')));
      path = nextPage(response, repository);
    }
    if (path !== undefined) throw new SyncError('MANIFEST_INVALID', `${where}: more than ${mostPages} pages`);
    return found;
  }

  #request(
    method: RegistryRequest['method'],
    repository: string,
    path: string,
    asked: RegistryRequest['asked'] = 'content',
  ): Promise<Response> {
    return this.#requests.send({ method, repository, path, asked });
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof SyncError && error.code === 'MANIFEST_UNKNOWN';
}

function originOf(response: Response): 'registry' | 'upstream' {
  return response.headers.get('x-azure-origin')?.trim().toLowerCase() === 'upstream' ? 'upstream' : 'registry';
}

function parseTags(body: string, where: string): readonly string[] {
  try {
    return tagList.parse(JSON.parse(body)).tags ?? [];
  } catch (cause) {
    throw new SyncError('MANIFEST_INVALID', `${where}: the list is malformed`, { cause });
  }
}

/** The path behind `Link: <…>; rel="next"`. Source: OCI Distribution Spec 1.1, "Listing Tags". */
function nextPage(response: Response, repository: string): string | undefined {
  const link = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(response.headers.get('link') ?? '')?.[1];
  if (link === undefined) return undefined;
  const marker = `/v2/${repository}/`;
  const at = link.indexOf(marker);
  if (at < 0)
    throw new SyncError('MANIFEST_INVALID', `the next page of ${repository} lies elsewhere: "${link.slice(0, 200)}"`);
  return link.slice(at + marker.length);
}
