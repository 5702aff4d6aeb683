import { describeOfflineCatalog } from '../shared/app/offline-catalog.js';
import { readAddress, type AppOptions } from './app-address.js';
import { catalogAnswer } from './app-answers.js';
import { askApp } from './ask-app.js';
import { readCatalogFiles, type CatalogFileOptions } from './catalog-files.js';
import { renderAppCatalog, renderCatalog } from './catalog-report.js';
import { workOn } from './offline-files.js';
import { exitCodes, Failed, WrongUse, type ExitCode } from './outcome.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

/** With an address or a key, an app is asked; what the environment has is used then, and ignored otherwise. */
export interface CatalogOptions extends AppOptions, CatalogFileOptions {
  readonly json?: boolean;
}

/** Prints what the bundled catalogue knows, with saved sources and overrides over it, or how fresh that of an app is. @throws WrongUse, Failed */
export async function runCatalog(options: CatalogOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.url !== undefined || options.key !== undefined) return showApp(options, terminal);
  const { stdout, env } = terminal;
  const documents = await readCatalogFiles(options);
  const catalog = await workOn({}, () => describeOfflineCatalog(documents));
  if (options.json) writeJson(stdout, catalog);
  else stdout.write(`${renderCatalog(catalog, displayOf(stdout, env))}\n`);
  return exitCodes.fine;
}

async function showApp(options: CatalogOptions, { stdout, env }: Terminal): Promise<ExitCode> {
  if (options.overrides !== undefined || options.agentbaker !== undefined || options.vulnerability !== undefined) {
    throw new WrongUse(
      'files and an app (--url, --key) do not go together: an app has sources and overrides of its own',
    );
  }
  const address = readAddress(options, env);
  const { content, document } = await askApp(address, { method: 'GET', path: '/api/status' }, catalogAnswer);
  if (content.catalog === undefined) {
    throw new Failed(`${address.url} does not tell how fresh its catalogue is: its version is older than this program`);
  }
  if (options.json) writeJson(stdout, (document as { readonly catalog: unknown }).catalog);
  else stdout.write(`${renderAppCatalog(address.url, content, displayOf(stdout, env))}\n`);
  return exitCodes.fine;
}
