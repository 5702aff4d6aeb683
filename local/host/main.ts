/**
 * `node --import tsx local/host/main.ts --app <folder> [--port <n>] [--state <folder>]`: a local Functions host in one process.
 * Prints one JSON line when it listens, logs to stderr (`HOST_LOG_LEVEL`), drains on SIGTERM and SIGINT. Exit code 1 when the app
 * cannot start, 2 for wrong use.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runHost, type RunningHost } from './host.js';
import { AppLoadError } from './load-app.js';
import { createHostLog, describeError, parseLogLevel, type HostLog } from './host-log.js';

function readArguments(): { app: string; port: number; state: string | undefined } {
  const options = {
    app: { type: 'string' },
    port: { type: 'string', default: '0' },
    state: { type: 'string' },
  } as const;
  const { values } = parseArgs({ options });
  const port = Number(values.port);
  if (values.app === undefined || !Number.isInteger(port)) throw new TypeError('wants --app <folder> [--port <n>]');
  return { app: resolve(values.app), port, state: values.state };
}

/** The host must not outlive a killed parent: the IPC channel, where there is one, tells. */
function stopOnSignals(host: RunningHost, log: HostLog): void {
  let isStopping = false;
  const stop = (why: string): void => {
    if (isStopping) return;
    isStopping = true;
    log.write('information', `Stopping (${why})`);
    host
      .stop()
      .catch((error: unknown) => log.write('error', describeError(error)))
      .finally(() => process.exit(0));
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('disconnect', () => stop('parent has gone'));
}

async function main(): Promise<void> {
  const { app, port, state } = readArguments();
  const log = createHostLog(parseLogLevel(process.env['HOST_LOG_LEVEL']), (line) => process.stderr.write(line));
  process.on('unhandledRejection', (error) => {
    log.write('critical', `Unhandled rejection, the worker ends: ${describeError(error)}`);
    process.exit(1);
  });
  const stateFolder = state ?? (await mkdtemp(join(tmpdir(), 'functions-host-')));
  const host = await runHost({ appFolder: app, port, stateFolder, settings: process.env, log });
  stopOnSignals(host, log);
  const functions = host.index.functions.map(({ name }) => name);
  process.stdout.write(
    `${JSON.stringify({ ready: true, port: host.port, functions, failures: host.index.failures })}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${describeError(error)}\n`);
  // Once more without stacks, as the last line: what people read first.
  if (error instanceof AppLoadError) process.stderr.write(`${error.message}\n`);
  process.exit(error instanceof TypeError ? 2 : 1);
});
