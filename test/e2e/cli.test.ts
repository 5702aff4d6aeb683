import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { builtCli, runCliBuilt, startCli, type Ended } from '../support/e2e/built-cli.js';
import { loadClustersOf } from '../support/e2e/scenarios.js';

const runBuilt = runCliBuilt;
const sample = (file: string): string => resolve('test/fixtures/arm', `${file}.json`);

describe('the built command line, without an app', () => {
  test('plans from two files', async () => {
    const files = ['--managed-cluster', sample('mixed-arm.cluster'), '--upgrade-profile', sample('mixed-arm.upgrades')];
    const { code, stdout, stderr } = await runBuilt(['plan', ...files, '--to', '1.35.7', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ kubernetesVersion: '1.35.7', unresolved: [] });
  });

  test.each([
    ['plan', '--managed-cluster', sample('mixed-arm.cluster'), '--to', '1.35.7'],
    ['explain', 'coredns', '--managed-cluster', sample('mixed-arm.cluster'), '--to', '1.35.7'],
    ['catalog'],
    ['warm', '--help'],
  ])('needs no installed package for %s', async (...args) => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-alone-'));
    try {
      for (const name of ['main.js', 'program.js', 'package.json']) {
        await copyFile(join(dirname(builtCli), name), join(folder, name));
      }
      expect(await startCli(args, {}, join(folder, 'main.js')).ended).toMatchObject({ code: 0 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('keeps what was compiled in a folder of the user, and starts as well where there can be none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-cache-'));
    try {
      expect(await runBuilt(['--version'], { XDG_CACHE_HOME: folder })).toMatchObject({ code: 0 });
      expect(await readdir(folder)).toEqual(['aks-artifact-sync']);
      const none = await runBuilt(['--version'], { XDG_CACHE_HOME: '/dev/null' });
      expect(none).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('keeps its exit code when nobody reads on', async () => {
    const child = spawn(
      'bash',
      ['-c', '"$0" "$@" | true; exit "${PIPESTATUS[0]}"', process.execPath, resolve('dist/cli/main.js')].concat([
        'plan',
        '--managed-cluster',
        sample('mixed-arm.cluster'),
        '--to',
        '1.35.7',
      ]),
    );
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
  });
});

describe('the built command line, on a subscription in which one artifact never caches', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ scenario: await loadClustersOf('never-caches', ['payments', 'data', 'sandbox']) });
    expect((await bench.play()).differences).toEqual([]);
  });
  afterAll(() => bench?.close());

  const run = (...args: readonly string[]): Promise<Ended> => {
    const { url, keys } = bench.session.host;
    return runBuilt(args, { AKS_ARTIFACT_SYNC_URL: url, AKS_ARTIFACT_SYNC_KEY: keys.default, NO_COLOR: '1' });
  };
  const idOf = (cluster: string): string => bench.session.azure.world.clusters.get(cluster)?.id ?? '';

  test.each([
    ['open', 'payments', 0, /^OPEN {2}payments may upgrade to 1\.35\.7\n/],
    ['closed', 'data', 3, /^CLOSED .*[^]*Missing \(1\)[^]*\noss\/v2\/kubernetes\/coredns:v1\.13\.1-6 /],
    ['unknown', 'sandbox', 3, /^UNKNOWN .*[^]*not network isolated/],
  ])('a gate that is %s ends with its exit code', async (_decision, cluster, code, text) => {
    const ended = await run('gate', '--cluster', idOf(cluster), '--version', '1.35.7');
    expect(ended).toEqual({ code, stdout: expect.stringMatching(text) as unknown, stderr: '' });
  });

  test('status shows all clusters and the missing artifact', async () => {
    const { code, stdout } = await run('status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^gates: 1 closed, 0 unknown, 1 open, /m);
    expect(stdout).toMatch(/^data .* closed /m);
    expect(stdout).toMatch(/^sandbox .* left alone /m);
    expect(stdout).toContain('Missing for data 1.35.7 (1)\n');
  });

  test('--json prints what the app answers', async () => {
    const { stdout } = await run('gate', '--cluster', idOf('data'), '--version', '1.35.7', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      decision: 'closed',
      missing: [{ artifact: 'oss/v2/kubernetes/coredns:v1.13.1-6' }],
    });
  });

  test('sync asks for plans, and for none in a dry run', async () => {
    const dry = await run('sync', '--cluster', idOf('payments'), '--dry-run');
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Dry run: /) as unknown });
    const wet = await run('sync', '--cluster', idOf('data'), '--version', '1.35.7');
    expect(wet).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Asked for 1 plan of 1 cluster, run /) as unknown,
    });
  });

  test('a version that the cluster has passed is wrong use, in the words of the app', async () => {
    const { code, stderr } = await run('sync', '--cluster', idOf('data'), '--version', '1.30.1');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: INVALID_INPUT: .*1\.30\.1 is older/)]);
  });

  test('a wrong key fails, and is not repeated', async () => {
    const ended = await run('status', '--key', 'not-the-key');
    expect(ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/refuses the key \(401\)/) as unknown,
    });
    expect(ended.stderr).not.toContain('not-the-key');
  });
});
