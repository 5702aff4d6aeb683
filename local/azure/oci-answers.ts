import type { ManifestDocument } from './artifact-tree.js';
import type { BlobBytes } from './blob-bytes.js';
import { answerJson, type Answer, type Received } from './http.js';

/** A pull of the OCI Distribution Spec 1.1. */
export type OciRequest =
  | { readonly kind: 'base' }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'upload'; readonly repository: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'tags'; readonly repository: string };

/** Undefined for a path that is not of the distribution API. */
export function parseOciPath(path: string): OciRequest | undefined {
  if (path === '/v2' || path === '/v2/') return { kind: 'base' };
  const match = /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/(.*)$/.exec(path);
  const [, repository = '', kind, rest = ''] = match ?? [];
  if (kind === 'manifests') return { kind: 'manifest', repository, reference: rest };
  if (kind === 'referrers') return { kind, repository, digest: rest };
  if (kind === 'tags' && rest === 'list') return { kind: 'tags', repository };
  if (kind === 'blobs' && !rest.startsWith('uploads')) return { kind: 'blob', repository, digest: rest };
  const upload = /^\/v2\/(.+)\/blobs\/uploads(\/.*)?$/.exec(path)?.[1];
  return upload === undefined ? undefined : { kind: 'upload', repository: upload };
}

const api = { 'docker-distribution-api-version': 'registry/2.0' };

export function answerOciError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return answerJson(status, { errors: [{ code, message }] }, { ...api, ...headers });
}

export function answerManifest(manifest: ManifestDocument, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: 200,
    headers: {
      ...api,
      'content-type': manifest.mediaType,
      'docker-content-digest': manifest.digest,
      etag: `"${manifest.digest}"`,
      ...headers,
    },
    body: manifest.body,
  };
}

/** @param digest as asked for: a damaged blob has another */
export function answerBlob(digest: string, blob: BlobBytes, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: 200,
    headers: { ...api, 'content-type': 'application/octet-stream', 'docker-content-digest': digest, ...headers },
    body: blob,
  };
}

/** Source: OCI Distribution Spec 1.1, "Listing Referrers". */
export function answerReferrers(referrers: readonly ManifestDocument[]): Answer {
  const manifests = referrers.map(({ digest, mediaType, body }) => ({ digest, mediaType, size: body.length }));
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  return answerJson(200, { schemaVersion: 2, mediaType, manifests }, { ...api, 'content-type': mediaType });
}

/** One page of a sorted list by `n` and `last`, with the `Link` to the next. Source: OCI Distribution Spec 1.1, "Listing Tags". */
export function takePage(
  all: readonly string[],
  request: Received,
  mostPerPage: number,
): { readonly page: readonly string[]; readonly headers: Readonly<Record<string, string>> } {
  const last = request.query.get('last');
  const asked = Number(request.query.get('n') ?? mostPerPage);
  const size = Number.isInteger(asked) && asked > 0 ? Math.min(asked, mostPerPage) : mostPerPage;
  const rest = last === null ? all : all.filter((name) => name > last);
  const page = rest.slice(0, size);
  if (page.length === rest.length) return { page, headers: {} };
  const query = new URLSearchParams({ last: page.at(-1) ?? '', n: String(size) });
  return { page, headers: { link: `<${request.path}?${query.toString()}>; rel="next"` } };
}
