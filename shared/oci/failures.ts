import { SyncError, type FailureCode } from '../model/errors.js';
import { parseRetryAfter } from '../model/retry-after.js';

/** What a failure speaks of: a token service that is not there says nothing about a manifest, and neither tokens nor lists come from upstream. */
export type Asked = 'content' | 'blob' | 'token' | 'list';

/**
 * Classifies an answer that is no success.
 * Sources: OCI Distribution Spec 1.1 "Error Codes"; 424 and 502 of cache rules: Azure/acr#892, #876; 429: Azure/acr#754.
 */
export function failureOf(response: Response, where: string, body: string, asked: Asked): SyncError {
  const retryAfterSeconds = parseRetryAfter(response.headers);
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  const code = codeOf(response.status, asked);
  return new SyncError(code, `${where}: ${response.status} ${firstError(body)}`.trim(), options);
}

function codeOf(status: number, asked: Asked): FailureCode {
  if (status === 404 && (asked === 'content' || asked === 'list')) return 'MANIFEST_UNKNOWN';
  if (status === 404 && asked === 'blob') return 'BLOB_UNKNOWN';
  if (status === 401 || status === 403) return 'REGISTRY_FORBIDDEN';
  if (status === 429) return 'REGISTRY_THROTTLED';
  if ((status === 424 || status === 502) && (asked === 'content' || asked === 'blob')) return 'UPSTREAM_UNAVAILABLE';
  return 'REGISTRY_UNAVAILABLE';
}

/** The first `errors[].code: message` of an OCI error body, without control characters; registries are untrusted. */
function firstError(body: string): string {
  try {
    const document = JSON.parse(body) as { errors?: readonly { code?: unknown; message?: unknown }[] };
    const error = document.errors?.[0];
    return [error?.code, error?.message]
      .filter((part) => typeof part === 'string')
      .join(': ')
      .replace(/\p{Cc}/gu, ' ')
      .slice(0, 300);
  } catch {
    return '';
  }
}
