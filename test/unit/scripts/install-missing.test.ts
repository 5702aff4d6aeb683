import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const script = resolve('scripts/install-missing.mjs');

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A checkout whose lockfile names one package, and an npm that only writes down how it was called. */
function checkout(installed: { readonly version: string } | undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'install-missing-'));
  folders.push(folder);
  const lock = (version: string) => ({
    packages: { '': {}, 'node_modules/a': { version }, 'node_modules/b': { optional: true } },
  });
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock('1.0.0')));
  const modules = join(folder, 'node_modules');
  if (installed !== undefined) {
    mkdirSync(modules);
    const { '': _root, 'node_modules/b': _optional, ...packages } = lock(installed.version).packages;
    writeFileSync(join(modules, '.package-lock.json'), JSON.stringify({ packages }));
  }
  const npm = join(folder, 'npm.cjs');
  const record = join(folder, 'calls');
  writeFileSync(
    npm,
    `const fs = require('node:fs');
     fs.mkdirSync('node_modules', { recursive: true });
     fs.appendFileSync('calls', process.argv.slice(2, 4).join(' ') + '\\n');
     console.log('noise of npm');
     process.exit(fs.existsSync('fail') ? 7 : 0);`,
  );
  return {
    folder,
    run: () => spawnSync(process.execPath, [script, folder], { env: { npm_execpath: npm }, encoding: 'utf8' }),
    calls: () => (existsSync(record) ? readFileSync(record, 'utf8') : ''),
  };
}

test.each([
  ['nothing is installed', undefined],
  ['other versions are installed', { version: '0.9.0' }],
])('installs by the lockfile once when %s, and keeps stdout clean', (_sentence, installed) => {
  const { run, calls } = checkout(installed);
  const { status, stdout, stderr } = run();
  expect([status, stdout, stderr.includes('noise of npm')]).toEqual([0, '', true]);
  expect(run()).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(calls()).toBe('install --no-save\n');
});

test('is silent and installs nothing when npm has already installed the lockfile', () => {
  const { run, calls } = checkout({ version: '1.0.0' });
  expect(run()).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(calls()).toBe('');
});

test('installs again when the lockfile changes', () => {
  const { folder, run, calls } = checkout({ version: '1.0.0' });
  run();
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': { version: '2.0.0' } } }),
  );
  run();
  expect(calls()).toBe('install --no-save\n');
});

test('ends with the exit code of npm when that fails, and tries again next time', () => {
  const { folder, run, calls } = checkout(undefined);
  writeFileSync(join(folder, 'fail'), '');
  expect(run().status).toBe(7);
  expect(run().status).toBe(7);
  expect(calls()).toBe('install --no-save\ninstall --no-save\n');
});
