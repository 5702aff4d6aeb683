import { createHmac, randomBytes } from 'node:crypto';
import type { BlobBytes } from './blob-bytes.js';
import type { Answer, Received } from './http.js';
import { answerBlob } from './oci-answers.js';
import type { RegistryCache } from './registry-cache.js';

/**
 * The host that registries send their clients to for blobs: a signed address opens one blob to whoever has it.
 * Like Azure Storage it refuses a signature and a token in one request. Source: container-registry-dedicated-data-endpoints.md.
 */
export class DataEndpoint {
  private readonly secret = randomBytes(16);
  /** `https://127.0.0.1:port`; set before the first request. */
  address = '';

  constructor(private readonly caches: ReadonlyMap<string, RegistryCache>) {}

  linkTo(registry: string, repository: string, digest: string): string {
    const path = `/${registry}/${repository}/${digest}`;
    return `${this.address}${path}?sig=${this.sign(path)}`;
  }

  answer(request: Received): Answer {
    if (request.headers.authorization !== undefined) return { status: 400, body: 'InvalidAuthenticationInfo' };
    if (request.query.get('sig') !== this.sign(request.path)) return { status: 403, body: 'AuthenticationFailed' };
    const blob = this.find(request.path);
    if (!blob) return { status: 404, body: 'BlobNotFound' };
    const [digest = ''] = request.path.split('/').slice(-1);
    return answerBlob(digest, blob);
  }

  private find(path: string): BlobBytes | undefined {
    const [, registry = '', repository = '', digest = ''] = /^\/([^/]+)\/(.+)\/([^/]+)$/.exec(path) ?? [];
    return this.caches.get(registry)?.store.get(repository)?.blobs.get(digest);
  }

  private sign(path: string): string {
    return createHmac('sha256', this.secret).update(path).digest('hex');
  }
}
