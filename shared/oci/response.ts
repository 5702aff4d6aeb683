import { SyncError } from '../model/errors.js';

/** The largest manifest, tag page or token answer that is read. Source: OCI Distribution Spec 1.1, "Pushing Manifests": at least 4 MiB. */
const largestBody = 4 * 1024 * 1024;

/**
 * The whole body of an answer.
 * @throws SyncError REGISTRY_UNAVAILABLE when the connection breaks in the middle, MANIFEST_INVALID beyond 4 MiB
 */
export async function readBounded(response: Response, where: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > largestBody) throw new SyncError('MANIFEST_INVALID', `${where} is larger than ${largestBody} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof SyncError ? error : unanswered(where, error);
  }
  return Buffer.concat(chunks);
}

/** As `readBounded`, as text. */
export async function readText(response: Response, where: string): Promise<string> {
  return (await readBounded(response, where)).toString('utf8');
}

/** What a request that got no whole answer is told as. */
export function unanswered(where: string, cause: unknown): SyncError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = inner instanceof Error ? inner.message.slice(0, 200) : 'unknown';
  return new SyncError('REGISTRY_UNAVAILABLE', `${where}: no answer (${reason})`, { cause });
}
