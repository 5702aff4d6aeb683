/**
 * `npm run bench:cold-start [-- rounds]`: how long a worker takes to load the app, as one bundle (what `npm run package` packs) and as
 * compiled files with their production packages, in turn, in fresh processes; medians of 15 rounds. Prints a table; exit code 1 when
 * the bundle no longer pays: ADR 4.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { collectFiles } from '../scripts/package/collect-files.js';
import { deployApp } from '../test/support/e2e/deployed-app.js';

const rounds = Number(process.argv[2] ?? 15);
/** Less would not be worth a second form of the app. */
const mostOfPackages = 0.7;
const root = fileURLToPath(new URL('..', import.meta.url));
const loader = fileURLToPath(new URL('cold-start/load-entry-points.mjs', import.meta.url));
const settings = {
  SUBSCRIPTION_ID: '11111111-2222-3333-4444-555555555555',
  AzureWebJobsStorage__accountName: 'nobody',
};

interface Load {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly files: number;
  readonly megabytes: number;
}

async function load(folder: string): Promise<Load> {
  const env = { PATH: process.env['PATH'], ...settings };
  const { stdout } = await promisify(execFile)(process.execPath, [loader, folder], { env });
  return JSON.parse(stdout) as Load;
}

async function unpackBundle(folder: string): Promise<void> {
  for (const { path, contents } of await collectFiles(root)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  }
}

async function sizeOf(folder: string): Promise<{ readonly files: number; readonly bytes: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return { files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function median(loads: readonly Load[], of: keyof Load): number {
  const values = loads.map((one) => one[of]).sort((one, other) => one - other);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}

const bundled = await mkdtemp(join(tmpdir(), 'cold-start-'));
const plain = await deployApp({ packages: 'production' });
try {
  await unpackBundle(bundled);
  const apps = [bundled, plain.folder].map((folder) => ({ folder, loads: [] as Load[] }));
  for (const { folder } of apps) await load(folder);
  for (let round = 0; round < rounds; round += 1) for (const app of apps) app.loads.push(await load(app.folder));
  console.log('| | load, ms | CPU, ms | memory, MB | files loaded | files deployed | MB deployed |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [index, name] of ['bundle', 'files and packages'].entries()) await printLine(name, apps[index]!);
  const [ratio = 1, cpuRatio = 1] = (['milliseconds', 'cpuMilliseconds'] as const).map(
    (of) => median(apps[0]!.loads, of) / median(apps[1]!.loads, of),
  );
  console.log(
    `\nbundle: ${ratio.toFixed(2)} x the time, ${cpuRatio.toFixed(2)} x the CPU (medians of ${rounds} rounds in turn)`,
  );
  process.exitCode = ratio <= mostOfPackages ? 0 : 1;
} finally {
  await rm(bundled, { recursive: true, force: true });
  await plain.remove();
}

async function printLine(name: string, { folder, loads }: { folder: string; loads: readonly Load[] }): Promise<void> {
  const { files, bytes } = await sizeOf(folder);
  const numbers = (['milliseconds', 'cpuMilliseconds', 'megabytes', 'files'] as const).map((of) =>
    median(loads, of).toFixed(0),
  );
  console.log(`| ${[name, ...numbers, files, (bytes / 1024 ** 2).toFixed(1)].join(' | ')} |`);
}
