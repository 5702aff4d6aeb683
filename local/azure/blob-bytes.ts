import { createHash } from 'node:crypto';
import type { Digest } from '../../shared/model/artifact.js';

/** The bytes of a config or layer. Large ones are made while they are read: no process ever holds them. */
export interface BlobBytes {
  readonly digest: Digest;
  readonly size: number;
  chunks(): Iterable<Buffer>;
}

/** Above this a layer is made chunk by chunk. */
const largestHeld = 1024 * 1024;

/** Bytes of a document. */
export function blobOf(body: Buffer): BlobBytes {
  const digest: Digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  return { digest, size: body.length, chunks: () => [body] };
}

/** A layer of that many bytes: the same for the same name and size. Hashing 1 GiB once takes a second or two. */
export function layerOf(name: string, size: number): BlobBytes {
  const pattern = createHash('sha256').update(name).digest();
  if (size <= largestHeld) return blobOf(Buffer.alloc(size, pattern));
  const chunk = Buffer.alloc(largestHeld, pattern);
  const chunks = function* (): Generator<Buffer> {
    for (let left = size; left > 0; left -= chunk.length) yield left < chunk.length ? chunk.subarray(0, left) : chunk;
  };
  const hash = createHash('sha256');
  for (const part of chunks()) hash.update(part);
  return { digest: `sha256:${hash.digest('hex')}`, size, chunks };
}
