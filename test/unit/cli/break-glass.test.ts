import { startFakeApp, type FakeApp } from './fake-app.js';
import { runCli } from './run-cli.js';

const payments = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/payments';
const target = ['--cluster', payments, '--version', '1.35.7'];
const order = ['--hours', '4', '--reason', 'CVE-2026-1', '--who', 'kim'];
const glass = {
  ...{ clusterId: payments, kubernetesVersion: '1.35.7', who: 'kim@contoso.test', reason: 'CVE-2026-1' },
  ...{ at: '2026-11-23T00:00:00.000Z', expiresAt: '2026-11-23T04:00:00.000Z' },
};

let app: FakeApp;
beforeEach(async () => (app = await startFakeApp()));
afterEach(() => app.close());

const run = (...args: readonly string[]) => runCli([...args, '--url', app.url, '--key', 'master']);

test('breaks a glass, and says loud who opened what until when', async () => {
  app.answers(200, glass);
  const { code, stdout } = await run('break-glass', ...target, ...order);
  expect([code, stdout]).toEqual([
    0,
    'BREAK GLASS: kim@contoso.test opened payments 1.35.7 until 2026-11-23T04:00:00Z: CVE-2026-1\n',
  ]);
  expect(app.asked[0]).toMatchObject({ method: 'POST', url: '/api/break-glass' });
  expect(JSON.parse(app.asked[0]?.body ?? '')).toEqual({
    ...{ cluster: payments, kubernetesVersion: '1.35.7', who: 'kim', reason: 'CVE-2026-1', expiresInHours: 4 },
  });
});

test('says so where the mode changes nothing in Azure, and only who asks the gate gets through', async () => {
  app.answers(200, { ...glass, mode: 'observe' });
  expect((await run('break-glass', ...target, ...order)).stdout).toMatch(/\nMode observe: .* changed in Azure/);
  app.answers(200, { ...glass, mode: 'enforce' });
  expect((await run('break-glass', ...target, ...order)).stdout).not.toContain('Mode');
});

test('mends it, also where there is nothing to mend', async () => {
  app.answers(200, { mended: glass });
  expect((await run('break-glass', ...target, '--mend', '--who', 'kim')).stdout).toMatch(
    /^Mended: proofs decide again/,
  );
  expect(app.asked[0]?.method).toBe('DELETE');
  app.answers(200, { mended: null });
  expect((await run('break-glass', ...target, '--mend', '--who', 'kim')).stdout).toMatch(/^Nothing to mend/);
});

test.each([
  ['without a reason', ['--hours', '4', '--who', 'kim'], '--reason: is missing: say in words why'],
  ['for a blank', ['--hours', '4', '--reason', ' ', '--who', 'kim'], '--reason: must be 1 to 2000 characters'],
  ['without anything', ['--who', 'kim'], 'why; --hours: must be a number of hours'],
  ['for too long', ['--hours', '73', '--reason', 'x', '--who', 'kim'], '--hours: must be a number of hours'],
  ['for nobody knows how long', ['--reason', 'x', '--who', 'kim'], '--hours: must be a number of hours'],
])('a glass %s is wrong use, and nobody is asked', async (_sentence, words, message) => {
  const { code, stderr } = await run('break-glass', ...target, ...words);
  expect([code, app.asked.length]).toEqual([2, 0]);
  expect(stderr).toContain(message);
});

test('a function key does not do, and the message says which does', async () => {
  app.answers(401, {});
  const { code, stderr } = await run('break-glass', ...target, ...order);
  expect([code, stderr]).toEqual([1, expect.stringContaining('break-glass wants the master key')]);
});

test('a gate that a person holds open passes, with the warning first', async () => {
  app.answers(200, {
    ...{ cluster: payments, kubernetesVersion: '1.35.7', decision: 'open', required: 2, cached: 1 },
    missing: [{ artifact: 'a:1', state: 'waiting', reason: 'x' }],
    ...{ reasons: ['break glass: kim'], evaluatedAt: '2026-11-23T00:00:00.000Z', breakGlass: glass },
  });
  const { code, stdout } = await run('gate', ...target);
  expect(code).toBe(0);
  expect(stdout.split('\n')[0]).toBe(
    'BREAK GLASS: kim@contoso.test opened this gate until 2026-11-23T04:00:00Z: CVE-2026-1',
  );
  expect(stdout).toContain('Missing (1)');
});

test('lists the audit trail as a table, or as it came', async () => {
  const entry = {
    ...{ id: '1', at: '2026-11-23T00:00:00.000Z', who: 'app', action: 'approve-fleet-gate', resource: '/f/gates/g1' },
    ...{ outcome: 'done', before: null, after: {}, because: ['open for 1.35.7: one'] },
  };
  app.answers(200, { entries: [entry] });
  const { stdout } = await run('audit', '--most', '5');
  expect(app.asked[0]?.url).toBe('/api/audit?most=5');
  expect(stdout).toMatch(/2026-11-23T00:00:00Z +app +approve-fleet-gate +g1 +done +open for 1\.35\.7: one/);
  expect(JSON.parse((await run('audit', '--json')).stdout)).toEqual({ entries: [entry] });
  app.answers(200, { entries: [] });
  expect((await run('audit')).stdout).toContain('Nothing was changed in Azure');
  expect(await run('audit', '--most', '0')).toMatchObject({
    ...{ code: 2, stderr: 'error: --most: must be a number from 1 to 1000\n' },
  });
});
