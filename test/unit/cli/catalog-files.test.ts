import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  agentBakerDocument,
  vulnerabilityApiDocuments,
  vulnerabilityApiEndpoint,
} from '../../support/catalog/source-documents.js';
import { runCli } from './run-cli.js';

const arm = (file: string): string => resolve('test/fixtures/arm', `${file}.json`);
const cluster = ['--managed-cluster', arm('mixed-arm.cluster'), '--to', '1.35.6'];
const coredns = 'oss/v2/kubernetes/coredns';

let folder: string;

async function save(file: string, text: string): Promise<string> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function artifactsOf(...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout } = await runCli(['plan', ...cluster, '--json', ...args]);
  expect(code).toBe(0);
  const { artifacts } = JSON.parse(stdout) as { artifacts: { repository: string; tag: string }[] };
  return artifacts.map(({ repository, tag }) => `${repository}:${tag}`);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalog-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a catalogue from files', () => {
  test('takes overrides as an app does', async () => {
    const overrides = { components: { replace: [{ name: 'coredns', versions: ['v9.9.9'], because: 'request 4711' }] } };
    const path = await save('overrides.json', JSON.stringify(overrides));
    expect(await artifactsOf('--overrides', path)).toContain(`${coredns}:v9.9.9`);
    const { stdout } = await runCli(['explain', 'coredns', ...cluster, '--overrides', path]);
    expect(stdout).toContain('  an override replaces versions v9.9.9 ("request 4711")\n');
    expect(stdout).toMatch(/override +yes +v9\.9\.9\n/);
    const shown = await runCli(['catalog', '--overrides', path]);
    expect(shown.stdout).toContain('Overrides (1)\n  coredns: an override replaces versions v9.9.9');
  });

  test("takes AgentBaker's list, and a folder with the paths of the Vulnerability Data API", async () => {
    const list = await save('components.json', agentBakerDocument([{ repository: coredns, tags: ['v1.99.0'] }]));
    for (const [url, text] of vulnerabilityApiDocuments('v20260801', { coredns: 'v1.98.0', kubeProxy: 'v1.35.6-99' })) {
      const path = url.slice(vulnerabilityApiEndpoint.length);
      await save(`api${path}${path.endsWith('_index') ? '.json' : ''}`, text);
    }
    const api = join(folder, 'api');
    const artifacts = await artifactsOf('--agentbaker', list, '--vulnerability', api);
    expect(artifacts).toEqual(
      expect.arrayContaining([`${coredns}:v1.98.0`, `${coredns}:v1.99.0`, 'oss/v2/kubernetes/kube-proxy:v1.35.6-99']),
    );
    const report = join(api, 'aks-releases/v20260801/scan-reports');
    expect(await artifactsOf('--vulnerability', report)).toContain(`${coredns}:v1.98.0`);
  });

  test.each([
    [
      'a field that is misspelt',
      '--overrides',
      'wrong.json',
      '{"image":[]}',
      'wrong.json: the document: Unrecognized key',
    ],
    ['what is no list of AgentBaker', '--agentbaker', 'empty.json', '{}', 'empty.json: ContainerImages'],
    [
      'a report that does not say of what',
      '--vulnerability',
      'report.json',
      '{"container_targets":[]}',
      'tells what it reports on',
    ],
    ['text that is no JSON', '--overrides', 'text.json', 'yes', 'not JSON'],
    ['an empty file', '--overrides', 'nothing.json', ' ', 'the file is empty'],
  ])('refuses %s and names the file', async (_what, option, file, text, message) => {
    const path = await save(file, text);
    const { code, stdout, stderr } = await runCli(['plan', ...cluster, option, path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(file);
    expect(stderr).toContain(message);
  });

  test('refuses a folder without reports, a file that is not there, and files beside an app', async () => {
    const bare = dirname(await save('bare/readme.txt', 'nothing'));
    for (const path of [bare, join(folder, 'gone')]) {
      const { code, stderr } = await runCli(['catalog', '--vulnerability', path]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(path)]);
    }
    const both = await runCli(['catalog', '--overrides', 'a.json', '--url', 'https://app.test', '--key', 'k']);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('do not go together')]);
  });
});
