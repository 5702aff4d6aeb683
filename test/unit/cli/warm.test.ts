import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlainRegistry } from '../../support/plain-registry.js';
import { matching, runCli } from './run-cli.js';

let folder: string;
let plan: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warm-cli-'));
  plan = join(folder, 'plan.json');
  await writeFile(plan, JSON.stringify({ artifacts: [], unresolved: [{ component: 'kube-proxy' }] }));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) =>
  runCli(['warm', ...args], { env: { XDG_STATE_HOME: folder, NO_COLOR: '1' } });
const here = ['--registry', 'http://127.0.0.1:9', '--upstream', 'http://127.0.0.1:9'];

test.each([
  ['no registry', [], /required option '--registry/],
  [
    'a registry over plain http',
    ['--registry', 'http://contoso.azurecr.io'],
    /--registry: http is accepted on loopback/,
  ],
  ['a registry with a path', ['--registry', 'contoso.azurecr.io/x'], /--registry: more than an address/],
  [
    'the id of something else',
    ['--registry', `/subscriptions/s/resourceGroups/r/providers/A.B/c/d`],
    /--registry: not the resource id/,
  ],
  ['an unknown strategy', [...here, '--strategy', 'push'], /--strategy: wanted is one of auto, pull-through, import/],
  ['import without ARM', [...here, '--strategy', 'import'], /--strategy: import needs ARM/],
  ['an unknown proof', [...here, '--proof', 'none'], /--proof: wanted is one of deep, manifests/],
  ['no number', [...here, '--concurrency', '0'], /--concurrency: wanted is a whole number from 1 to 256/],
  ['a prefix with a slash at its end', [...here, '--prefix', 'x/'], /--prefix: wanted is the path/],
  ['a user without a password', [...here, '--username', 'me'], /AKS_ARTIFACT_SYNC_REGISTRY_PASSWORD/],
  [
    'an upstream that is no address',
    ['--registry', 'http://127.0.0.1:9', '--upstream', 'mcr'],
    /--upstream: wanted is an address/,
  ],
])('%s is wrong use', async (_sentence, args, message) => {
  expect(await run('--plan', plan, ...args)).toMatchObject({ code: 2, stdout: '', stderr: matching(message) });
});

test('a plan that is none is wrong use, and the message names the field', async () => {
  await writeFile(plan, JSON.stringify({ artifacts: [{ kind: 'image', repository: 'UPPER', tag: 'x' }] }));
  expect(await run('--plan', plan, ...here)).toMatchObject({
    code: 2,
    stderr: matching(/not what `plan --json` prints: artifacts\.0\.repository/),
  });
});

test.each([
  ['nothing', '', /--plan .*the file is empty/],
  ['half a document', '{"artifacts":[', /--plan .*not a JSON document/],
  ['bytes', '\0\x01\x02', /--plan .*not a JSON document/],
  ['no plan', '[]', /not what `plan --json` prints: the document/],
])('a plan of %s is wrong use, and no registry is asked', async (_sentence, text, message) => {
  await writeFile(plan, text);
  expect(await run('--plan', plan, ...here)).toMatchObject({ code: 2, stdout: '', stderr: matching(message) });
});

test('what a plan says is printed without control characters', async () => {
  const hostile = '\u001b]0;title\u0007\u001b[2Jkube-proxy\r\nerror: forged';
  await writeFile(plan, JSON.stringify({ artifacts: [], unresolved: [{ component: hostile }] }));
  const ended = await run('--plan', plan, ...here);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('kube-proxy');
  // eslint-disable-next-line no-control-regex -- it is what must not be there
  expect(ended.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|^error: forged/m);
});

test('a broken state is wrong use, and the message says what to do', async () => {
  const state = join(folder, 'state.json');
  await writeFile(state, 'x');
  expect(await run('--plan', plan, ...here, '--state', state)).toMatchObject({
    code: 2,
    stderr: matching(/--state: .*state\.json: not a state.*Delete it/),
  });
});

test('a plan that names nothing proves nothing: no success, and what it does not name is told', async () => {
  const ended = await run('--plan', plan, ...here, '--json');
  expect(ended).toMatchObject({ code: 1, stderr: matching(/does not name what these need: kube-proxy/) });
  expect(ended.stderr).toMatch(/names no artifact: nothing was proven/);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    ...{ registry: '127.0.0.1:9', required: 0, proven: 0, failed: [], waiting: [], bytes: 0, digestsFrom: 'upstream' },
  });
});

test('a run that warmed all that the plan names, and not what it could not name, is no success', async () => {
  const artifact = { repository: 'oss/v2/kubernetes/pause', tag: '3.6' };
  const registry = await startPlainRegistry([artifact]);
  const at = ['--registry', registry.endpoint, '--upstream', registry.endpoint];
  const planWith = (...unresolved: readonly { component: string }[]) =>
    writeFile(plan, JSON.stringify({ artifacts: [{ kind: 'image', ...artifact }], unresolved }));
  try {
    await planWith({ component: 'kube-proxy' });
    const ended = await run('--plan', plan, ...at);
    expect([ended.code, ended.stdout]).toEqual([1, matching(/1 of 1 .*; but nodes also pull .*: kube-proxy$/m)]);
    const { stdout } = await run('--plan', plan, ...at, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ required: 1, proven: 1, unresolved: ['kube-proxy'] });
    await planWith();
    expect(await run('--plan', plan, ...at)).toMatchObject({ code: 0 });
  } finally {
    await registry.close();
  }
});

test('a registry that is not there fails every artifact, with the reason, in a few seconds', async () => {
  await writeFile(plan, JSON.stringify({ artifacts: [{ kind: 'image', repository: 'oss/x', tag: 'v1' }] }));
  const ended = await run('--plan', plan, ...here, '--tries', '1');
  expect(ended).toMatchObject({
    code: 1,
    stdout: matching(/failed oss\/x:v1\n {2}REGISTRY_UNAVAILABLE: .*\n0 of 1 artifacts/),
  });
});
