import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { parse } from 'yaml';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** `npm run package -- <file>` without the installation and the build, from another folder and in another time zone each time. */
async function makePackage(file: string, cwd: string, timeZone: string): Promise<string> {
  const words = ['--import', pathToFileURL(require.resolve('tsx')).href, resolve('scripts/package.ts'), file];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd, env: { ...process.env, TZ: timeZone } });
  return stdout;
}

describe('the package', () => {
  let home: string;
  let app: string;
  let printed: string;
  let contents: Readonly<Record<string, Uint8Array>>;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'package-'));
    app = join(home, 'app');
    printed = await makePackage(join(home, 'one.zip'), home, 'Pacific/Auckland');
    contents = unzipSync(await readFile(join(home, 'one.zip')));
    for (const [path, bytes] of Object.entries(contents)) {
      await mkdir(dirname(join(app, path)), { recursive: true });
      await writeFile(join(app, path), bytes);
    }
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const textOf = (path: string): string => new TextDecoder().decode(contents[path]);

  test('is the same, byte by byte, wherever and whenever it is made', async () => {
    await makePackage(join(home, 'other.zip'), tmpdir(), 'America/Los_Angeles');
    expect((await readFile(join(home, 'other.zip'))).equals(await readFile(join(home, 'one.zip')))).toBe(true);
  });

  test('is the same files in a folder, which is what `azd` deploys', async () => {
    await makePackage(join(home, 'folder'), home, 'UTC');
    for (const [path, bytes] of Object.entries(contents))
      expect((await readFile(join(home, 'folder', path))).equals(bytes)).toBe(true);
    expect(await readdir(join(home, 'folder'))).toHaveLength(5);
    const { services } = parse(readFileSync('azure.yaml', 'utf8')) as { services: { app: object } };
    expect(services.app).toMatchObject({ project: 'package/app', remoteBuild: false });
  });

  test('holds the functions, what they share, their source maps and licences, and nothing else', () => {
    const names = Object.keys(contents);
    const others = names.filter((name) => !/^dist\/(functions|chunks)\/[\w-]+\.js(\.map)?$/.test(name));
    expect(others.sort()).toEqual(['LICENSE', 'THIRD-PARTY-NOTICES.txt', 'host.json', 'package.json']);
    const scripts = names.filter((name) => name.endsWith('.js'));
    expect(names.filter((name) => name.endsWith('.map')).sort()).toEqual(scripts.map((name) => `${name}.map`).sort());
  });

  test('has no code of tests, of the local Azure or of scripts in it, no package that is for development, and no path of this machine', () => {
    const maps = Object.keys(contents).filter((name) => name.endsWith('.map'));
    const sources = maps.flatMap((name) => (JSON.parse(textOf(name)) as { sources: string[] }).sources);
    const places = new Set(sources.map((source) => source.replace(/^(\.\.\/)+/, '').split('/')[0]));
    // Packages that were bundled by their makers name sources of theirs.
    places.delete('webpack:');
    expect([...places].sort()).toEqual(['functions', 'node_modules', 'package.json', 'shared']);
    const development = /node_modules\/(azurite|playwright-core|fast-check|selfsigned|croner|esbuild|fflate)\//;
    expect(sources.filter((source) => development.test(source))).toEqual([]);
    expect(Object.keys(contents).filter((name) => textOf(name).includes(resolve('.')))).toEqual([]);
  });

  test('names every package whose code it has, with its licence', () => {
    const notices = textOf('THIRD-PARTY-NOTICES.txt');
    for (const name of ['@azure/functions', '@azure/identity', 'zod']) expect(notices).toContain(`=== ${name} `);
    const withoutText = /^=== .*\n\nThe package carries no licence text\.$/gm;
    expect(notices.match(withoutText) ?? []).toEqual([expect.stringMatching(/^=== @nodable\/entities .* \(MIT\)/)]);
  });

  test('says what it weighs, and is small', async () => {
    const { byteLength } = await readFile(join(home, 'one.zip'));
    expect(printed).toMatch(/one\.zip: \d+ kB\n/);
    expect(byteLength).toBeLessThan(3 * 1024 ** 2);
  });

  describe('unpacked where nothing else is installed', () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await openBench({ scenario: await loadQuickScenario('default'), appFolder: app });
    });
    afterAll(() => bench?.close());

    test('starts with all its functions and tells its version', () => {
      expect(bench.session.host.failures).toEqual([]);
      expect(bench.session.host.functions).toContain('kubernetes-version-available');
      expect(bench.log).toContainEqual(`aks-artifact-sync ${version} starts, mode enforce`);
    });

    test('plays the default scenario to its end: three clusters open, the Fleet run past its gates, the fourth left alone', async () => {
      const { differences, snapshot } = await bench.play();
      expect(differences).toEqual([]);
      expect(snapshot.status?.problems).toEqual([]);
      expect(snapshot.upgrades.map(({ cluster }) => cluster).sort()).toEqual(['data', 'payments', 'shop']);
      expect(snapshot.upgrades.flatMap(({ missing }) => missing)).toEqual([]);
    });
  });
});
