import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { provideFunctionsCore } from './core-module.js';
import type { ProgrammingModel, RegisteredFunction } from './functions-core.js';
import { createHooks, type Hooks } from './hooks.js';
import type { HostLog } from './host-log.js';
import { collectRegistrations } from './registrations.js';

/** An app whose entry points are loaded and whose `appStart` hooks have run. */
export interface LoadedApp {
  readonly functions: readonly RegisteredFunction[];
  readonly model: ProgrammingModel;
  readonly hooks: Hooks;
  /** Where the library wants HTTP requests as streams (`app.setup({ enableHttpStream: true })`). */
  readonly httpStreamUrl: string | undefined;
}

/** The app as a whole cannot start, as when Azure shows "Worker was unable to load entry point". */
export class AppLoadError extends Error {
  override readonly name = 'AppLoadError';
}

const packageSchema = z.object({ main: z.string().min(1) });

/**
 * Loads the built files of an app as a Functions v4 Node worker does: every file that `main` of its package.json matches, in name
 * order, each as the module kind that Node takes it for. One file that throws fails the whole app.
 * @throws AppLoadError with the file and the cause
 */
export async function loadApp(appFolder: string, log: HostLog): Promise<LoadedApp> {
  const registrations = collectRegistrations((level, message) => log.write(level, message));
  provideFunctionsCore(registrations.core);
  for (const file of await findEntryPoints(appFolder)) await importEntryPoint(appFolder, file);
  const model = registrations.model();
  if (model === undefined) throw new AppLoadError('No function was registered: does the app use @azure/functions 4?');
  const hooks = createHooks(registrations);
  await hooks.run('appStart', { functionAppDirectory: appFolder });
  registrations.seal();
  const capabilities = await model.getCapabilities?.({});
  return { functions: registrations.functions(), model, hooks, httpStreamUrl: capabilities?.['HttpUri'] };
}

async function findEntryPoints(appFolder: string): Promise<readonly string[]> {
  const text = await readFile(join(appFolder, 'package.json'), 'utf8');
  const { main } = packageSchema.parse(JSON.parse(text));
  const files: string[] = [];
  for await (const file of glob(main, { cwd: appFolder })) files.push(file);
  if (files.length === 0) throw new AppLoadError(`No file matches "main" of package.json: ${main}`);
  return files.sort();
}

async function importEntryPoint(appFolder: string, file: string): Promise<void> {
  try {
    await import(pathToFileURL(join(appFolder, file)).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppLoadError(`Worker was unable to load entry point "${file}": ${reason}`, { cause });
  }
}
