import { replayAnswer } from './app-answers.js';
import { readAddress, type AppOptions } from './app-address.js';
import { askApp } from './ask-app.js';
import { exitCodes, WrongUse, type ExitCode } from './outcome.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

export interface ReplayOptions extends AppOptions {
  /** Every message that was not replayed yet. */
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Has the app work on messages again that it gave up on. Idempotent. @param id as the status lists it @throws WrongUse, Failed */
export async function runReplay(
  id: string | undefined,
  options: ReplayOptions,
  { stdout, env }: Terminal,
): Promise<ExitCode> {
  if ((id === undefined) === (options.all !== true)) {
    throw new WrongUse(
      'name one message by its id, or all of them by --all; `aks-artifact-sync status --json` lists them',
    );
  }
  const body = id === undefined ? { all: true } : { id };
  const address = readAddress(options, env);
  const { content, document } = await askApp(address, { method: 'POST', path: '/api/replay', body }, replayAnswer);
  if (options.json) {
    writeJson(stdout, document);
    return exitCodes.fine;
  }
  const { colors } = displayOf(stdout, env);
  const count = content.replayed.length;
  stdout.write(`${colors.bold(`Put ${count} ${count === 1 ? 'message' : 'messages'} back on their queues.`)}\n`);
  for (const { id: skipped, reason } of content.skipped) stdout.write(`${skipped} stays: ${reason}\n`);
  if (content.left !== undefined) stdout.write(`${content.left} more are left: run it again.\n`);
  return exitCodes.fine;
}
