import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the examples are evaluated for: ids of nobody. */
const exampleDeployment = [
  ['--subscription-id', '00000000-0000-0000-0000-000000000000'],
  ['--tenant-id', '44444444-4444-4444-4444-444444444444'],
  ['--location', 'westeurope'],
].flat();

export interface Compiled {
  /** Text by path, `/` between folders, seen from `infra/`: sources as the compiler formats them, and what it made of them. */
  readonly files: ReadonlyMap<string, string>;
  /** Warnings and errors of the compiler. */
  readonly complaints: readonly string[];
}

/**
 * Compiles and lints `main.bicep`, and evaluates it with the parameters of every example as far as that goes without Azure.
 * Works on a copy: the folder is not touched.
 */
export async function compileInfra(bicep: string, folder: string): Promise<Compiled> {
  const copy = mkdtempSync(join(tmpdir(), 'infra-'));
  try {
    cpSync(folder, copy, { recursive: true, filter: (path) => basename(path) !== 'compiled' });
    mkdirSync(join(copy, 'compiled'));
    const complaints: string[] = [];
    const call = async (...words: readonly string[]): Promise<void> => {
      complaints.push(...(await complaintsOf(bicep, words, copy)));
    };
    await call('format', '--pattern', '**/*.bicep');
    await call('format', '--pattern', '**/*.bicepparam');
    await call('build', 'main.bicep', '--outfile', 'compiled/main.json');
    await call('build', 'cluster-topic.bicep', '--outfile', 'compiled/cluster-topic.json');
    const examples = readdirSync(join(copy, 'examples')).filter((name) => name.endsWith('.bicepparam'));
    await Promise.all(examples.map((example) => call('snapshot', `examples/${example}`, ...exampleDeployment)));
    for (const example of examples) {
      const snapshot = example.replace(/\.bicepparam$/, '.snapshot.json');
      renameSync(join(copy, 'examples', snapshot), join(copy, 'compiled', snapshot));
    }
    await call('snapshot', 'modules/settings.bicepparam', ...exampleDeployment);
    renameSync(join(copy, 'modules/settings.snapshot.json'), join(copy, 'compiled/settings.json'));
    return { files: readFolder(copy), complaints };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Lines with "Warning" or "Error"; what a snapshot cannot evaluate without Azure is no complaint. */
async function complaintsOf(bicep: string, words: readonly string[], cwd: string): Promise<readonly string[]> {
  const { text, failed } = await run(bicep, words, { cwd, timeout: 180_000, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ text: `${stdout}\n${stderr}`, failed: false }),
    (error: unknown) => ({ text: String((error as { stderr?: unknown }).stderr ?? error), failed: true }),
  );
  const told = text.split('\n').filter((line) => /\b(Warning|Error)\b/.test(line));
  const serious = told.filter((line) => !line.includes('NestedDeploymentShortCircuited'));
  const lines = serious.map((line) => line.replaceAll(`${cwd}/`, ''));
  return failed && lines.length === 0 ? [`bicep ${words[0] ?? ''}: ${text.trim().slice(0, 500)}`] : lines;
}

/** Texts that the compiler writes or formats. */
function readFolder(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && (/\.bicep(param)?$/.test(entry.name) || basename(entry.parentPath) === 'compiled'),
    )
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return new Map(
    names.sort().map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return [name, `${(/(\.snapshot|settings)\.json$/.test(name) ? inOrder(text) : text).trimEnd()}\n`];
    }),
  );
}

/** A snapshot without the order that the evaluator leaves to chance, and without remarks on lines of the compiled file. */
function inOrder(text: string): string {
  const { predictedResources, outputs } = JSON.parse(text) as {
    readonly predictedResources: readonly { readonly id: string }[];
    readonly outputs: unknown;
  };
  const sorted = [...predictedResources].sort((a, b) => (a.id < b.id ? -1 : 1));
  return JSON.stringify({ predictedResources: sorted, outputs }, sortKeys, 2);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
