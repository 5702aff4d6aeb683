import { zipSync, type Zippable } from 'fflate';
import type { PackedFile } from './packed-file.js';

/** A zip has no time zone: the earliest day that it can say, in local time, is the same bytes everywhere. */
const noTime = new Date(1980, 0, 1);
/** As if zipped on Unix, so that the attributes below count. */
const unix = 3;
/** A plain file that everybody may read. */
const attributes = 0o100644 << 16;

/** A zip of the files, sorted by path; the same files give the same bytes. */
export function zipFiles(files: readonly PackedFile[]): Uint8Array {
  const sorted = [...files].sort((one, other) => (one.path < other.path ? -1 : 1));
  const entries: Zippable = Object.fromEntries(sorted.map(({ path, contents }) => [path, contents]));
  return zipSync(entries, { level: 9, mtime: noTime, os: unix, attrs: attributes });
}
