import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { armDocument, sampleNames } from '../requirements/clusters.fixture.js';
import { matching, runCli } from './run-cli.js';

interface Plan {
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly artifacts: readonly { readonly kind: string; readonly repository: string; readonly tag: string }[];
  readonly unresolved: readonly { readonly component: string }[];
}

const arm = (file: string): string => resolve('test/fixtures/arm', `${file}.json`);
const mixed = ['--managed-cluster', arm('mixed-arm.cluster'), '--upgrade-profile', arm('mixed-arm.upgrades')];

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'cli-plan-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Path of a new file; anything but text and bytes becomes JSON. */
function save(name: string, content: unknown): string {
  const path = join(folder, name);
  const isRaw = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(path, isRaw ? content : JSON.stringify(content));
  return path;
}

describe('plan --json', () => {
  test.each(sampleNames)('prints the documented fields and nothing else for %s', async (name) => {
    const files = ['--managed-cluster', arm(`${name}.cluster`), '--upgrade-profile', arm(`${name}.upgrades`)];
    const { code, stdout } = await runCli(['plan', ...files, '--to', '1.35.7', '--json']);
    expect(code).toBe(0);
    const plan = JSON.parse(stdout) as Plan;
    expect(Object.keys(plan)).toEqual(['cluster', 'kubernetesVersion', 'artifacts', 'unresolved', 'findings']);
    expect(plan).toMatchObject({ cluster: armDocument(`${name}.cluster`).id, kubernetesVersion: '1.35.7' });
    expect(plan.artifacts).toContainEqual({
      kind: 'binary',
      repository: 'aks/packages/kubernetes/kubelet',
      tag: 'v1.35.7',
      platforms: expect.arrayContaining([matching(/^linux\/amd64:/)]) as unknown,
      because: [{ component: 'kubelet-package', source: 'node-bootstrap', confidence: 'high' }],
    });
  });

  test('says nothing on stderr when there is nothing to worry about', async () => {
    expect(await runCli(['plan', ...mixed, '--to', '1.35.7', '--json'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('announces unresolved components on stderr, and still exits 0', async () => {
    const { code, stdout, stderr } = await runCli(['plan', ...mixed, '--to', '1.35.6', '--json']);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Plan).unresolved).toMatchObject([{ component: 'kube-proxy', version: null }]);
    expect(stderr).toBe(
      'Warning: The plan is incomplete: 1 component is unresolved, so a gate for 1.35.6 stays unknown.\n',
    );
  });
});

describe('plan for people', () => {
  test('begins with the counts and ends with what is unresolved and what would resolve it', async () => {
    const { stdout } = await runCli(['plan', ...mixed, '--to', '1.35.6']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('mixed-arm  1.34.7 -> 1.35.6');
    expect(lines[1]).toMatch(/^pulls through mixedartifacts; 2 pools: .*arm64\)/);
    expect(lines.slice(2, 6)).toEqual([
      matching(/^\d+ artifacts: \d+ images, \d+ binaries$/),
      matching(/^confidence: \d+ high, \d+ medium, \d+ low$/),
      'way in: the cache rules of the registry decide (--cache-rules-file)',
      'unresolved: 1',
    ]);
    expect(lines.slice(-3)).toEqual([
      'UNRESOLVED (1): these cannot be warmed until somebody resolves them',
      '  kube-proxy',
      matching(/^ {4}.* listing the tags of /),
    ]);
  });

  test('puts each artifact on one line of a pipe, without colours', async () => {
    const { stdout } = await runCli(['plan', ...mixed, '--to', '1.35.7']);
    expect(stdout).toMatch(
      /^oss\/v2\/kubernetes\/coredns:v1\.13\.2-9 +linux\/amd64, linux\/arm64 +coredns \(component-insights, high\)$/m,
    );
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/\nNothing is unresolved\.\n$/);
  });

  test.each([60, 80, 120, 200])('fits a terminal of %i columns, but for names that are longer', async (columns) => {
    const { stdout, stderr } = await runCli(['plan', ...mixed, '--to', '1.35.6'], { columns, env: { NO_COLOR: '1' } });
    const tooLong = (stdout + stderr).split('\n').filter((line) => line.length > columns);
    expect(tooLong.filter((line) => !/^[a-z0-9/.-]+:\S+$/.test(line))).toEqual([]);
    expect(stdout).toContain('oss/v2/kubernetes/autoscaler/cluster-proportional-autoscaler:v1.9.0-12');
  });

  test.each([
    ['has colours on a terminal', {}, 80, true],
    ['has none with NO_COLOR', { NO_COLOR: '1' }, 80, false],
    ['has none on a dumb terminal', { TERM: 'dumb' }, 80, false],
    ['has none in a pipe, also in CI', { CI: 'true' }, undefined, false],
    ['has them in a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, undefined, true],
  ] as const)('%s', async (_sentence, env, columns, isColored) => {
    const where = columns === undefined ? { env } : { env, columns };
    const { stdout } = await runCli(['plan', ...mixed, '--to', '1.35.7'], where);
    expect(stdout.includes('\u001b[')).toBe(isColored);
  });
});

describe('plan warns', () => {
  const cluster = armDocument('mixed-arm.cluster');
  const withPools = (pools: unknown) => ({
    ...cluster,
    properties: { ...cluster.properties, agentPoolProfiles: pools },
  });

  test.each([
    ['when there is no upgrade profile', cluster, undefined, '1.35.7', /Without an upgrade profile component versions/],
    [
      'when the profile has no Component Insights for the version',
      cluster,
      { properties: { controlPlaneProfile: { upgrades: [{ kubernetesVersion: '1.35.7' }] } } },
      '1.35.7',
      /no Component Insights for 1\.35: .*2026-08-02-preview/,
    ],
    [
      'when AKS does not offer the version',
      cluster,
      armDocument('mixed-arm.upgrades'),
      '1.35.99',
      /AKS does not offer 1\.35\.99 to mixed-arm, it offers 1\.34\.9, /,
    ],
    [
      'when the cluster is not network isolated',
      {
        ...cluster,
        properties: {
          ...cluster.properties,
          networkProfile: { outboundType: 'loadBalancer' },
          bootstrapProfile: { artifactSource: 'Direct' },
        },
      },
      undefined,
      '1.35.7',
      /mixed-arm is not network isolated/,
    ],
    [
      'when there are Windows nodes',
      withPools([{ name: 'win', osType: 'Windows' }]),
      undefined,
      '1.35.7',
      /Windows nodes .* pool win/,
    ],
  ])('%s', async (_sentence, managedCluster, profile, to, warning) => {
    const profileArgs = profile === undefined ? [] : ['--upgrade-profile', save('profile.json', profile)];
    const args = ['--managed-cluster', save('cluster.json', managedCluster), ...profileArgs, '--to', to, '--json'];
    const { code, stderr } = await runCli(['plan', ...args]);
    expect([code, stderr]).toEqual([0, matching(warning)]);
  });
});

describe('plan refuses, with exit code 2 and nothing on stdout,', () => {
  const cluster = arm('mixed-arm.cluster');
  const withId = { id: armDocument('mixed-arm.cluster').id, location: 'westeurope' };

  test.each([
    ['no cluster file', ['--to', '1.35.6'], /--managed-cluster <file>/],
    ['no version', ['--managed-cluster', cluster], /--to <x\.y\.z>/],
    ['a minor version', ['--managed-cluster', cluster, '--to', '1.35'], /--to: not a Kubernetes version .*"1\.35"/],
    ['a version older than the cluster', ['--managed-cluster', cluster, '--to', '1.33.2'], /runs 1\.34\.7 already/],
    [
      'an option that does not exist',
      ['--managed-cluster', cluster, '--to', '1.35.6', '--too'],
      /unknown option '--too'/,
    ],
    ['an argument too many', ['cluster.json', '--managed-cluster', cluster, '--to', '1.35.6'], /too many arguments/],
  ])('%s', async (_sentence, args, message) => {
    const { code, stdout, stderr } = await runCli(['plan', ...args]);
    expect([code, stdout, stderr]).toEqual([2, '', matching(message)]);
  });

  test.each([
    ['an empty file', '', /the file is empty/],
    ['a file that is not JSON', '{"id": ', /not a JSON document: /],
    ['a list of clusters', { value: [withId] }, /: id: Invalid input.*az rest --method get/],
    ['a cluster without properties', withId, /: properties: Invalid input/],
    [
      'a pool without a name',
      { ...withId, properties: { kubernetesVersion: '1.34.7', agentPoolProfiles: [{ osType: 'Linux' }] } },
      /: properties\.agentPoolProfiles\.0\.name: Invalid input/,
    ],
    ['an id of something else', { id: '/x', location: 'w', properties: { kubernetesVersion: '1.34.7' } }, /: id is no/],
    ['an upgrade profile', armDocument('mixed-arm.upgrades'), /this is an upgrade profile/],
    ['null', 'null', /: the document: Invalid input/],
  ])('%s as cluster, naming file and field', async (_sentence, content, message) => {
    const file = save('bad.json', content);
    const { code, stdout, stderr } = await runCli(['plan', '--managed-cluster', file, '--to', '1.35.6']);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(`${file}: `)]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  test.each([
    ['the profile of another cluster', armDocument('ubuntu-policy.upgrades'), /not the upgrade profile of mixed-arm/],
    ['a cluster', armDocument('mixed-arm.cluster'), /not the upgrade profile of mixed-arm/],
    ['a profile without properties', { properties: {} }, /: properties\.controlPlaneProfile: Invalid input/],
  ])('%s as upgrade profile', async (_sentence, content, message) => {
    const file = save('bad-profile.json', content);
    const args = ['--managed-cluster', cluster, '--upgrade-profile', file, '--to', '1.35.6'];
    const { code, stdout, stderr } = await runCli(['plan', ...args]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(`${file}: `)]);
    expect(stderr).toMatch(message);
  });

  test.each([
    ['a file that is not there', 'nowhere.json', /nowhere\.json: there is no such file/],
    ['a folder', '.', /\.: it is a folder/],
  ])('%s', async (_sentence, path, message) => {
    const { code, stderr } = await runCli(['plan', '--managed-cluster', path, '--to', '1.35.6']);
    expect([code, stderr]).toEqual([2, matching(message)]);
  });
});

test.each([
  ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16, as PowerShell writes', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
])('plan reads a file in %s', async (_encoding, encode) => {
  const file = save('encoded.json', encode(JSON.stringify(armDocument('mixed-arm.cluster'))));
  expect((await runCli(['plan', '--managed-cluster', file, '--to', '1.35.7', '--json'])).code).toBe(0);
});
