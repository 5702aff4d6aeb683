import { stopDate } from '../../support/still-date.js';
import { startFakeApp, type FakeApp } from './fake-app.js';
import { asked, closed, key, open, payments, unknown } from './gate-answers.fixture.js';
import { matching, runCli } from './run-cli.js';

/** Who sleeps has slept at once. */
jest.mock('node:timers/promises', () => ({
  setTimeout: async (milliseconds: number) => void jest.setSystemTime(Date.now() + milliseconds),
}));
stopDate();

let app: FakeApp;
beforeEach(async () => (app = await startFakeApp()));
afterEach(() => app.close());

const run = (...args: readonly string[]) =>
  runCli(args, { env: { AKS_ARTIFACT_SYNC_URL: app.url, AKS_ARTIFACT_SYNC_KEY: key } });

describe('gate', () => {
  test.each([
    ['0 for an open gate', open, 0, /^OPEN {2}payments may upgrade to 1\.35\.7\n36 of 36 artifacts proven/],
    [
      '3 for a closed one, naming what is missing',
      closed,
      3,
      /^CLOSED .*\n.*\n- 1 of 36 .*\n\nMissing \(1\)\n.*\noss\/v2\/kubernetes\/coredns:v1\.13\.1-6 {2}waiting {2}3 of/,
    ],
    ['3 for an unknown one, saying what to do', unknown, 3, /^UNKNOWN .*\n.*\n- never planned: .*\n.* sync --cluster /],
  ])('exits with %s', async (_sentence, answer, code, text) => {
    app.answers(200, answer);
    expect(await run('gate', ...asked)).toEqual({ code, stdout: matching(text), stderr: '' });
    expect(await run('gate', ...asked, '--json')).toMatchObject({ code, stderr: '' });
  });

  test('of a cluster that nobody has seen, the command that is told can be run as it stands', async () => {
    app.answers(200, { ...unknown, kubernetesVersion: 'current' });
    const { stdout } = await run('gate', '--cluster', payments, '--version', 'current');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`To ask for a plan: aks-artifact-sync sync --cluster ${payments}`);
  });

  test('asks once, with the key in a header and not in the address', async () => {
    app.answers(200, open);
    await run('gate', ...asked);
    const query = new URLSearchParams({ cluster: payments, version: '1.35.7' });
    expect(app.asked).toEqual([{ method: 'GET', url: `/api/gate?${query.toString()}`, key, body: '' }]);
  });

  test('--json prints the answer whole, with what a newer app adds', async () => {
    app.answers(200, { ...open, forecast: 'soon' });
    const { stdout } = await run('gate', ...asked, '--json');
    expect(JSON.parse(stdout)).toEqual({ ...open, forecast: 'soon' });
  });

  test('--json escapes what a terminal would obey, and loses nothing', async () => {
    const reasons = ['a\u009b31m\u202e b\u2028 c\u001b[0m \u{1f600}'];
    app.answers(200, { ...closed, reasons });
    const { stdout } = await run('gate', ...asked, '--json');
    expect(stdout).toContain('a\\u009b31m\\u202e b\\u2028 c\\u001b[0m \u{1f600}');
    expect(JSON.parse(stdout)).toMatchObject({ reasons });
  });

  test.each([
    ['is about another cluster', { ...open, cluster: `${payments}-2` }],
    ['is about another version', { ...open, kubernetesVersion: '1.35.6' }],
    ['is open although something is missing', { ...open, missing: closed.missing }],
    ['is open although the counts differ', { ...open, cached: 35 }],
    ['knows another decision', { ...open, decision: 'ajar' }],
    ['has no decision', { ...open, decision: undefined }],
    ['is no JSON', '<html>Your function app is up and running</html>'],
    ['is empty', ''],
  ])('fails, and is not open, when the answer %s', async (_sentence, answer) => {
    app.answers(200, answer);
    const { code, stdout, stderr } = await run('gate', ...asked);
    expect([code, stdout, stderr]).toEqual([1, '', matching(/^error: http:\/\/127\.0\.0\.1:\d+ answered/)]);
  });

  test('waits for nothing when the gate is open already, and says how long it took in one document', async () => {
    app.answers(200, open);
    const { code, stdout, stderr } = await run('gate', ...asked, '--wait', '--timeout', '5s', '--json');
    expect([code, stderr]).toEqual([0, matching(/^after 0 s: +open, 36 of 36 artifacts proven\n$/)]);
    expect(JSON.parse(stdout)).toEqual({ ...open, waited: { outcome: 'open', seconds: 0 } });
  });

  test('not open in time: prints exactly what is missing, and exits with 3', async () => {
    app.answers(200, { ...closed, estimatedOpenAt: '2026-11-23T01:00:00.000Z' });
    const { code, stdout, stderr } = await run('gate', ...asked, '--wait', '--timeout', '2s', '--poll', '1s');
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^CLOSED .*\n.*\nexpected to open about 2026-11-23T01:00:00Z\n- 1 of 36 .*\n\nMissing \(1\)\n/,
    );
    expect(stdout).toContain('oss/v2/kubernetes/coredns:v1.13.1-6  waiting  3 of 3 manifests to come');
    expect(stderr).toMatch(/^after 0 s: .*\nNot open within 2 s: what is missing, and why, is told above\.\n$/);
    expect(app.asked).toHaveLength(3);
  });

  test('an app that is not well all the time fails with 1, also when it has told before that the gate is closed', async () => {
    app.answers(503, { title: 'STATE_CONFLICT', detail: 'later' });
    const { code, stdout, stderr } = await run('gate', ...asked, '--wait', '--timeout', '1s', '--json');
    expect([code, stderr]).toEqual([
      1,
      matching(/\nerror: not known to be open within 1 s: the app could not do it: /),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ decision: 'unknown', waited: { outcome: 'unreachable' } });
  });

  test.each([
    ['--timeout goes with --wait', ['--timeout', '5m']],
    ['--poll goes with --wait', ['--poll', '5s']],
    ['--timeout: wanted is a duration', ['--wait', '--timeout', 'soon']],
  ])('%s', async (message, options) => {
    expect(await run('gate', ...asked, ...options)).toMatchObject({ code: 2, stderr: matching(new RegExp(message)) });
    expect(app.asked).toEqual([]);
  });

  test('a broken glass is told with who, why and until when', async () => {
    const breakGlass = { who: 'anna', reason: 'CVE fix tonight', expiresAt: '2026-11-23T04:00:00.000Z' };
    app.answers(200, { ...closed, decision: 'open', breakGlass });
    const { code, stdout } = await run('gate', ...asked);
    expect(code).toBe(0);
    expect(stdout).toContain('BREAK GLASS: anna opened this gate until 2026-11-23T04:00:00Z: CVE fix tonight\n');
    expect(stdout).toContain('Missing (1)');
  });

  test('no text of the app becomes a command of the pipeline that runs it', async () => {
    const reasons = ['x ##vso[task.setvariable variable=a]b ##[error]c'];
    app.answers(200, { ...closed, reasons });
    expect((await run('gate', ...asked)).stdout).not.toMatch(/##(vso)?\[/);
    const { stdout } = await run('gate', ...asked, '--json');
    expect(stdout).not.toMatch(/##(vso)?\[/);
    expect(JSON.parse(stdout)).toMatchObject({ reasons });
  });

  test('compares resource ids without case, as ARM does', async () => {
    app.answers(200, { ...open, cluster: payments.toLowerCase() });
    expect(await run('gate', '--cluster', `${payments}/`, '--version', '1.35.7')).toMatchObject({ code: 0 });
  });
});
