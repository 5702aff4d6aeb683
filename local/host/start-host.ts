import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { loadHostKeys, type HostKeys } from './host-keys.js';

export interface StartHostOptions {
  /** Folder with package.json and host.json. */
  readonly app: string;
  /** 0 or left out: a free one. */
  readonly port?: number;
  /** All that the app sees of the environment, beside PATH, HOME and TMPDIR. */
  readonly env: Readonly<Record<string, string>>;
  /** Give the same folder again to start a host that has the same keys and schedules. Left out: one that goes with the host. */
  readonly stateFolder?: string;
  readonly onLogLine?: (line: string) => void;
  readonly readyTimeoutSeconds?: number;
}

export interface HostExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartedHost {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly pid: number;
  readonly keys: HostKeys;
  readonly functions: readonly string[];
  /** Functions that could not be indexed. */
  readonly failures: readonly { readonly name: string; readonly reason: string }[];
  /** Newest last, at most 200. */
  lastLogLines(): readonly string[];
  /** SIGTERM drains, SIGKILL does not. Resolves when the process has ended; idempotent. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<HostExit>;
  readonly exited: Promise<HostExit>;
}

/** The host ended, or did not get ready in time. `lines` are the last of its log. */
export class HostStartError extends Error {
  override readonly name = 'HostStartError';
  constructor(
    message: string,
    readonly lines: readonly string[],
  ) {
    super([message, ...lines.slice(-15)].join('\n'));
  }
}

const readySchema = z.object({
  ready: z.literal(true),
  port: z.int(),
  functions: z.array(z.string()),
  failures: z.array(z.object({ name: z.string(), reason: z.string() })),
});
const keptLines = 200;

/**
 * Runs a Functions host as a child process and waits until it listens.
 * @throws HostStartError
 */
export async function startHost(options: StartHostOptions): Promise<StartedHost> {
  const stateFolder = options.stateFolder ?? (await mkdtemp(join(tmpdir(), 'functions-host-')));
  const child = spawnHost(options, stateFolder);
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    options.onLogLine?.(line);
  };
  createInterface({ input: child.stderr! }).on('line', keep);
  const exited = new Promise<HostExit>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  ).finally(() => (options.stateFolder === undefined ? rm(stateFolder, { recursive: true, force: true }) : undefined));
  const ready = await waitUntilReady(child, exited, { lines, keep }, options.readyTimeoutSeconds ?? 120);
  return {
    url: `http://127.0.0.1:${ready.port}`,
    pid: child.pid ?? 0,
    keys: await loadHostKeys(join(stateFolder, 'host-keys.json')),
    functions: ready.functions,
    failures: ready.failures,
    lastLogLines: () => [...lines],
    kill(signal) {
      child.kill(signal);
      return exited;
    },
    exited,
  };
}

function spawnHost({ app, port = 0, env }: StartHostOptions, stateFolder: string): ChildProcess {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = join(import.meta.dirname, 'main.ts');
  const args = ['--import', loader, main, '--app', app, '--port', String(port), '--state', stateFolder];
  const passedOn = ['PATH', 'HOME', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return spawn(process.execPath, args, {
    cwd: app,
    env: { ...Object.fromEntries(passedOn), ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C is for the parent alone; should that die, the closed channel ends the host.
    detached: true,
  });
}

async function waitUntilReady(
  child: ChildProcess,
  exited: Promise<HostExit>,
  { lines, keep }: { readonly lines: readonly string[]; readonly keep: (line: string) => void },
  timeoutSeconds: number,
): Promise<z.infer<typeof readySchema>> {
  let timer: NodeJS.Timeout | undefined;
  const announced = new Promise<z.infer<typeof readySchema>>((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      // What the app prints by itself, Azure's host logs as well.
      if (line.startsWith('{"ready"')) resolve(readySchema.parse(JSON.parse(line)));
      else keep(line);
    });
  });
  const ended = exited.then(({ code, signal }) => {
    throw new HostStartError(`The Functions host ended before it was ready (${signal ?? `exit code ${code}`}).`, lines);
  });
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new HostStartError(`The Functions host was not ready after ${timeoutSeconds} s.`, lines));
    }, timeoutSeconds * 1000);
  });
  try {
    return await Promise.race([announced, ended, late]);
  } finally {
    clearTimeout(timer);
    ended.catch(() => undefined);
  }
}
