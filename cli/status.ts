import { statusAnswer } from './app-answers.js';
import { readAddress, type AppOptions } from './app-address.js';
import { askApp } from './ask-app.js';
import { exitCodes, type ExitCode } from './outcome.js';
import { renderStatus } from './status-report.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

export interface StatusOptions extends AppOptions {
  readonly json?: boolean;
}

/** Prints where every cluster, registry and Fleet gate stands; closed gates are no failure here. @throws WrongUse, Failed */
export async function runStatus(options: StatusOptions, { stdout, env }: Terminal): Promise<ExitCode> {
  const address = readAddress(options, env);
  const { content, document } = await askApp(address, { method: 'GET', path: '/api/status' }, statusAnswer);
  if (options.json) writeJson(stdout, document);
  else stdout.write(`${renderStatus(content, displayOf(stdout, env))}\n`);
  return exitCodes.fine;
}
