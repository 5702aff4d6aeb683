import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { manifestOf, startFakeMar, type Blob, type FakeMar } from './fake-mar.js';
import { matching, runCli } from './run-cli.js';

interface Artifact {
  readonly repository: string;
  readonly tag: string;
  readonly platforms: readonly string[];
  readonly bytes?: number;
}

interface Diff {
  readonly from: string;
  readonly to: string;
  readonly added: readonly Artifact[];
  readonly removed: readonly Artifact[];
  readonly unchanged: number;
  readonly bytes?: number;
  readonly unmeasured?: readonly { readonly artifact: string; readonly reason: string }[];
}

const arm = (file: string): string => resolve('test/fixtures/arm', `${file}.json`);
const mixed = ['--managed-cluster', arm('mixed-arm.cluster'), '--upgrade-profile', arm('mixed-arm.upgrades')];
const nameOf = ({ repository, tag }: Artifact): string => `${repository}:${tag}`;

async function diff(...args: readonly string[]): Promise<Diff> {
  const { code, stdout } = await runCli(['plan', ...mixed, '--to', '1.35.7', '--diff', '--json', ...args]);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Diff;
}

async function planned(version: string): Promise<readonly string[]> {
  const { stdout } = await runCli(['plan', ...mixed, '--to', version, '--json']);
  return (JSON.parse(stdout) as { artifacts: readonly Artifact[] }).artifacts.map(nameOf);
}

describe('plan --diff', () => {
  test('--json prints the documented fields, and what both plans say', async () => {
    const found = await diff();
    const fields = ['cluster', 'from', 'to', 'added', 'removed', 'unchanged', 'unresolved', 'findings'];
    expect(Object.keys(found)).toEqual(fields);
    const [before, after] = [await planned('1.34.7'), await planned('1.35.7')];
    expect(found).toMatchObject({ from: '1.34.7', to: '1.35.7' });
    expect(found.added.map(nameOf)).toEqual(after.filter((name) => !before.includes(name)));
    expect(found.removed.map(nameOf)).toEqual(before.filter((name) => !after.includes(name)));
    expect(found.unchanged).toBe(after.filter((name) => before.includes(name)).length);
  });

  test('says what keeps the set from being certain, as the plan does', async () => {
    const document = JSON.parse(await readFile(arm('mixed-arm.cluster'), 'utf8')) as { properties: object };
    Object.assign(document.properties, { podIdentityProfile: { enabled: true } });
    const folder = await mkdtemp(join(tmpdir(), 'plan-diff-'));
    const file = join(folder, 'cluster.json');
    await writeFile(file, JSON.stringify(document));
    const { code, stdout, stderr } = await runCli(['plan', '--managed-cluster', file, '--to', '1.35.7', '--diff']);
    await rm(folder, { recursive: true });
    expect(code).toBe(0);
    expect(stdout).toContain('podIdentityProfile (unknown-feature, the gate stays unknown)');
    expect(stderr).toContain('1 finding keeps the set from being certain, so a gate for 1.35.7 stays unknown.');
  });

  test('to the version that runs has nothing new, and nothing to measure', async () => {
    const { code, stdout, stderr } = await runCli(['plan', ...mixed, '--to', '1.34.7', '--diff']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/\n0 new artifacts, 0 gone, 31 unchanged\n/);
  });

  test('says that bytes are unknown offline, and which tag each new one replaces', async () => {
    const { stdout } = await runCli(['plan', ...mixed, '--to', '1.35.7', '--diff']);
    const lines = stdout.split('\n');
    expect(lines[2]).toBe('15 new artifacts, 15 gone, 16 unchanged');
    expect(lines[3]).toMatch(/^bytes unknown offline/);
    expect(stdout).toMatch(
      /^oss\/v2\/kubernetes\/coredns:v1\.13\.2-9 +v1\.13\.1-9 +coredns \(component-insights, high\)$/m,
    );
    expect(stdout).toMatch(/\n\nGone \(15\)\n(?:\S+:\S+\n){15}$/);
  });

  test('warns when what is unresolved today makes the list too long, and what is unresolved then too short', async () => {
    const ubuntu = ['--managed-cluster', arm('mixed-arm.cluster'), '--to', '1.35.6', '--diff'];
    const { code, stdout, stderr } = await runCli(['plan', ...ubuntu]);
    expect(code).toBe(0);
    expect(stdout).toContain('UNRESOLVED for 1.35.6: what is new may be more (1)\n  kube-proxy\n');
    expect(stderr).toMatch(/Without an upgrade profile/);
    expect(stderr).toMatch(/incomplete: 1 component is unresolved, so a gate for 1\.35\.6 stays unknown/);
  });

  test.each([60, 80, 140])('fits a terminal of %i columns, but for names that are longer', async (columns) => {
    const { stdout } = await runCli(['plan', ...mixed, '--to', '1.35.7', '--diff'], {
      columns,
      env: { NO_COLOR: '1' },
    });
    const tooLong = stdout.split('\n').filter((line) => line.length > columns);
    expect(tooLong.filter((line) => !/^[a-z0-9/.-]+:\S+$/.test(line))).toEqual([]);
  });
});

describe('plan --diff --upstream', () => {
  let mar: FakeMar;
  beforeEach(async () => (mar = await startFakeMar()));
  afterEach(() => mar.close());

  const base: Blob = { text: 'base', size: 1000 };
  const own = (text: string, size: number): Blob => ({ text, size });

  /** Every new artifact with the base layer and 10 bytes of its own for each platform. */
  async function fill(): Promise<readonly Artifact[]> {
    const { added } = await diff();
    for (const artifact of added) {
      const name = nameOf(artifact);
      const platforms = [...artifact.platforms, 'windows/amd64:10.0.20348'];
      mar.has(name, Object.fromEntries(platforms.map((one) => [one, [own(`${name} ${one}`, 10), base]])));
    }
    return added;
  }

  test('sums configs and layers of the platforms of the pools, each digest once', async () => {
    const added = await fill();
    const manifests = added.flatMap(({ platforms }) => platforms).length;
    const measured = await diff('--upstream', mar.url);
    expect(measured).toMatchObject({ bytes: manifests * 10 + 1000, unmeasured: [] });
    const kubelet = measured.added.find(({ repository }) => repository.endsWith('/kubelet'));
    expect(kubelet).toMatchObject({
      bytes: 1020,
      platforms: ['linux/amd64:ubuntu 24.04', 'linux/arm64:azurelinux 3.0'],
    });
    expect(mar.asked).toHaveLength(added.length + manifests);
    expect(mar.asked.filter((path) => path.includes('/blobs/'))).toEqual([]);
  });

  test('shows sizes for people', async () => {
    await fill();
    const { stdout, stderr } = await runCli([
      'plan',
      ...mixed,
      '--to',
      '1.35.7',
      '--diff',
      '--upstream',
      `${mar.url}/`,
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\nnew bytes: 1\.2 KiB \(1260 bytes\)\n/);
    expect(stdout).toMatch(/coredns:v1\.13\.2-9 +v1\.13\.1-9 +1020 B +coredns/);
  });

  test('names what could not be measured and why', async () => {
    const added = await fill();
    mar.hasDocument(nameOf(added[0]!), { schemaVersion: 2, manifests: [] });
    mar.hasDocument(nameOf(added[1]!), { errors: [] });
    mar.hasDocument(nameOf(added[2]!), manifestOf([own('one', 5), own('two', 7), own('two', 7)]));
    const measured = await diff('--upstream', mar.url);
    expect(measured.added[2]?.bytes).toBe(12);
    expect(measured.unmeasured).toEqual([
      { artifact: nameOf(added[0]!), reason: matching(/has no manifest for linux\/amd64/) },
      { artifact: nameOf(added[1]!), reason: matching(/layers/) },
    ]);
    const { stdout, stderr } = await runCli(['plan', ...mixed, '--to', '1.35.7', '--diff', '--upstream', mar.url]);
    expect(stdout).toMatch(/new bytes: .* of 13 artifacts\n/);
    expect(stderr).toBe('Warning: The size of 2 artifacts could not be read, so the total is too small.\n');
  });

  test('reads a mirror that keeps MAR below a path', async () => {
    const mirror = await startFakeMar('mcr/');
    mirror.has('oss/v2/kubernetes/coredns:v1.13.2-9', { 'linux/amd64': [base], 'linux/arm64': [base] });
    const { added } = await diff('--upstream', `${mirror.url}/mcr/`);
    expect(added.find(({ repository }) => repository.endsWith('/coredns'))?.bytes).toBe(1000);
    await mirror.close();
  });

  test('fails when nothing can be measured', async () => {
    const url = mar.url;
    await mar.close();
    const ended = await runCli(['plan', ...mixed, '--to', '1.35.7', '--diff', '--upstream', url]);
    expect(ended).toEqual({ code: 1, stdout: '', stderr: matching(/^error: GET http:.*no answer/) });
    mar = await startFakeMar();
  });

  test.each([
    ['no --diff', [], /^error: --upstream needs --diff/, 'https://a.example'],
    [
      'plain http to another machine',
      ['--diff'],
      /^error: --upstream: http is accepted on loopback hosts only/,
      'http://a.example',
    ],
    ['no address', ['--diff'], /^error: --upstream: no web address/, 'mcr.microsoft.com'],
    ['a password', ['--diff'], /^error: --upstream: more than an address/, 'https://u:secret@a.example'],
  ])('is wrong use with %s', async (_sentence, args, message, url) => {
    const ended = await runCli(['plan', ...mixed, '--to', '1.35.7', ...args, '--upstream', url]);
    expect(ended).toEqual({ code: 2, stdout: '', stderr: matching(message) });
    expect(ended.stderr).not.toContain('secret');
  });
});
