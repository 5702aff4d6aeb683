import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleApp } from './bundle-app.js';
import type { PackedFile } from './packed-file.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: object;
  readonly main: string;
}

/**
 * All files of the deployable app: the bundle, host.json, a package.json without dependencies, and the licences of what is bundled.
 * @param root folder of the checkout, with its packages installed
 */
export async function collectFiles(root: string): Promise<readonly PackedFile[]> {
  const { files, packages } = await bundleApp(root);
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  const { name, version, license, engines, main } = JSON.parse(await read('package.json')) as Manifest;
  // Nothing is installed in Azure: there is nothing to install.
  const manifest = { name, version, license, private: true, type: 'module', engines, main };
  return [
    ...files,
    textFile('package.json', `${JSON.stringify(manifest, undefined, 2)}\n`),
    textFile('host.json', await read('host.json')),
    textFile('LICENSE', await read('LICENSE')),
    textFile('THIRD-PARTY-NOTICES.txt', (await Promise.all(packages.map((one) => noticeOf(root, one)))).join('\n')),
  ];
}

function textFile(path: string, text: string): PackedFile {
  return { path, contents: new TextEncoder().encode(text.replaceAll('\r\n', '\n')) };
}

/** Name, version and licence text of a bundled package. */
async function noticeOf(root: string, folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  const names = (await readdir(join(root, folder))).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
  const texts = await Promise.all(names.map((file) => readFile(join(root, folder, file), 'utf8')));
  const title = `=== ${manifest.name} ${manifest.version} (${manifest.license})`;
  const body = texts.length > 0 ? texts.map((text) => text.trim()) : ['The package carries no licence text.'];
  return [title, ...body, ''].join('\n\n');
}
