/** `npm start`: plays a scenario on the local Azure with the built app, shows it, says how it ended. Usage: runner/arguments.ts. */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import pc from 'picocolors';
import { loadScenario, ScenarioError } from './azure/scenario-file.js';
import { HostStartError } from './host/start-host.js';
import { listAddresses } from './runner/addresses.js';
import { parseArguments, usage, UsageError, type RunnerArguments } from './runner/arguments.js';
import { describeOutcome } from './runner/outcome-document.js';
import { failWhenHostEnds, HostCrash, playScenario, type Outcome } from './runner/play.js';
import { createProgress } from './runner/progress.js';
import { renderReport } from './runner/report.js';
import { NotBuiltError, startSession, type Session } from './runner/session.js';

const appFolder = resolve(import.meta.dirname, '..');
const defaultScenario = join(import.meta.dirname, 'scenarios', 'default.json');
const hostLogFile = join(appFolder, '.local', 'host.log');

async function run(args: RunnerArguments, interrupted: AbortSignal): Promise<number> {
  const scenario = await loadScenario(args.scenarioFile);
  const people = args.output === 'json' ? process.stderr : process.stdout;
  const colors = pc.createColors(pc.isColorSupported && people.isTTY);
  people.write(`${colors.dim(`Starting storage, local Azure and the app for "${scenario.name}" ...`)}\n`);
  const log = openHostLog();
  const session = await startSession({
    scenario,
    mode: args.mode,
    appFolder,
    env: { HOST_LOG_LEVEL: process.env['HOST_LOG_LEVEL'] ?? 'information' },
    onLogLine: (line) => log.write(`${line}\n`),
  });
  try {
    const progress = createProgress(`${scenario.name} (${args.mode})`, people, colors);
    const outcome = await playScenario(session, progress, { signal: interrupted });
    people.write(`${renderReport(outcome.snapshot, outcome.differences, colors)}\n`);
    if (args.output === 'json')
      await print(`${JSON.stringify(describeOutcome(session, args.mode, outcome), null, 2)}\n`);
    if (args.afterwards === 'stay' && !interrupted.aborted) await stayUp(session, people, interrupted);
    return exitCode(outcome, interrupted, args);
  } finally {
    await session.close();
    log.end();
  }
}

function exitCode({ differences }: Outcome, interrupted: AbortSignal, { afterwards }: RunnerArguments): number {
  if (afterwards === 'exit' && interrupted.aborted) return 130;
  return differences.length === 0 ? 0 : 1;
}

function openHostLog(): WriteStream {
  mkdirSync(join(appFolder, '.local'), { recursive: true });
  return createWriteStream(hostLogFile);
}

async function stayUp(session: Session, people: NodeJS.WriteStream, interrupted: AbortSignal): Promise<void> {
  const addresses = { ...listAddresses(session), 'log of the host': relative(process.cwd(), hostLogFile) };
  const width = Math.max(...Object.keys(addresses).map(({ length }) => length));
  const lines = Object.entries(addresses).map(([name, address]) => `  ${name.padEnd(width)}  ${address}`);
  people.write(`\nEverything stays up; Ctrl-C ends it.\n${lines.join('\n')}\n`);
  const stopped = new Promise<void>((done) => interrupted.addEventListener('abort', () => done(), { once: true }));
  await Promise.race([stopped, failWhenHostEnds(session)]);
}

/** Waits until the text is out: a pipe is written in the background, and the process ends soon. */
function print(text: string): Promise<void> {
  return new Promise((done) => process.stdout.write(text, () => done()));
}

/** What a person can act on is one message; anything else is a bug and shows its stack. */
function describeFailure(error: unknown): string {
  const isExpected = [ScenarioError, UsageError, NotBuiltError, HostStartError, HostCrash].some(
    (kind) => error instanceof kind,
  );
  return isExpected && error instanceof Error
    ? error.message
    : error instanceof Error
      ? (error.stack ?? '')
      : String(error);
}

async function main(): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(130);
      interrupted.abort();
    });
  }
  try {
    const args = parseArguments(process.argv.slice(2), defaultScenario);
    if (args === 'help') {
      await print(usage);
      return 0;
    }
    return await run(args, interrupted.signal);
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return error instanceof ScenarioError || error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main();
