import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import ts from 'typescript';

export interface ImportGraph {
  /** Files reached, relative to the root, sorted. */
  readonly files: readonly string[];
  /** Names of packages that they import, sorted. */
  readonly packages: readonly string[];
}

/**
 * Follows the imports of built files: static, dynamic and `require`.
 * @param root folder that paths are told relative to
 * @param entries paths of the files to begin with
 * @throws Error when an import leads to no file
 */
export function walkImports(root: string, entries: readonly string[]): ImportGraph {
  const files = new Set<string>();
  const packages = new Set<string>();
  const toVisit = entries.map((entry) => resolve(root, entry));
  for (let file = toVisit.pop(); file !== undefined; file = toVisit.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) toVisit.push(resolve(dirname(file), specifier));
      else if (!isBuiltin(specifier)) packages.add(packageOf(specifier));
    }
  }
  return { files: [...files].map((file) => relative(root, file)).sort(), packages: [...packages].sort() };
}

function importsOf(file: string): readonly string[] {
  if (!file.endsWith('.js')) return [];
  return ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles.map(({ fileName }) => fileName);
}

/** `@azure/identity` of `@azure/identity/dist/x.js`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
