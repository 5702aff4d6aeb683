import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtCli, runCliBuilt, startCli, type Ended } from '../support/e2e/built-cli.js';
import { until } from '../support/e2e/until.js';
import { startPlainRegistry, type PlainRegistry } from '../support/plain-registry.js';
import { describeWith } from '../support/requirements.js';

const pause = { repository: 'oss/v2/kubernetes/pause', tag: '3.6' };
const coredns = { repository: 'oss/v2/kubernetes/coredns', tag: 'v1.13.1-6' };

let home: string;
let registry: PlainRegistry;
let upstream: PlainRegistry;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'warm-terminal-'));
  const artifacts = [pause, coredns];
  await writeFile(
    join(home, 'plan.json'),
    JSON.stringify({ artifacts: artifacts.map((one) => ({ kind: 'image', ...one })) }),
  );
  [registry, upstream] = await Promise.all([startPlainRegistry(artifacts), startPlainRegistry(artifacts)]);
});
afterEach(async () => {
  await Promise.all([registry.close(), upstream.close()]);
  await rm(home, { recursive: true, force: true });
});

const state = () => join(home, 'state.json');
const args = (...more: readonly string[]) => [
  ...['warm', '--plan', join(home, 'plan.json'), '--registry', registry.endpoint, '--upstream', upstream.endpoint],
  ...['--state', state(), ...more],
];
const run = (...more: readonly string[]): Promise<Ended> => runCliBuilt(args(...more));
const provenOf = ({ stdout }: Ended) => (JSON.parse(stdout) as { proven: number }).proven;
/** No blob: those that both share would keep the other one waiting. */
const hangs = (request: string) => (/^GET .*coredns\/manifests/.test(request) ? ('hang' as const) : undefined);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a run within seconds, keeps what is proven, and the same command goes on from there',
  async (signal) => {
    registry.fault = hangs;
    const running = startCli(args('--json'));
    await until('one proven artifact', async () => /1 of 2 proven/.test(running.written.stderr) || undefined);
    const began = Date.now();
    running.child.kill(signal);
    const ended = await running.ended;
    // Not once the request that hangs is given up on, after 30 s.
    expect(Date.now() - began).toBeLessThan(25_000);
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/interrupted: stopped; the same command goes on/) as unknown,
    });
    expect(JSON.parse(ended.stdout)).toMatchObject({ required: 2, proven: 1, failed: [], waiting: [coredns] });
    expect(await readFile(state(), 'utf8')).toMatch(/"phase":"proven"/);
    registry.fault = () => undefined;
    const before = registry.requests.length;
    const resumed = await run('--json');
    expect([resumed.code, provenOf(resumed)]).toEqual([0, 2]);
    expect(registry.requests.slice(before).filter((line) => /^GET .*pause\/blobs/.test(line))).toEqual([]);
  },
);

test('a second Ctrl-C ends it at once', async () => {
  registry.fault = hangs;
  const running = startCli(args());
  await until('a hanging request', async () => registry.requests.some((line) => hangs(line)) || undefined);
  running.child.kill('SIGINT');
  running.child.kill('SIGINT');
  expect((await running.ended).code).not.toBe(0);
});

/** Gives a program a terminal. */
const recorder = { command: 'script', debianPackage: 'bsdutils' };

describeWith(recorder, 'at a terminal', () => {
  test('progress is one bar that is drawn over itself, and is gone at the end', async () => {
    const command = [process.execPath, builtCli, ...args()].map((word) => `'${word}'`).join(' ');
    const child = spawn(recorder.command, ['-qefc', command, '/dev/null'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    expect(text).toMatch(/warming .*\/2 proven, 0 failed, /);
    // eslint-disable-next-line no-control-regex -- how a cursor is hidden and shown again
    expect(text).toMatch(/\u001b\[\?25l[^]*\u001b\[\?25h/);
    expect(text).toMatch(/2 of 2 artifacts are proven in 127\.0\.0\.1/);
    expect(text).not.toMatch(/^\d of 2 proven/m);
  });
});

test('in a pipe progress is plain lines on stderr, and stdout is one JSON document', async () => {
  const ended = await run('--json');
  expect(ended.stderr).toMatch(/^(\d of 2 proven.*\n)+$/);
  expect(provenOf(ended)).toBe(2);
});

test('a pause that the registry asks for is kept, told, and counted as no failure', async () => {
  const seen: number[] = [];
  registry.fault = (request) => {
    if (!/pause\/blobs/.test(request) || seen.length > 0) return undefined;
    seen.push(Date.now());
    return { status: 429, retryAfter: 3 };
  };
  const ended = await run('--json', '--tries', '1');
  expect([ended.code, provenOf(ended)]).toEqual([0, 2]);
  expect(ended.stderr).toMatch(/^waits \d+ s for the request budget: 127\.0\.0\.1:\d+: its reads$/m);
});

test('a folder in which nothing can be kept is told before anything is pulled', async () => {
  await writeFile(join(home, 'file'), '');
  const ended = await runCliBuilt([...args().slice(0, -1), join(home, 'file', 'state.json')]);
  expect(ended).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/state\.json: it cannot be written \(E/) as unknown,
  });
  expect(registry.requests).toEqual([]);
});

test('two runs at once on the same state end well, and leave a state that the next one reads', async () => {
  const ends = await Promise.all([run('--json'), run('--json')]);
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  expect(provenOf(await run('--json'))).toBe(2);
  expect(existsSync(state())).toBe(true);
});

test('a plan that was to be piped in and did not come is wrong use', async () => {
  const piped = startCli(args().map((word) => (word.endsWith('plan.json') ? '-' : word)));
  expect(await piped.ended).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--plan -: the file is empty/) as unknown,
  });
});
