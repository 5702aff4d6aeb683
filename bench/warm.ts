/**
 * `npm run bench:warm [-- 60 200 | quick] [rounds=3]`: fills a pull-through cache (Debian's docker-registry) with `warm`, beside `skopeo sync --all` into an
 * empty registry and beside a loop that only fetches, from the same upstream on loopback, in turn, several rounds. Exit code 1 when
 * an expectation fails. Figures and their machine: docs/benchmarks.md.
 */
import { rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDockerRegistry, type DockerRegistry } from '../test/support/docker-registry.js';
import { growRegistry, type GrownArtifact, type GrownSet } from './warm/grow-registry.js';
import { runMeasured, type Measured } from './warm/run-measured.js';

const words = process.argv.slice(2);
const isQuick = words.includes('quick');
const rounds = isQuick ? 1 : Number(words.find((word) => word.startsWith('rounds='))?.slice(7) ?? 3);
const largest = isQuick ? 64 * 1024 ** 2 : 1024 ** 3;
const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const loop = fileURLToPath(new URL('warm/fetch-all.mjs', import.meta.url));
const requestsOfLoop = 32;
const mostMegabytes = 200;

/** Expected ratios to skopeo, and to the loop. */
interface Expected {
  readonly count: number;
  readonly noop: number;
}
const all: readonly Expected[] = [
  { count: 60, noop: 0.25 },
  { count: 200, noop: 0.12 },
];
const wanted = all.filter(({ count }) => words.includes(String(count)));
const sets = isQuick ? [{ count: 12, noop: 1 }] : wanted.length > 0 ? wanted : all;
const mostColdOfSkopeo = 1;
const mostColdOfLoop = 1.15;

interface Round {
  readonly ours: { readonly cold: Measured; readonly noop: Measured };
  readonly skopeo: { readonly cold: Measured; readonly noop: Measured };
  readonly loop: Measured;
  /** Node itself, started and ended: no program of ours can be faster. */
  readonly bare: Measured;
}

const failures: string[] = [];
const home = await mkdtemp(join(tmpdir(), 'bench-warm-'));
try {
  console.log('| artifacts | | cold | of skopeo | of the loop | no-op | of skopeo | peak memory |');
  console.log('| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const expected of sets) await compare(expected);
  await measureLargest();
} finally {
  await rm(home, { recursive: true, force: true });
}
for (const failure of failures) console.log(`FAILED: ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function compare({ count, noop }: Expected): Promise<void> {
  const data = join(home, `upstream-${count}`);
  const set = await growRegistry(data, count);
  const upstream = await startDockerRegistry({ data });
  const files = await writeFiles(set, upstream, count);
  const done: Round[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) done.push(await runRound(round, upstream, files));
  } finally {
    await upstream.close();
    await rm(data, { recursive: true, force: true });
  }
  report(set, done, noop);
}

interface Files {
  readonly plan: string;
  readonly yaml: string;
}

async function writeFiles({ artifacts }: GrownSet, { endpoint }: DockerRegistry, name: number): Promise<Files> {
  const files = { plan: join(home, `plan-${name}.json`), yaml: join(home, `skopeo-${name}.yaml`) };
  await writeFile(files.plan, planOf(artifacts));
  const images = artifacts.map(({ repository, tag }) => `    ${repository}: ["${tag}"]\n`).join('');
  await writeFile(files.yaml, `${new URL(endpoint).host}:\n  tls-verify: false\n  images:\n${images}`);
  return files;
}

function planOf(artifacts: readonly GrownArtifact[]): string {
  return JSON.stringify({ artifacts: artifacts.map((artifact) => ({ kind: 'image', ...artifact })) });
}

/** Who begins changes with the round. */
async function runRound(round: number, upstream: DockerRegistry, files: Files): Promise<Round> {
  const turns = {
    ours: () => runOurs(upstream, files.plan),
    skopeo: () => runSkopeo(files.yaml),
    loop: () => runLoop(upstream, files.plan),
    bare: () => fastest(() => runMeasured(process.execPath, ['-e', '0'])),
  };
  const names = ['skopeo', 'ours', 'loop', 'bare'] as const;
  const results: Partial<Record<keyof Round, unknown>> = {};
  for (let turn = 0; turn < names.length; turn += 1) {
    const name = names[(turn + round) % names.length] ?? 'ours';
    results[name] = await turns[name]();
  }
  return results as unknown as Round;
}

async function runOurs(upstream: DockerRegistry, plan: string): Promise<Round['ours']> {
  const cache = await startDockerRegistry({ upstream: upstream.endpoint });
  const state = join(home, 'state.json');
  const args = [program, 'warm', '--plan', plan, '--registry', cache.endpoint];
  const run = () =>
    runMeasured(process.execPath, [...args, '--upstream', upstream.endpoint, '--state', state, '--json']);
  try {
    const cold = await run();
    return { cold, noop: await fastest(run) };
  } finally {
    await cache.close();
    await rm(state, { force: true });
  }
}

async function runSkopeo(yaml: string): Promise<Round['skopeo']> {
  const target = await startDockerRegistry();
  const args = ['sync', '--all', '--src', 'yaml', '--dest', 'docker', '--dest-tls-verify=false', yaml];
  const run = () => runMeasured('skopeo', [...args, new URL(target.endpoint).host]);
  try {
    const cold = await run();
    return { cold, noop: await fastest(run) };
  } finally {
    await target.close();
  }
}

/** The second of two: the first one warms what the system caches. */
async function fastest(run: () => Promise<Measured>): Promise<Measured> {
  await run();
  return await run();
}

async function runLoop(upstream: DockerRegistry, plan: string): Promise<Measured> {
  const cache = await startDockerRegistry({ upstream: upstream.endpoint });
  try {
    return await runMeasured(process.execPath, [loop, cache.endpoint, plan, String(requestsOfLoop)]);
  } finally {
    await cache.close();
  }
}

function report({ artifacts, blobs, bytes }: GrownSet, all: readonly Round[], mostNoop: number): void {
  const cold = median(all.map(({ ours }) => ours.cold.seconds));
  const noop = median(all.map(({ ours }) => ours.noop.seconds));
  const peak = Math.max(...all.map(({ ours }) => ours.cold.megabytes));
  const skopeo = {
    cold: median(all.map((round) => round.skopeo.cold.seconds)),
    noop: median(all.map((round) => round.skopeo.noop.seconds)),
    peak: Math.max(...all.map((round) => round.skopeo.cold.megabytes)),
  };
  const bound = median(all.map((round) => round.loop.seconds));
  const size = `${artifacts.length} (${blobs} blobs, ${(bytes / 1e6).toFixed(0)} MB)`;
  row(size, 'warm', s(cold), x(cold / skopeo.cold), x(cold / bound), s(noop), x(noop / skopeo.noop), mb(peak));
  row(size, 'skopeo sync', s(skopeo.cold), '', '', s(skopeo.noop), '', mb(skopeo.peak));
  const bare = median(all.map((round) => round.bare.seconds));
  row(size, 'fetch loop', s(bound), x(bound / skopeo.cold), '', '', '', '');
  row(size, 'node alone', '', '', '', s(bare), x(bare / skopeo.noop), '');
  const count = artifacts.length;
  expect(cold / skopeo.cold, mostColdOfSkopeo, `${count} artifacts, cold, of skopeo`);
  expect(cold / bound, mostColdOfLoop, `${count} artifacts, cold, of the loop`);
  expect(noop / skopeo.noop, mostNoop, `${count} artifacts, no-op, of skopeo`);
  expect(peak, mostMegabytes, `${count} artifacts, peak memory in MB`);
}

/** Memory must not grow with a blob. */
async function measureLargest(): Promise<void> {
  const data = join(home, 'upstream-largest');
  const set = await growRegistry(data, 1, largest);
  const upstream = await startDockerRegistry({ data });
  try {
    const files = await writeFiles(set, upstream, 1);
    const { cold, noop } = await runOurs(upstream, files.plan);
    const bound = await runLoop(upstream, files.plan);
    const size = `1 (2 layers of ${largest / 1024 ** 2} MiB)`;
    row(size, 'warm', s(cold.seconds), '', x(cold.seconds / bound.seconds), s(noop.seconds), '', mb(cold.megabytes));
    row(size, 'fetch loop', s(bound.seconds), '', '', '', '', mb(bound.megabytes));
    expect(cold.megabytes, mostMegabytes, 'a large layer, peak memory in MB');
  } finally {
    await upstream.close();
  }
}

function expect(value: number, most: number, what: string): void {
  if (!(value <= most)) failures.push(`${what}: ${value.toFixed(2)}, expected at most ${most}`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function row(...cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

function s(seconds: number): string {
  return `${seconds.toFixed(2)} s`;
}

function x(ratio: number): string {
  return `x ${ratio.toFixed(2)}`;
}

function mb(megabytes: number): string {
  return `${megabytes.toFixed(0)} MB`;
}
