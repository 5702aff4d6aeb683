import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isDigest, type Digest } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { ManifestHead, ManifestReader, ManifestTree } from '../warming/ports.js';
import { failureOf } from './failures.js';
import { isLoopback } from './loopback.js';
import { acceptedManifests, childrenOf } from './manifest.js';
import { readBounded, readText, unanswered } from './response.js';
import type { TokenSource } from './token-source.js';
import { userAgent } from './user-agent.js';

/** Nobody has so many tags; a registry that pages in a circle must not be taken for complete. */
const mostPages = 100;
const requestTimeout = 30_000;
const tagList = z.object({ tags: z.array(z.string()).nullable() });

/** OCI Distribution Spec 1.1 client of one registry, read only. No retries of its own: a message that comes back is the retry. */
export class RegistryClient implements ManifestReader {
  readonly #authorization = new Map<string, string>();

  /**
   * @param endpoint for example `https://contoso.azurecr.io`; `http://` on loopback hosts only
   * @param tokens asked when the registry challenges
   */
  constructor(
    private readonly endpoint: string,
    private readonly tokens: TokenSource,
    private readonly fetcher: typeof fetch = fetch,
  ) {
    const url = new URL(endpoint);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
      throw new SyncError('INVALID_INPUT', `registry ${endpoint}: http is accepted on loopback hosts only`);
    }
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
    return { digest, origin: originOf(response), children: childrenOf(bytes.toString('utf8'), where), blobs: [] };
  }

  /** The bytes of a manifest or index as served, for what `get` does not tell. @throws SyncError as `get`, unread */
  async fetchManifest(repository: string, reference: string): Promise<Buffer> {
    const response = await this.#request('GET', repository, `manifests/${reference}`);
    return readBounded(response, `${this.endpoint}/${repository}@${reference}`);
  }

  async tags(repository: string): Promise<readonly string[]> {
    const where = `tags of ${this.endpoint}/${repository}`;
    const found: string[] = [];
    let path: string | undefined = 'tags/list?n=1000';
    for (let page = 0; path !== undefined && page < mostPages; page += 1) {
      const response: Response = await this.#request('GET', repository, path);
      found.push(...parseTags(await readBounded(response, where), where));
      path = nextPage(response, repository);
    }
    if (path !== undefined) throw new SyncError('MANIFEST_INVALID', `${where}: more than ${mostPages} pages`);
    return found;
  }

  async #request(method: 'GET' | 'HEAD', repository: string, path: string): Promise<Response> {
    const where = `${method} ${this.endpoint}/v2/${repository}/${path}`;
    const first = await this.#send(method, repository, path, where);
    if (first.status !== 401) return accepted(first, where);
    // A connection that broke since the headers refuses even to be cancelled; the answer is not needed any more.
    await first.body?.cancel().catch(() => undefined);
    const challenge = first.headers.get('www-authenticate') ?? '';
    const authorization = await this.tokens.authorize(challenge, `repository:${repository}:pull`);
    this.#authorization.set(repository, authorization);
    return accepted(await this.#send(method, repository, path, where), where);
  }

  async #send(method: string, repository: string, path: string, where: string): Promise<Response> {
    const authorization = this.#authorization.get(repository);
    const headers = {
      accept: acceptedManifests,
      'user-agent': userAgent,
      ...(authorization === undefined ? {} : { authorization }),
    };
    try {
      const signal = AbortSignal.timeout(requestTimeout);
      return await this.fetcher(`${this.endpoint}/v2/${repository}/${path}`, { method, headers, signal });
    } catch (cause) {
      throw unanswered(where, cause);
    }
  }
}

async function accepted(response: Response, where: string): Promise<Response> {
  if (response.ok) return response;
  throw failureOf(response, where, await readText(response, where).catch(() => ''), 'content');
}

function originOf(response: Response): 'registry' | 'upstream' {
  return response.headers.get('x-azure-origin')?.trim().toLowerCase() === 'upstream' ? 'upstream' : 'registry';
}

function parseTags(bytes: Buffer, where: string): readonly string[] {
  try {
    return tagList.parse(JSON.parse(bytes.toString('utf8'))).tags ?? [];
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
