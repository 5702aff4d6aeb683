import { startLocalAzure } from '../../local/azure/local-azure.js';
import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { openBench } from '../support/e2e/bench.js';
import { identityIn, runCliBuilt } from '../support/e2e/built-cli.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';

const repair = /az acr cache delete --registry contosobroken .* && az acr cache create --registry contosobroken /;

describe('the doctor, on a subscription with one registry in good order and one with a broken rule', () => {
  let azure: LocalAzure;
  beforeAll(async () => {
    azure = await startLocalAzure(await loadQuickScenario('broken-rule'));
  });
  afterAll(() => azure?.close());

  const idOf = (cluster: string): string => azure.world.clusters.get(cluster)?.id ?? '';

  const doctor = (...args: readonly string[]) => runCliBuilt(['doctor', ...args], identityIn(azure));

  test('finds nothing to repair at the registry in good order, and starts no import there', async () => {
    const { code, stdout, stderr } = await doctor('--registry', 'contosopayments');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^passed {7}cache rule +aks-managed-mcr: mcr\.microsoft\.com\/\* -> aks-managed-repository/m,
    );
    expect(stdout).toMatch(/^passed {7}DNS +127\.0\.0\.1 is private \(127\.0\.0\.1\); localhost is private/m);
    expect(stdout).toMatch(/^passed {7}pull /m);
    expect(stdout).toMatch(/^passed {7}permissions /m);
    expect(stdout).toMatch(/^0 checks failed, 12 passed, 0 not checked$/m);
    expect(azure.world.registry('contosopayments').counters.imports.size).toBe(0);
  });

  test('names the broken rule with the command that repairs it', async () => {
    const { code, stdout } = await doctor('--cluster', idOf('data'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^contosobroken .*, used by data$/m);
    expect(stdout).toMatch(/^FAILED {7}cache rule +cache-rule-changed: the rule maps .* -> mcr\/\*, nodes need /m);
    expect(stdout).toMatch(repair);
  });

  test('looks at every cluster and registry of the subscription by itself', async () => {
    const { code, stdout } = await doctor('--json');
    const report = JSON.parse(stdout) as {
      registries: { name: string; checks: { outcome: string; findings: { code: string }[] }[] }[];
      clusters: unknown[];
    };
    const codes = report.registries.map(({ name, checks }) => [
      name,
      checks.flatMap(({ findings }) => findings.map((finding) => finding.code)),
    ]);
    expect(code).toBe(1);
    expect(new Map(codes as [string, string[]][])).toEqual(
      new Map([
        ['contosopayments', []],
        ['contosobroken', ['cache-rule-changed']],
      ]),
    );
    expect(report.clusters).toHaveLength(2);
  });

  test.each([
    [['--registry', 'nobodys'], 1, /REGISTRY_NOT_FOUND|has no registry nobodys/],
    [['--cluster', 'data'], 2, /not an Azure resource id/],
  ])('%j ends with %i', async (args, code, text) => {
    expect(await doctor(...args)).toMatchObject({ code, stderr: expect.stringMatching(text) as unknown });
  });
});

test('a broken rule keeps the gate unknown, and its reasons name the command', async () => {
  const bench = await openBench({ scenario: await loadQuickScenario('broken-rule') });
  try {
    expect((await bench.play()).differences).toEqual([]);
    const id = bench.session.azure.world.clusters.get('data')?.id ?? '';
    const query = new URLSearchParams({ cluster: id, version: '1.35.7', strict: 'true' });
    const gate = await bench.call(`/api/gate?${query.toString()}`);
    expect([gate.status, gate.json]).toEqual([409, expect.objectContaining({ decision: 'unknown' })]);
    const [first] = (gate.json as { reasons: string[] }).reasons;
    expect(first).toMatch(/^finding cache-rule-changed: aks-managed-mcr: /);
    expect(first).toMatch(repair);
    const status = await bench.call('/api/status');
    expect(status.text).toContain('cache-rule-changed');
    expect((await bench.call('/api/dashboard')).text).toContain('az acr cache create');
  } finally {
    await bench.close();
  }
});
