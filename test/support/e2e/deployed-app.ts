import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The built app in a folder of its own, as a deployment package holds it: no sources, no tests, no local Azure. */
export interface DeployedApp {
  readonly folder: string;
  remove(): Promise<void>;
}

export interface Deployment {
  /** "production": only what package.json's `dependencies` lead to, copied (about 4 s). "all": the packages of this checkout, linked. */
  readonly packages: 'production' | 'all';
  /** Seconds before a failed message is shown again, instead of host.json's. */
  readonly visibilityTimeoutSeconds?: number;
}

/** Copies what is deployed: package.json, host.json, dist and packages. */
export async function deployApp({ packages, visibilityTimeoutSeconds }: Deployment): Promise<DeployedApp> {
  const folder = await mkdtemp(join(tmpdir(), 'deployed-app-'));
  for (const part of ['package.json', 'host.json', 'dist'])
    await cp(resolve(part), join(folder, part), { recursive: true });
  if (packages === 'all') await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  else await copyProductionPackages(folder);
  if (visibilityTimeoutSeconds !== undefined)
    await shortenVisibility(join(folder, 'host.json'), visibilityTimeoutSeconds);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
}

/** Folders of the packages that `npm ci --omit=dev` installs, for example `node_modules/zod`. */
export async function listProductionPackages(): Promise<readonly string[]> {
  const { packages } = JSON.parse(await readFile(resolve('package-lock.json'), 'utf8')) as Lockfile;
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .map(([path]) => path);
}

async function copyProductionPackages(folder: string): Promise<void> {
  const filter = (path: string): boolean => !/\.(map|md|ts|mts|cts)$/.test(path);
  const paths = await listProductionPackages();
  await Promise.all(paths.map((path) => cp(resolve(path), join(folder, path), { recursive: true, filter })));
}

async function shortenVisibility(file: string, seconds: number): Promise<void> {
  const hostJson = JSON.parse(await readFile(file, 'utf8')) as { extensions: { queues: Record<string, unknown> } };
  hostJson.extensions.queues['visibilityTimeout'] = `00:00:${String(seconds).padStart(2, '0')}`;
  await writeFile(file, JSON.stringify(hostJson));
}
