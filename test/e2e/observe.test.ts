import type { Scenario } from '../../local/azure/scenario.js';
import type { Outcome } from '../../local/runner/play.js';
import { parseKubernetesVersion } from '../../shared/model/kubernetes-version.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { readRegistryTruth, readSettledRegistries } from '../support/e2e/registry-truth.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

const version = parseKubernetesVersion('1.35.7');
const served = ['payments', 'shop', 'data'];

/** The default scenario with every event delivered twice, and nothing opened. */
async function observedScenario(): Promise<Scenario> {
  const scenario = await loadQuickScenario('default');
  const clusters = served.map((name) => ({
    name,
    kubernetesVersion: parseKubernetesVersion('1.34.10'),
    isolated: true,
    targets: [{ version, decision: 'open' as const, missing: [] }],
  }));
  const gates = [
    { displayName: 'artifact-sync: stage canary', state: 'Pending' as const },
    { displayName: 'artifact-sync: stage production', state: 'NotReached' as const },
  ];
  const updateRuns = [{ name: 'kubernetes-1-35', state: 'Pending' as const }];
  const faults = { ...scenario.faults, eventDuplicatedShare: 1 };
  return { ...scenario, faults, expect: { clusters, updateRuns, gates } };
}

describe('an app in mode observe, with every event delivered twice', () => {
  let bench: Bench;
  let outcome: Outcome;

  beforeAll(async () => {
    bench = await openBench({ scenario: await observedScenario(), mode: 'observe' });
    outcome = await bench.play();
  });
  afterAll(() => bench?.close());

  test('warms every cluster and finds it open, but approves nothing in Azure', async () => {
    expect(outcome.differences).toEqual([]);
    expect(bench.session.azure.world.upgrades).toEqual([]);
    const writes = [...bench.session.azure.requestLog.entries()].filter(([request]) =>
      /PATCH|PUT|DELETE/.test(request),
    );
    expect(writes).toEqual([]);
  });

  test('says which Fleet gate it would approve, and why', async () => {
    const { fleetGates } = await bench.statusOnce(
      'a gate that would be approved',
      (status) => status.fleetGates[0]?.action === 'would-approve',
    );
    expect(fleetGates).toEqual([
      {
        displayName: 'artifact-sync: stage canary',
        action: 'would-approve',
        reasons: [expect.stringContaining(version)],
      },
    ]);
  });

  test('pulled every manifest once, and left nothing half cached', async () => {
    const truth = await readSettledRegistries(bench.session.azure);
    expect(truth.tags.length).toBeGreaterThan(90);
    expect([...truth.pulls].filter(([, count]) => count > 1)).toEqual([]);
  });

  test('pulls nothing again when events and messages come once more, late and in any order', async () => {
    await bench.statusOnce('both versions of every cluster are open', ({ clusters }) => {
      const decisions = clusters.flatMap(({ targets }) => targets.map(({ decision }) => decision));
      return decisions.length === 6 && decisions.every((decision) => decision === 'open');
    });
    const before = readRegistryTruth(bench.session.azure);
    const seen = bench.log.length;
    for (const cluster of [...served, ...served]) {
      bench.session.azure.fire({ type: 'NewKubernetesVersionAvailable', cluster });
    }
    const messages = staleMessages(bench);
    for (const { queue, text } of [...messages].reverse().concat(messages)) await bench.enqueue(queue, text);
    const executed = (name: string): number =>
      bench.log.slice(seen).filter((line) => line.includes(` ${name} `) && line.includes('Executed (Succeeded')).length;
    await until('every duplicate was worked on', () => executed('warm-artifact') >= 2 * countOf(messages, 'warm'));
    await until('and planned', () => executed('plan-target') >= 2 * countOf(messages, 'plan') + served.length);
    await until('and judged', () => executed('evaluate-gate') >= 2 * countOf(messages, 'gate'));
    const after = readRegistryTruth(bench.session.azure);
    expect([after.pulls, after.imports]).toEqual([before.pulls, before.imports]);
    const { clusters, problems } = await bench.status();
    expect(clusters.flatMap(({ targets }) => targets.map(({ decision }) => decision))).toEqual([
      ...['open', 'open'],
      ...['open', 'open'],
      ...['open', 'open'],
    ]);
    expect(problems).toEqual([]);
  });
});

interface Message {
  readonly queue: 'plan' | 'warm' | 'gate';
  readonly text: string;
}

function countOf(messages: readonly Message[], queue: Message['queue']): number {
  return messages.filter((message) => message.queue === queue).length;
}

/** Messages as the run had them: the first two steps of every artifact of one registry, and a plan and a judgement of each cluster. */
function staleMessages({ session }: Bench): readonly Message[] {
  const { world, subscriptionId } = session.azure;
  const registry = `/subscriptions/${subscriptionId}/resourcegroups/rg-payments/providers/microsoft.containerregistry/registries/contosopayments`;
  const artifacts = [...world.registry('contosopayments').stored()].flatMap(([repository, { tags }]) =>
    [...tags.keys()].map((tag) => ({ registry, repository: repository.replace('aks-managed-repository/', ''), tag })),
  );
  const warm = artifacts.flatMap((artifact) => [0, 1].map((step) => ({ ...artifact, step })));
  const targets = served.map((name) => ({ clusterId: world.clusters.get(name)?.id, kubernetesVersion: version }));
  return [
    ...warm.map((task) => message('warm', task)),
    ...targets.map((target) => message('plan', { ...target, attempt: 0 })),
    ...targets.map((target) => message('gate', { kind: 'target', ...target })),
  ];
}

function message(queue: Message['queue'], task: object): Message {
  return { queue, text: JSON.stringify(task) };
}
