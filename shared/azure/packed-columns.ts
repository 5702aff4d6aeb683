import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

/** A binary property holds at most 64 KiB, a whole row 1 MiB. */
const chunkBytes = 60 * 1024;
const mostChunks = 14;
/** What a row unpacks to at most: a damaged row must not fill the memory. */
const mostBytes = 64 * 1024 * 1024;

const counted = z.object({ chunks: z.number().int().min(1).max(mostChunks) });

/**
 * A JSON document as columns of one table row: compressed, cut into `set0`, `set1` and so on, counted in `chunks`.
 * @throws Error when it does not fit a row, naming `what`
 */
export function packColumns(document: unknown, what: string): Readonly<Record<string, Uint8Array | number>> {
  const packed = gzipSync(JSON.stringify(document));
  const chunks = Math.ceil(packed.length / chunkBytes);
  if (chunks > mostChunks) throw new Error(`${what} does not fit a table row: ${packed.length} bytes`);
  const parts = Array.from({ length: chunks }, (_unused, index): [string, Uint8Array] => [
    `set${index}`,
    new Uint8Array(packed.subarray(index * chunkBytes, (index + 1) * chunkBytes)),
  ]);
  return { chunks, ...Object.fromEntries(parts) };
}

/** @returns undefined for a row without a packed document @throws ZodError, Error when the columns are damaged */
export function unpackColumns(entity: Readonly<Record<string, unknown>>): unknown {
  if (entity['chunks'] === undefined) return undefined;
  const { chunks } = counted.parse(entity);
  const parts = Array.from({ length: chunks }, (_unused, index) =>
    z.instanceof(Uint8Array).parse(entity[`set${index}`]),
  );
  return JSON.parse(gunzipSync(Buffer.concat(parts), { maxOutputLength: mostBytes }).toString('utf8'));
}
