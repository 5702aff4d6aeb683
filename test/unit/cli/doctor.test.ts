import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DoctorReport } from '../../../shared/app/doctor.js';
import { matching, runCli } from './run-cli.js';

const fixture = (file: string): string => resolve('test/fixtures', file);
const registryFile = fixture('registries/sound.registry.json');
const rulesFile = fixture('registries/sound.rules.json');
const cluster = fixture('arm/mixed-arm.cluster.json');
const sound = ['doctor', '--registry-file', registryFile, '--cache-rules-file', rulesFile];

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'doctor-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function changedRegistry(changes: object): string {
  return file('registry.json', { ...(JSON.parse(readFileSync(registryFile, 'utf8')) as object), ...changes });
}

test('a registry in good order, from files, passes what files can tell', async () => {
  const { code, stdout, stderr } = await runCli(sound);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^mixedartifacts {2}mixedartifacts\.azurecr\.io\npassed /);
  expect(stdout).toMatch(/^passed +authentication-as-arm +enabled$/m);
  expect(stdout).toMatch(/^not checked +DNS +nobody asked the registry itself$/m);
  expect(stdout).toMatch(/\n\n0 checks failed, 8 passed, 4 not checked\n$/);
});

test('under a check that failed stands the command that repairs it, unbroken on any screen', async () => {
  const rules = file('rules.json', []);
  const command =
    '             az acr cache create --registry mixedartifacts --resource-group aks-isolated --subscription 11111111-2222-4333-8444-555555555555 ' +
    '--name aks-managed-mcr --source-repo "mcr.microsoft.com/*" --target-repo "aks-managed-repository/*"';
  for (const where of [{}, { columns: 60, env: { NO_COLOR: '1' } }]) {
    const { code, stdout } = await runCli([...sound.slice(0, 4), rules], where);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAILED +cache rule +cache-rule-missing: /m);
    expect(stdout.split('\n')).toContain(command);
    expect(stdout).toContain('gates stay unknown');
  }
});

test('with its cluster, what the cluster needs of it counts', async () => {
  const open = changedRegistry({ publicNetworkAccess: 'Enabled', privateEndpointConnections: [] });
  const args = ['doctor', '--registry-file', open, '--cache-rules-file', rulesFile, '--managed-cluster', cluster];
  const { code, stdout } = await runCli([...args, '--json']);
  const report = JSON.parse(stdout) as DoctorReport;
  expect(code).toBe(1);
  expect(report.registries[0]?.clusters).toEqual(['mixed-arm']);
  expect(report.registries[0]?.checks.flatMap(({ findings }) => findings.map((one) => one.code))).toEqual([
    'private-endpoint-missing',
    'public-access',
  ]);
  expect(report.clusters).toMatchObject([{ name: 'mixed-arm', isolated: true, findings: [] }]);
});

test('what is only a note leaves the exit code at 0', async () => {
  const { code, stdout } = await runCli([
    'doctor',
    ...['--registry-file', changedRegistry({ publicNetworkAccess: 'Enabled' }), '--cache-rules-file', rulesFile],
  ]);
  expect([code, stdout]).toEqual([0, matching(/^note +public access +public-access: /m)]);
});

test.each([
  [['--registry-file', registryFile], /--cache-rules-file is missing/],
  [['--cache-rules-file', rulesFile], /--registry-file is missing/],
  [['--registry', 'x', '--registry-file', registryFile], /files or names/],
  [
    ['--registry-file', rulesFile, '--cache-rules-file', rulesFile],
    /sound\.rules\.json: .*wanted is the answer of az acr show/,
  ],
  [['--registry-file', registryFile, '--cache-rules-file', registryFile], /wanted is the answer of az acr cache list/],
  [
    [
      '--registry-file',
      registryFile,
      '--cache-rules-file',
      rulesFile,
      '--managed-cluster',
      fixture('arm/ubuntu-policy.cluster.json'),
    ],
    /not from this registry/,
  ],
  [['--registry-file', 'no-such-file.json', '--cache-rules-file', rulesFile], /there is no such file/],
])('%j is wrong use', async (args, message) => {
  expect(await runCli(['doctor', ...args])).toMatchObject({ code: 2, stdout: '', stderr: matching(message) });
});

test.each([
  [[], {}, 2, /set SUBSCRIPTION_ID/],
  [['--registry', '/nonsense'], {}, 2, /not an Azure resource id/],
  [[], { SUBSCRIPTION_ID: 'x' }, 1, /a subscription id/],
])('asked of Azure with %j and %j it ends with %i', async (args, env, code, message) => {
  expect(await runCli(['doctor', ...args], { env })).toMatchObject({ code, stderr: matching(message) });
});
