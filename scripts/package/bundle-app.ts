import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { build, type Metafile } from 'esbuild';
import type { PackedFile } from './packed-file.js';

/** CommonJS packages ask for their parts, and for `@azure/functions-core`, by `require`; Azure's worker answers it through this one. */
const requireForPackages =
  "import { createRequire as _createRequire } from 'node:module';\nconst require = _createRequire(import.meta.url);";

export interface Bundle {
  /** One entry point per function and the chunks that they share, each with its source map; paths as in the checkout's `dist`. */
  readonly files: readonly PackedFile[];
  /** Folders of the packages whose code is in it, for example `node_modules/zod`, sorted. */
  readonly packages: readonly string[];
}

/**
 * Bundles the functions with all that they import. The same sources and packages give the same bytes, wherever the checkout lies.
 * @param root folder of the checkout
 */
export async function bundleApp(root: string): Promise<Bundle> {
  const names = (await readdir(join(root, 'functions'))).filter((name) => name.endsWith('.ts')).sort();
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => `functions/${name}`),
    outdir: 'dist/functions',
    // Below `dist`, yet not where `main` of package.json looks for entry points.
    chunkNames: '../chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // It exists in Azure's worker only: https://github.com/Azure/azure-functions-nodejs-library/issues/201
    external: ['@azure/functions-core'],
    banner: { js: requireForPackages },
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    // The place where packages really lie must not get into the bytes.
    preserveSymlinks: true,
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const files = outputFiles.map(({ path, contents }) => ({
    path: relative(root, path).split(sep).join('/'),
    contents,
  }));
  return { files, packages: packagesIn(metafile) };
}

function packagesIn({ outputs }: Metafile): readonly string[] {
  const used = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = used.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  return [...new Set(folders)].sort();
}
