import { describeBundledCatalog } from '../shared/app/bundled-catalog.js';
import { readAddress, type AppOptions } from './app-address.js';
import { catalogAnswer } from './app-answers.js';
import { askApp } from './ask-app.js';
import { renderAppCatalog, renderCatalog } from './catalog-report.js';
import { exitCodes, Failed, type ExitCode } from './outcome.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

/** With an address or a key, an app is asked; what the environment has is used then, and ignored otherwise. */
export interface CatalogOptions extends AppOptions {
  readonly json?: boolean;
}

/** Prints what the bundled catalogue knows, or how fresh that of an app is. @throws WrongUse, Failed */
export async function runCatalog(options: CatalogOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.url !== undefined || options.key !== undefined) return showApp(options, terminal);
  const { stdout, env } = terminal;
  const catalog = describeBundledCatalog();
  if (options.json) writeJson(stdout, catalog);
  else stdout.write(`${renderCatalog(catalog, displayOf(stdout, env))}\n`);
  return exitCodes.fine;
}

async function showApp(options: CatalogOptions, { stdout, env }: Terminal): Promise<ExitCode> {
  const address = readAddress(options, env);
  const { content, document } = await askApp(address, { method: 'GET', path: '/api/status' }, catalogAnswer);
  if (content.catalog === undefined) {
    throw new Failed(`${address.url} does not tell how fresh its catalogue is: its version is older than this program`);
  }
  if (options.json) writeJson(stdout, (document as { readonly catalog: unknown }).catalog);
  else stdout.write(`${renderAppCatalog(address.url, content, displayOf(stdout, env))}\n`);
  return exitCodes.fine;
}
