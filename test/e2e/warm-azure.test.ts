import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAzure } from '../../local/azure/local-azure.js';
import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { identityIn, runCliBuilt, type Ended } from '../support/e2e/built-cli.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';

const pause = { repository: 'oss/v2/kubernetes/pause', tag: '3.6' };
const coredns = { repository: 'oss/v2/kubernetes/coredns', tag: 'v1.13.1-6' };
const artifacts = [pause, coredns];

interface Document {
  readonly proven: number;
  readonly required: number;
  readonly renewed: number;
  readonly bytes: number;
  readonly findings: readonly { readonly code: string; readonly fix: string }[];
  readonly failed: readonly { readonly reason: string }[];
}

describe('`warm` as a managed identity, on a subscription with a good registry, one with a broken rule and one without a rule', () => {
  let azure: LocalAzure;
  let home: string;
  beforeAll(async () => {
    const scenario = await loadQuickScenario('broken-rule');
    const [good] = scenario.registries;
    if (!good) throw new Error('no registry');
    const bare = { ...good, name: 'contosobare', cacheRules: [] };
    azure = await startLocalAzure({ ...scenario, registries: [...scenario.registries, bare] });
    home = await mkdtemp(join(tmpdir(), 'warm-azure-'));
    await writeFile(planFile(), JSON.stringify({ artifacts: artifacts.map((one) => ({ kind: 'image', ...one })) }));
  });
  afterAll(async () => {
    await azure?.close();
    await rm(home, { recursive: true, force: true });
  });

  const planFile = () => join(home, 'plan.json');
  const idOf = (name: string): string => {
    const group = azure.scenario.registries.find((one) => one.name === name)?.resourceGroup ?? '';
    return `/subscriptions/${azure.subscriptionId}/resourceGroups/${group}/providers/Microsoft.ContainerRegistry/registries/${name}`;
  };
  const warm = (registry: string, ...more: readonly string[]): Promise<Ended> => {
    const args = ['warm', '--plan', planFile(), '--registry', idOf(registry), '--upstream', azure.marEndpoint, ...more];
    return runCliBuilt(args, { ...identityIn(azure), XDG_STATE_HOME: home });
  };
  const documentOf = ({ stdout }: Ended) => JSON.parse(stdout) as Document;
  const holds = (registry: string) =>
    artifacts.map(({ repository, tag }) => azure.world.registry(registry).holdsArtifact(repository, tag));

  test('fills a registry through its rule, in the background, and a second run looks once at each', async () => {
    const first = await warm('contosopayments', '--json');
    expect(first).toMatchObject({ code: 0 });
    expect(documentOf(first)).toMatchObject({ required: 2, proven: 2, renewed: 0, bytes: 0, failed: [], findings: [] });
    expect(holds('contosopayments')).toEqual([true, true]);
    const second = await warm('contosopayments');
    expect(second).toMatchObject({ code: 0 });
    expect(second.stdout).toMatch(/^2 of 2 artifacts are proven in .*\n2 of them by one look at the manifest/);
  });

  test('imports where no rule covers anything, and says what nodes miss unless imports are what was asked for', async () => {
    const ended = await warm('contosobare', '--json');
    expect(documentOf(ended)).toMatchObject({ proven: 2, findings: [{ code: 'cache-rule-missing' }] });
    expect(ended.code).toBe(1);
    expect(holds('contosobare')).toEqual([true, true]);
    const meant = await warm('contosobare', '--strategy', 'import');
    expect(meant).toMatchObject({ code: 0 });
    expect(meant.stdout).toMatch(/^finding cache-rule-missing\n[^]*az acr cache create --registry contosobare /);
  });

  test('does not call a registry warm whose rule fills other repositories than nodes pull', async () => {
    const ended = await warm('contosobroken');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/^finding cache-rule-changed\n/m);
    expect(ended.stdout).toMatch(/az acr cache delete --registry contosobroken .* && az acr cache create /);
    expect(ended.stdout).toMatch(/2 of 2 artifacts are proven .* but not where nodes look/);
  });

  test('the doctor finds that rule, and prints the same command', async () => {
    const ended = await runCliBuilt(['doctor', '--registry', idOf('contosobroken')], identityIn(azure));
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/^FAILED {7}cache rule +cache-rule-changed/m);
    expect(ended.stdout).toMatch(/az acr cache delete --registry contosobroken .* && az acr cache create /);
  });

  test.each([
    ['an id of no registry there', /REGISTRY_NOT_FOUND|404/, 1],
    ['a registry that is asked for imports against its rule', /that blocks imports into it/, 1],
  ])('%s fails and says why', async (sentence, text, code) => {
    const args = sentence.startsWith('an id')
      ? ['--registry', `${idOf('contosopayments')}x`]
      : ['--strategy', 'import', '--state', join(home, 'other.json')];
    const ended = await warm('contosopayments', ...args);
    expect(ended.code).toBe(code);
    expect(ended.stdout + ended.stderr).toMatch(text);
  });
});
