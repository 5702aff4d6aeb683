import permissions from '../../infra/permissions.json';
import type { Scenario } from '../../local/azure/scenario.js';
import { grantedActions } from '../support/infra/snapshots.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';

jest.setTimeout(120_000);

/** The default subscription, of which one registry has no cache rule: what its cluster needs is imported. */
async function scenarioWithImports(): Promise<Scenario> {
  const scenario = await loadQuickScenario('default');
  const [first, ...others] = scenario.registries;
  if (!first) throw new Error('the scenario has no registry');
  return { ...scenario, registries: [{ ...first, cacheRules: [] }, ...others] };
}

describe('a private app, whose events come by queue', () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await openBench({ scenario: await scenarioWithImports(), eventDelivery: 'queue' });
    await bench.play();
  });
  afterAll(() => bench?.close());

  test('ends as declared: the same events through the same parser', async () => {
    const ended = await bench.statusOnce('open gates', ({ clusters }) =>
      clusters.every(({ targets }) => targets.every(({ decision }) => decision === 'open')),
    );
    expect(ended.clusters.length).toBeGreaterThan(0);
    expect(bench.session.azure.world.gates.map(({ state }) => state)).toEqual(['Completed', 'Completed']);
    expect(bench.log.some((line) => line.includes('event-received'))).toBe(true);
    expect(bench.log.some((line) => line.includes('will judge'))).toBe(true);
  });

  test('calls nothing in Azure that its roles do not grant, and is granted nothing that it does not call', () => {
    const called = [...bench.session.azure.requestLog.armActions].sort();
    const granted = [...new Set(grantedActions('private-production'))].sort();
    expect({ missing: called.filter((one) => !granted.includes(one)) }).toEqual({ missing: [] });
    expect({ spare: granted.filter((one) => !called.includes(one)) }).toEqual({ spare: [] });
    expect(granted).toEqual(permissions.map(({ action }) => action.toLowerCase()).sort());
  });

  test('writes the line that alerts read', () => {
    expect(bench.log.some((line) => /health: \{"clusters":4,/.test(line))).toBe(true);
  });
});
