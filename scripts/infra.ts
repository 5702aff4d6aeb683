/**
 * `npm run infra` formats the Bicep files and writes what the compiler makes of them to `infra/compiled/`; the tests read that.
 * With `--check` it writes nothing: exit code 1 where the compiler complains or a file is not as it would write it, 3 where no
 * compiler is to be had: then nothing was checked.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileInfra } from './infra/compile.js';
import { bicepVersion, findBicep } from './infra/find-bicep.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'infra');

const bicep = await findBicep(join(root, 'node_modules/.cache/bicep'));
if ('missing' in bicep) {
  console.error(`!!! NOT CHECKED: no Bicep compiler ${bicepVersion}: ${bicep.missing}`);
  console.error('!!! infra/*.bicep was neither compiled nor linted; tests read infra/compiled as it was committed');
  process.exitCode = 3;
} else {
  const { files, complaints } = await compileInfra(bicep.path, folder);
  for (const complaint of complaints) console.error(complaint);
  const stale = [...files].filter(([name, text]) => read(name) !== text);
  if (process.argv.includes('--check')) {
    for (const [name] of stale) console.error(`infra/${name} is stale: run \`npm run infra\``);
    process.exitCode = complaints.length + stale.length === 0 ? 0 : 1;
    if (process.exitCode === 0) console.log(`Bicep ${bicepVersion}: ${files.size} files, no warning, nothing stale`);
  } else {
    for (const [name, text] of stale) write(name, text);
    console.log(stale.length === 0 ? 'nothing to do' : `wrote ${stale.map(([name]) => name).join(', ')}`);
    process.exitCode = complaints.length === 0 ? 0 : 1;
  }
}

function read(name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return '';
  }
}

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  rmSync(join(folder, name), { force: true });
  writeFileSync(join(folder, name), text);
}
