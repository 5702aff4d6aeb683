import { startFakeApp, type FakeApp } from './fake-app.js';
import { asked, closed, key, payments } from './gate-answers.fixture.js';
import { matching, runCli } from './run-cli.js';

const status = {
  version: '0.1.0',
  mode: 'observe',
  evaluatedAt: '2026-11-23T00:02:07.509Z',
  registries: [{ loginServer: 'contoso.azurecr.io', required: 36, cached: 35, failed: 0, waiting: 1 }],
  clusters: [
    {
      id: `${payments}-2`,
      name: 'sandbox',
      kubernetesVersion: '1.34.7',
      isolated: false,
      finding: 'not isolated',
      targets: [],
    },
    {
      id: payments,
      name: 'payments',
      kubernetesVersion: '1.34.7',
      isolated: true,
      targets: [{ ...closed, missing: Array.from({ length: 7 }, () => closed.missing[0]) }],
    },
  ],
  fleetGates: [
    {
      id: '/g',
      displayName: 'before production',
      updateRun: '/subscriptions/s/updateRuns/autumn',
      stage: 'production',
      group: 'eu',
      action: 'waiting',
      reasons: ['payments is closed'],
      recordedAt: '2026-11-23T00:02:07.509Z',
    },
  ],
  problems: [{ at: '2026-11-23T00:01:07.509Z', source: 'queue plan', subject: '{}', reason: 'clusterId: missing' }],
};
const sync = {
  runId: 'run-1',
  dryRun: true,
  clusters: [{ id: payments, name: 'payments', isolated: true, targets: ['1.35.6', '1.35.7'] }],
};

let app: FakeApp;
beforeEach(async () => (app = await startFakeApp()));
afterEach(() => app.close());

const run = (...args: readonly string[]) =>
  runCli(args, { env: { AKS_ARTIFACT_SYNC_URL: app.url, AKS_ARTIFACT_SYNC_KEY: key } });

describe('status', () => {
  test('shows counts, clusters with trouble first, registries, Fleet gates, what is missing, and problems', async () => {
    app.answers(200, status);
    const { code, stdout, stderr } = await run('status');
    expect([code, stderr]).toEqual([0, '']);
    const inOrder = [
      'observe: decides, approves nothing',
      'gates: 1 closed, 0 unknown, 0 open, 1 problem  as of 2026-11-23T00:02:07Z',
      'Clusters (2)',
      'payments  1.34.7      1.35.7  closed      35/36',
      'sandbox   1.34.7      -       left alone  -       -       not isolated',
      'contoso.azurecr.io  35/36   1        0',
      'before production  autumn      production/eu  waiting  payments is closed',
      'Missing for payments 1.35.7 (7)',
      `and 2 more, listed by: aks-artifact-sync gate --cluster ${payments} --version 1.35.7`,
      '2026-11-23T00:01:07Z  queue plan  {}       clusterId: missing',
    ];
    const places = inOrder.map((text) => stdout.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('shows what people should know, and what was pulled against what was predicted', async () => {
    const [sandbox, first] = status.clusters;
    const findings = [
      { code: 'gpu-driver', subject: 'gpu', message: 'its nodes pull the driver by name', effect: 'none' },
      { code: 'windows-pool', subject: 'win', message: 'stands among the reasons', effect: 'unknown' },
    ];
    const drift = { escaped: 1, foreign: 2, measuredAt: '2026-11-23T01:00:00.000Z' };
    const targets = (first?.targets ?? []).map((target) => ({ ...target, findings, drift }));
    app.answers(200, { ...status, clusters: [sandbox, { ...first, targets }] });
    const { stdout } = await run('status');
    expect(stdout).toMatch(/Findings \(1\)\n.*\n *[\w-]+ +[\d.]+ +gpu +its nodes pull the driver by name\n/);
    expect(stdout).toMatch(
      /Drift \(1\)\n.* escaped +other images +idle +measured\n *[\w-]+ +[\d.]+ +1 +2 +- +2026-11-23/,
    );
    expect(stdout).not.toContain('stands among the reasons');
  });

  test('says what to do about a cluster that nothing is planned for', async () => {
    const bare = { id: payments, name: 'payments', kubernetesVersion: '1.34.7', isolated: true, targets: [] };
    app.answers(200, { ...status, clusters: [bare] });
    expect((await run('status')).stdout).toContain(
      `nothing planned yet; to ask for it: aks-artifact-sync sync --cluster ${payments}`,
    );
  });

  test('says so when there is nothing yet', async () => {
    app.answers(200, { ...status, registries: [], clusters: [], fleetGates: [], problems: [] });
    const { stdout } = await run('status');
    expect(stdout).toContain('Clusters: none\n\nRegistries: none\n\nFleet gates: none\n\nProblems: none\n');
  });

  test('--json prints the answer whole', async () => {
    app.answers(200, status);
    expect(JSON.parse((await run('status', '--json')).stdout)).toEqual(JSON.parse(JSON.stringify(status)));
  });

  test('does not pass on what a terminal would obey', async () => {
    app.answers(200, { ...status, problems: [{ ...status.problems[0], reason: 'x\u001b]0;owned\u0007\u009b2J\ny' }] });
    expect((await run('status')).stdout).toContain('x\ufffd]0;owned\ufffd\ufffd2J\ufffdy');
  });

  test('names the field that is not as documented', async () => {
    app.answers(200, { ...status, registries: [{ ...status.registries[0], cached: 'many' }] });
    expect(await run('status')).toMatchObject({ code: 1, stderr: matching(/registries\.0\.cached: /) });
  });

  test.each([80, 120])('fits a terminal of %i columns', async (columns) => {
    app.answers(200, { ...status, clusters: status.clusters.slice(0, 1) });
    const env = { AKS_ARTIFACT_SYNC_URL: app.url, AKS_ARTIFACT_SYNC_KEY: key, NO_COLOR: '1' };
    const { stdout } = await runCli(['status'], { env, columns });
    expect(stdout.split('\n').filter((line) => line.length > columns)).toEqual([]);
  });
});

describe('sync', () => {
  test('sends what was asked for and shows what was planned', async () => {
    app.answers(202, sync);
    const { code, stdout } = await run('sync', ...asked, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Dry run: would ask for 2 plans of 1 cluster; nothing was changed\.\n.*\npayments .*1\.35\.6, 1\.35\.7/,
    );
    expect(app.asked).toMatchObject([{ method: 'POST', url: '/api/sync', key }]);
    expect(JSON.parse(app.asked[0]?.body ?? '')).toEqual({
      clusterId: payments,
      kubernetesVersion: '1.35.7',
      dryRun: true,
    });
  });

  test('asks for everything when nothing is named, and names the run', async () => {
    app.answers(202, { ...sync, dryRun: false });
    expect((await run('sync')).stdout).toMatch(/^Asked for 2 plans of 1 cluster, run run-1\./);
    expect(JSON.parse(app.asked[0]?.body ?? '')).toEqual({ dryRun: false });
  });

  test('--json prints the answer whole', async () => {
    app.answers(202, sync);
    expect(JSON.parse((await run('sync', '--json')).stdout)).toEqual(sync);
  });
});

describe('every command that asks an app', () => {
  test.each([
    ['refuses a wrong key', 401, '', 1, /refuses the key \(401\)/],
    [
      'passes on what the app says of bad input',
      400,
      problem('INVALID_INPUT', 'version: no'),
      2,
      /INVALID_INPUT: version: no/,
    ],
    [
      'passes on why the app could not do it',
      503,
      problem('ARM_UNAVAILABLE', 'ARM: 429'),
      1,
      /ARM: 429\nwait a little/,
    ],
    ['fails on an error without explanation', 500, '', 1, /answered GET \/api\/status with 500 and no explanation/],
    ['fails on another service', 404, '<html></html>', 1, /with 404 .*Is it this app\?/],
  ])('%s', async (_sentence, httpStatus, body, code, message) => {
    app.answers(httpStatus, body);
    const ended = await run('status');
    expect(ended).toEqual({ code, stdout: '', stderr: matching(message) });
    expect(ended.stderr).not.toContain(key);
  });

  test('does not carry the key to where a redirect points', async () => {
    const elsewhere = await startFakeApp();
    app.answers(302, '', { location: `${elsewhere.url}/api/status` });
    expect(await run('status')).toMatchObject({ code: 1 });
    expect(elsewhere.asked).toEqual([]);
    await elsewhere.close();
  });

  test('fails when nothing listens', async () => {
    const { url } = app;
    await app.close();
    const ended = await runCli(['status', '--url', url, '--key', key]);
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: cannot reach ${url}: nothing listens there (connection refused)\n`,
    });
    app = await startFakeApp();
  });

  test('prefers options to the environment', async () => {
    app.answers(200, status);
    const env = { AKS_ARTIFACT_SYNC_URL: 'https://nowhere.invalid', AKS_ARTIFACT_SYNC_KEY: 'other' };
    expect(await runCli(['status', '--url', `${app.url}/`, '--key', key], { env })).toMatchObject({ code: 0 });
    expect(app.asked).toMatchObject([{ url: '/api/status', key }]);
  });

  test('sends the token that built-in authentication wants beside the key, and neither where there is none', async () => {
    app.answers(200, status);
    const env = { AKS_ARTIFACT_SYNC_URL: app.url, AKS_ARTIFACT_SYNC_KEY: key };
    await runCli(['status'], { env: { ...env, AKS_ARTIFACT_SYNC_TOKEN: 'aaa.bb-b.c_c' } });
    await runCli(['status'], { env });
    expect(app.asked).toMatchObject([{ key, authorization: 'Bearer aaa.bb-b.c_c' }, { key }]);
    expect(app.asked[1]).not.toHaveProperty('authorization');
    const wrong = await runCli(['status'], { env: { ...env, AKS_ARTIFACT_SYNC_TOKEN: 'se cret' } });
    expect(wrong).toEqual({ code: 2, stdout: '', stderr: matching(/AKS_ARTIFACT_SYNC_TOKEN is no token/) });
    expect(wrong.stderr).not.toContain('se cret');
  });

  test.each([
    ['no address', ['--key', key], /--url is missing \(or AKS_ARTIFACT_SYNC_URL\)/],
    ['no key', ['--url', 'https://a.example'], /the key is missing: set AKS_ARTIFACT_SYNC_KEY/],
    ['a key with a line break', ['--url', 'https://a.example', '--key', `${key}\n`], /the key has a blank or/],
    ['an address that is none', ['--url', 'contoso-sync', '--key', key], /--url is no web address/],
    ['another protocol', ['--url', 'ftp://a.example', '--key', key], /--url is no web address/],
    ['http to another machine', ['--url', 'http://a.example', '--key', key], /in clear text to a\.example/],
    ['http to a name that looks like loopback', ['--url', 'http://127.0.0.1.a.example', '--key', key], /in clear text/],
    ['an address with a key in it', ['--url', `https://a.example/?code=${key}`, '--key', key], /more than an address/],
    ['an address with a user in it', ['--url', `https://u:${key}@a.example`, '--key', key], /more than an address/],
    ['the address of a function', ['--url', 'https://a.example/api/status', '--key', key], /must end before \/api/],
    ['a mistyped option with a key in it', [`--kee=${key}`], /unknown option '--kee'/],
  ])('refuses %s, and does not repeat the key', async (_sentence, args, message) => {
    const ended = await runCli(['status', ...args]);
    expect(ended).toEqual({ code: 2, stdout: '', stderr: matching(message) });
    expect(ended.stderr).not.toContain(key);
  });

  test.each([
    ['gate', '--cluster', ['--cluster', 'payments', '--version', '1.35.7']],
    ['gate', '--version', ['--cluster', payments, '--version', 'v1.35.7']],
    ['sync', '--cluster', ['--cluster', payments.replace('managedClusters', 'fleets')]],
    ['sync', '--version', ['--version', '1.35']],
  ])('%s refuses a wrong %s before it asks', async (command, option, args) => {
    expect(await run(command, ...args)).toEqual({
      code: 2,
      stdout: '',
      stderr: matching(new RegExp(`^error: ${option}: `)),
    });
    expect(app.asked).toEqual([]);
  });
});

function problem(title: string, detail: string): object {
  return { type: 'about:blank', title, status: 0, detail, advice: 'wait a little' };
}
