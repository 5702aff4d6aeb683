import { TextDecoder } from 'node:util';
import type { DocumentFetcher, FetchedDocument } from '../catalog/ports.js';
import { SyncError } from '../model/errors.js';
import { parseRetryAfter } from '../model/retry-after.js';

const mostBytes = 20 * 1024 * 1024;
const timeoutMs = 30_000;

/** GETs over https with the runtime's own client, which asks for gzip and unpacks it; limits count what is unpacked. */
export class HttpDocumentFetcher implements DocumentFetcher {
  constructor(
    private readonly fetcher: typeof fetch = fetch,
    private readonly limits: { readonly bytes: number; readonly timeoutMs: number } = { bytes: mostBytes, timeoutMs },
  ) {}

  async fetch(url: string, etag: string | undefined): Promise<FetchedDocument> {
    const headers = {
      accept: 'application/json, text/plain',
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
    };
    const signal = AbortSignal.timeout(this.limits.timeoutMs);
    try {
      const response = await this.fetcher(url, { headers, signal });
      if (response.status === 304 && etag !== undefined) return { kind: 'unchanged' };
      if (response.status !== 200) throw await refusalOf(response, url);
      const text = await this.#readText(response, url);
      const newest = response.headers.get('etag');
      return { kind: 'document', text, ...(newest === null ? {} : { etag: newest }) };
    } catch (error) {
      if (error instanceof SyncError) throw error;
      throw new SyncError('CATALOG_SOURCE_UNAVAILABLE', `${where(url)}: ${reasonOf(error)}`, { cause: error });
    }
  }

  async #readText(response: Response, url: string): Promise<string> {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const parts: string[] = [];
    let bytes = 0;
    const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      // Leaving the loop cancels the rest of the body.
      if (bytes > this.limits.bytes) throw tooLarge(url, this.limits.bytes);
      parts.push(decode(decoder, chunk, url));
    }
    return parts.join('') + decode(decoder, undefined, url);
  }
}

function decode(decoder: TextDecoder, chunk: Uint8Array | undefined, url: string): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch {
    throw new SyncError('CATALOG_SOURCE_INVALID', `${where(url)}: the document: not UTF-8 text`);
  }
}

function tooLarge(url: string, bytes: number): SyncError {
  return new SyncError('CATALOG_SOURCE_INVALID', `${where(url)}: the document: larger than ${bytes} bytes`);
}

async function refusalOf(response: Response, url: string): Promise<SyncError> {
  await response.body?.cancel();
  const retryAfterSeconds = parseRetryAfter(response.headers);
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new SyncError('CATALOG_SOURCE_UNAVAILABLE', `${where(url)}: answered ${response.status}`, options);
}

/** Without the query: a mirror's address may carry a signature. */
function where(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (fieldOf(error, 'name') === 'TimeoutError') return 'did not answer in time';
  const cause = fieldOf(error, 'cause');
  const reasons = [fieldOf(cause, 'code'), fieldOf(cause, 'message'), fieldOf(error, 'message')];
  return reasons.find((reason) => typeof reason === 'string') ?? 'failed';
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
