import { openBench, type Bench } from '../support/e2e/bench.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';

describe('a subscription with a policy assignment, in which one cluster does not get open', () => {
  let bench: Bench;
  afterAll(() => bench?.close());

  test('ends with lists that say so, and with everything else as people have set it', async () => {
    bench = await openBench({ scenario: await loadQuickScenario('policy') });
    const before = structuredClone(bench.session.azure.world.policyAssignment?.written);
    const { differences } = await bench.play();
    expect(differences).toEqual([]);
    const after = bench.session.azure.world.policyAssignment?.written as { properties: { parameters: object } };
    const {
      guardedClusters: _guarded,
      allowedVersions: _allowed,
      ...rest
    } = after.properties.parameters as Record<string, unknown>;
    expect({ ...after, properties: { ...after.properties, parameters: rest } }).toEqual(before);
  });
});
