import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { matching, runCli } from './run-cli.js';

let folder: string;
let rules: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-strategy-'));
  rules = join(folder, 'rules.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const cluster = resolve('test/fixtures/arm/mixed-arm.cluster.json');
const plan = (...args: readonly string[]) =>
  runCli(['plan', '--managed-cluster', cluster, '--to', '1.35.7', ...args], { env: { NO_COLOR: '1' } });
const rule = (sourceRepository: string, targetRepository: string) => ({
  ...{ id: '/x', name: 'a-rule', sourceRepository, targetRepository },
});

test('without rules a plan says that the registry decides', async () => {
  expect(await plan()).toMatchObject({ code: 0, stdout: matching(/^way in: the cache rules of the registry decide/m) });
  expect((await plan('--json')).stdout).not.toContain('"strategy"');
});

test.each([
  [
    'one for all of MAR',
    [['mcr.microsoft.com/*', 'aks-managed-repository/*']],
    /^way in: \d+ pulled .* rule, 0 imported/m,
    ['pull-through'],
  ],
  ['none', [], /^way in: 0 pulled through a cache rule, \d+ imported by ARM/m, ['import']],
  [
    'one for a part of MAR',
    [['mcr.microsoft.com/oss/*', 'aks-managed-repository/oss/*']],
    /^way in: [1-9]\d* pulled .*, [1-9]\d* imported by ARM/m,
    ['import', 'pull-through'],
  ],
])('with %s a plan says how each artifact gets in', async (_which, pairs, text, strategies) => {
  await writeFile(rules, JSON.stringify(pairs.map(([source = '', target = '']) => rule(source, target))));
  expect(await plan('--cache-rules-file', rules)).toMatchObject({ code: 0, stdout: matching(text) });
  const { artifacts } = JSON.parse((await plan('--cache-rules-file', rules, '--json')).stdout) as {
    artifacts: { strategy: string }[];
  };
  expect([...new Set(artifacts.map(({ strategy }) => strategy))].sort()).toEqual(strategies);
});

test.each([
  ['that is no list', '{"a":1}', [], /rules\.json: wanted is the answer of az acr cache list/],
  ['beside --diff', '[]', ['--diff'], /--cache-rules-file and --diff do not go together/],
])('a file of rules %s is wrong use', async (_which, text, more, message) => {
  await writeFile(rules, text);
  expect(await plan('--cache-rules-file', rules, ...more)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: matching(message),
  });
});
