import type { Outcome } from '../../local/runner/play.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { deployApp, type DeployedApp } from '../support/e2e/deployed-app.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

describe('clusters that AKS upgrades by itself', () => {
  let app: DeployedApp;
  let bench: Bench;
  let outcome: Outcome;
  /** Answered requests that changed a maintenance configuration. */
  const writes = (): number => {
    const requests = bench.session.azure.requestLog.entries();
    const changes = [...requests].filter(([key]) => /maintenanceconfigurations (PUT|DELETE) 20/.test(key));
    return changes.reduce((sum, [, count]) => sum + count, 0);
  };

  beforeAll(async () => {
    app = await deployApp({ packages: 'all' });
    bench = await openBench({ scenario: await loadQuickScenario('maintenance'), appFolder: app.folder });
    // AKS upgrades so many seconds after the play begins, held or not.
    await until('all that is to be held is held', () => writes() >= 3);
    outcome = await bench.play();
  });
  afterAll(async () => {
    await bench?.close();
    await app?.remove();
  });

  test('are held, and released when their cache is complete, as the scenario declares', () => {
    expect(outcome.differences).toEqual([]);
    expect(outcome.snapshot.status?.problems).toEqual([]);
  });

  test('begin no upgrade while anything is missing', () => {
    expect(outcome.snapshot.upgrades).toMatchObject([
      { cluster: 'payments', kubernetesVersion: '1.35.7', missing: [] },
    ]);
  });

  test('keep the schedule and the entries of their owners', () => {
    const { clusters } = bench.session.azure.world;
    const declared = bench.session.azure.scenario.clusters.find(({ name }) => name === 'payments');
    const [own] = declared?.maintenanceConfigurations ?? [];
    const window = { ...(own?.properties['maintenanceWindow'] as object) };
    const now = clusters.get('payments')?.maintenance.find('aksManagedAutoUpgradeSchedule')?.properties;
    expect(now).toEqual({ maintenanceWindow: { ...window, startDate: expect.any(String) as string } });
  });

  test('cost one write to hold and one to release, and none where there is nothing to hold', () => {
    // Auto-upgrade and node OS of one cluster, auto-upgrade of the other; two of the three are released.
    expect(writes()).toBe(5);
  });
});
