/**
 * Installs the packages of package-lock.json when they are not there or not these; silent when there is nothing to do.
 * Plain JavaScript for Node >= 20 without packages: it is what runs first on a fresh clone. All output goes to stderr, so that the
 * stdout of the command behind it stays its own. Idempotent.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const modules = join(root, 'node_modules');
const marker = join(modules, '.package-lock-hash');
const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
const lockHash = createHash('sha256').update(lockText).digest('hex');

/** Whether npm's own record of what it installed has every package of the lockfile; optional ones may be of other platforms. */
function holdsAllOf(packages) {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(packages).every(
    ([path, { version, optional }]) => path === '' || optional === true || installed[path]?.version === version,
  );
}

/**
 * `npm install --no-save` rather than `npm ci`: it keeps to the lockfile as well (versions and integrity), and adds the optional
 * binaries of this machine's platform where the registry that the lockfile was written with did not offer them.
 */
function install() {
  console.error('Installing packages, about a minute the first time ...');
  const npm = process.env.npm_execpath;
  const [command, ...prefix] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const args = [...prefix, 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const shell = npm === undefined && process.platform === 'win32';
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell });
  if (status !== 0) {
    console.error('npm install failed: see above. Behind a proxy or mirror, set `registry` in your own ~/.npmrc.');
    process.exit(status ?? 1);
  }
}

const isMarked = existsSync(marker) && readFileSync(marker, 'utf8') === lockHash;
if (!isMarked) {
  if (!holdsAllOf(JSON.parse(lockText).packages)) install();
  writeFileSync(marker, lockHash);
}
