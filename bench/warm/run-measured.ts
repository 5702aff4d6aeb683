import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

export interface Measured {
  readonly seconds: number;
  /** Highest resident set of the process, 0 where the system does not tell. */
  readonly megabytes: number;
  readonly stdout: string;
}

const lookEveryMs = 20;

/** Runs a program to its end. @throws Error with what it wrote when its exit code is not 0 */
export async function runMeasured(command: string, args: readonly string[], env = process.env): Promise<Measured> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let [stdout, stderr, peak] = ['', '', 0];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const looking = setInterval(() => (peak = Math.max(peak, residentKilobytes(child.pid))), lookEveryMs);
  const [code, seconds] = await new Promise<[number | null, number]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve([status, (performance.now() - started) / 1000]));
  });
  clearInterval(looking);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`.slice(0, 4000));
  return { seconds, megabytes: peak / 1024, stdout };
}

/** The kernel keeps the highest value itself, so that no peak between two looks is missed. */
function residentKilobytes(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
