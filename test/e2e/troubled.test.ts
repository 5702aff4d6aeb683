import type { Outcome } from '../../local/runner/play.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { deployApp, type DeployedApp } from '../support/e2e/deployed-app.js';
import { pulledByNodes, readSettledRegistries } from '../support/e2e/registry-truth.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';

describe('a subscription on a bad day', () => {
  let app: DeployedApp;
  let bench: Bench;
  let outcome: Outcome;

  beforeAll(async () => {
    app = await deployApp({ packages: 'all', visibilityTimeoutSeconds: 4 });
    const scenario = await loadQuickScenario('troubled');
    // With a tenth of ARM's answers, as in the scenario, plans take turns in failing for two minutes.
    const faults = { ...scenario.faults, armThrottledShare: 0.05 };
    bench = await openBench({
      scenario: { ...scenario, faults },
      appFolder: app.folder,
      azureOptions: { pulledByNodes },
    });
    outcome = await bench.play();
  });
  afterAll(async () => {
    await bench?.close();
    await app?.remove();
  });

  test('ends with everything open and the Fleet run past its gates all the same', () => {
    expect(outcome.differences).toEqual([]);
    expect(outcome.snapshot.status?.problems).toEqual([]);
  });

  test('upgraded no cluster before its registry held what the nodes pull', () => {
    expect(outcome.snapshot.upgrades).toHaveLength(3);
    expect(outcome.snapshot.upgrades.flatMap(({ missing }) => missing)).toEqual([]);
  });

  test('and left nothing half cached', async () => {
    const { tags } = await readSettledRegistries(bench.session.azure);
    expect(tags.length).toBeGreaterThan(90);
  });

  test.each(['429', '424', '502'])('although registries answered %s', (status) => {
    const requests = bench.session.azure.requestLog.entries();
    expect([...requests.keys()].filter((key) => key.startsWith('acr') && key.endsWith(status))).not.toEqual([]);
  });

  test('although Resource Manager throttled', () => {
    const requests = bench.session.azure.requestLog.entries();
    expect([...requests.keys()].filter((key) => key.startsWith('arm') && key.endsWith('429'))).not.toEqual([]);
  });

  test('although the event of an isolated cluster was lost: the reconcile timer found the new version by itself', () => {
    const { eventGrid } = bench.session.azure.world;
    const announced = eventGrid.deliveries
      .filter(({ subscription }) => subscription === 'kubernetes-version-available')
      .map(({ event }) => event.subject);
    const lost = ['payments', 'shop', 'data'].filter((name) => !announced.includes(name));
    expect(lost).not.toEqual([]);
    expect(lost).not.toHaveLength(3);
    const upgraded = outcome.snapshot.upgrades.map(({ cluster }) => cluster);
    expect(upgraded).toEqual(expect.arrayContaining(lost));
  });

  test('although events came twice', () => {
    const ids = bench.session.azure.world.eventGrid.deliveries
      .filter(({ status }) => status === 202)
      .map(({ event }) => event.id);
    expect(new Set(ids).size).toBeLessThan(ids.length);
  });

  test('and no event ended as a dead letter', () => {
    expect(bench.session.azure.world.eventGrid.deadLetters).toEqual([]);
  });
});
