import { resolve } from 'node:path';
import { loadScenario } from '../../../local/azure/scenario-file.js';
import type { Scenario } from '../../../local/azure/scenario.js';

/** A scenario of `local/scenarios`, with registries that import in a fraction of a second. */
export async function loadQuickScenario(
  name: 'broken-rule' | 'default' | 'drift' | 'never-caches' | 'policy' | 'troubled',
): Promise<Scenario> {
  const scenario = await loadScenario(resolve('local/scenarios', `${name}.json`));
  return {
    ...scenario,
    registries: scenario.registries.map((registry) => ({ ...registry, importSeconds: [0.2, 0.8] })),
  };
}

/** The default subscription while nothing happens in it: no event, no update run, nothing expected. */
export async function loadQuietScenario(): Promise<Scenario> {
  const scenario = await loadQuickScenario('default');
  const expect = { clusters: [], updateRuns: [], gates: [] };
  const fleets = scenario.fleets.map((fleet) => ({ ...fleet, updateRuns: [] }));
  return { ...scenario, name: 'quiet', fleets, events: [], expect };
}
