/**
 * `npm run check`: every check of the house, then the tests. One that fails does not hide the others. The last line,
 * `N passed, N failed[, N skipped]`, counts each check as one more test.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';

const root = fileURLToPath(new URL('..', import.meta.url));
const checks = ['lint', 'types', 'format:check', 'infra:check', 'architecture', 'dead-code'] as const;

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A check whose tool is not to be had here ends with this, having said so. */
const notChecked = 3;

/** Two at a time, the slow one first; the tests have the machine for themselves. */
const atOnce = pLimit(2);
const outcomes: Outcome[] = await Promise.all(checks.map((check) => atOnce(() => runCheck(check))));
outcomes.push(await runTests());

const sum = (count: keyof Outcome): number => outcomes.reduce((total, outcome) => total + outcome[count], 0);
const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`);
process.exitCode = sum('failed') === 0 ? 0 : 1;

async function runCheck(name: string): Promise<Outcome> {
  const { isFine, code } = await npm('told at its end', 'run', '-s', name);
  if (code === notChecked) return { passed: 0, failed: 0, skipped: 1 };
  return { passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: 0 };
}

/** Counts by the tests' own closing line; a run that ends badly without having counted a failure is one. */
async function runTests(): Promise<Outcome> {
  const { isFine, output } = await npm('told at once', 'test', '--silent');
  const closing = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  const [passed = 0, failed = 0, skippedTests = 0] = (closing ?? []).slice(1).map((count) => Number(count ?? 0));
  return { passed, failed: isFine ? failed : Math.max(failed, 1), skipped: skippedTests };
}

async function npm(
  output: 'told at once' | 'told at its end',
  ...words: readonly string[]
): Promise<{ readonly isFine: boolean; readonly code: number | null; readonly output: string }> {
  const started = Date.now();
  const isLive = output === 'told at once';
  if (isLive) console.log(`\n=== npm ${words.join(' ')}`);
  const child = spawn('npm', words, { cwd: root, stdio: ['ignore', 'pipe', isLive ? 'inherit' : 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (isLive) process.stdout.write(part);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (!isLive) process.stdout.write(text);
  const verdict = code === 0 ? 'fine' : code === notChecked ? 'NOT CHECKED' : 'FAILED';
  console.log(`=== npm ${words.join(' ')}: ${verdict} after ${seconds} s`);
  return { isFine: code === 0, code, output: text };
}
