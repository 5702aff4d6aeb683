/**
 * `npm run docs` writes what documents say of the code: docs/errors.md, docs/events/*.schema.json, docs/overrides.schema.json,
 * docs/permissions.md, docs/settings.md, and the graph of folders in ARCHITECTURE.md.
 * With `--check` it writes nothing and exits with 1 when a document is stale.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { errorCatalogue } from './docs/error-catalogue.js';
import { eventJsonSchemas } from './docs/event-schemas.js';
import { folderGraph } from './docs/folder-graph.js';
import { overridesJsonSchema } from './docs/overrides-schema.js';
import { permissionsTable } from './docs/permissions-table.js';
import { settingsTable } from './docs/settings-table.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const schemas = [...eventJsonSchemas()].map(async ([path, text]) => [path, await formatted(path, text)] as const);

const documents: ReadonlyMap<string, string> = new Map([
  ...(await Promise.all(schemas)),
  ['docs/errors.md', await formatted('docs/errors.md', errorCatalogue())],
  ['docs/overrides.schema.json', await formatted('docs/overrides.schema.json', overridesJsonSchema())],
  ['docs/permissions.md', await formatted('docs/permissions.md', permissionsTable())],
  ['docs/settings.md', await formatted('docs/settings.md', settingsTable())],
  [
    'ARCHITECTURE.md',
    await formatted('ARCHITECTURE.md', between('graph', read('ARCHITECTURE.md'), await folderGraph(root))),
  ],
]);

const stale = [...documents].filter(([path, text]) => read(path) !== text);
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is stale: run \`npm run docs\``);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of stale) write(path, text);
  console.log(stale.length === 0 ? 'nothing to do' : `wrote ${stale.map(([path]) => path).join(', ')}`);
}

/** `document` with what stands between its markers `<!-- NAME:start -->` and `<!-- NAME:end -->` replaced. */
function between(name: string, document: string, text: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [before, rest] = document.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`no markers ${start} … ${end} in the document`);
  return `${before}${start}\n\n${text}\n\n${end}${after}`;
}

async function formatted(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(join(root, path))), filepath: path });
}

/** The text of a file, or an empty one while there is none. */
function read(path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
