/**
 * `npm run package [-- <file.zip or folder>]`: writes the deployable function app as one zip, `package/aks-artifact-sync.zip` unless told
 * otherwise, or its files into a folder, and prints what is in it. What a folder holds already stays there. The same checkout with the same packages gives the same bytes. docs/packaging.md
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectFiles } from './package/collect-files.js';
import { zipFiles } from './package/zip-files.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(process.argv[2] ?? fileURLToPath(new URL('../package/aks-artifact-sync.zip', import.meta.url)));

const files = await collectFiles(root);
const zip = zipFiles(files);
const written = target.endsWith('.zip')
  ? [{ path: target, contents: zip }]
  : files.map(({ path, contents }) => ({ path: join(target, path), contents }));
for (const { path, contents } of written) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1024)} kB`;
const sizeOf = (pattern: RegExp): string => {
  const matching = files.filter(({ path }) => pattern.test(path));
  return `${matching.length} files, ${kilobytes(matching.reduce((sum, { contents }) => sum + contents.length, 0))}`;
};
console.log(`${target}: ${kilobytes(zip.length)}`);
console.log(`  functions and chunks: ${sizeOf(/\.js$/)}`);
console.log(`  source maps:          ${sizeOf(/\.map$/)}`);
console.log(`  sha256 ${createHash('sha256').update(zip).digest('hex')}`);
