import { createHash } from 'node:crypto';
import { SyncError } from '../model/errors.js';
import type { BlobRef } from '../warming/ports.js';
import { unanswered } from './response.js';

/**
 * Hashes a body as it streams and drops it: memory holds one chunk, whatever the size.
 * @param onChunk called for every chunk, so that a caller can tell a slow body from one that stands still
 * @throws SyncError DIGEST_MISMATCH for other bytes, at the first one too many; REGISTRY_UNAVAILABLE when the connection breaks
 */
export async function checkBody(response: Response, blob: BlobRef, where: string, onChunk: () => void): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      onChunk();
      size += chunk.byteLength;
      if (size > blob.size) throw mismatch(blob, where, `more than ${blob.size} bytes`);
      hash.update(chunk);
    }
  } catch (error) {
    throw error instanceof SyncError ? error : unanswered(where, error);
  }
  const digest = `sha256:${hash.digest('hex')}`;
  if (size !== blob.size || digest !== blob.digest) throw mismatch(blob, where, `${size} bytes of ${digest}`);
}

function mismatch({ digest, size }: BlobRef, where: string, served: string): SyncError {
  return new SyncError('DIGEST_MISMATCH', `${where}: wanted are ${size} bytes of ${digest}, served were ${served}`);
}
