import type { Outcome } from '../../local/runner/play.js';
import { Storage } from '../../shared/azure/storage.js';
import { TableArtifactStates } from '../../shared/azure/table-artifact-states.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import {
  pulledByNodes,
  readRegistryTruth,
  readSettledRegistries,
  type RegistryTruth,
} from '../support/e2e/registry-truth.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

/** Every answer takes a while, so that there is a middle of warming to hit. */
const latencySeconds: [number, number] = [0.02, 0.06];
/** How long a message that a dead host had in hand stays out of sight: for the test not to take so long as Azure does. */
const lock = (seconds: number) => ({ HOST_QUEUE_LOCK_SECONDS: String(seconds) });

describe('a host that is killed in the middle of warming and started again', () => {
  let bench: Bench;
  let atDeath: RegistryTruth;
  let atEnd: RegistryTruth;
  let proven: ReadonlySet<string>;
  let outcome: Outcome;

  beforeAll(async () => {
    const scenario = await loadQuickScenario('default');
    bench = await openBench({
      scenario: { ...scenario, faults: { ...scenario.faults, latencySeconds } },
      azureOptions: { pulledByNodes },
      env: lock(10),
    });
    const played = bench.play('is-expected');
    await until('some artifacts are proven', async () => (await readProven(bench)).size > 5);
    await bench.session.host.kill('SIGKILL');
    [atDeath, proven] = [readRegistryTruth(bench.session.azure), await readProven(bench)];
    // As in Azure: a host that is busy loses none of its messages.
    await bench.session.restartHost(lock(600));
    outcome = await played;
    atEnd = await readSettledRegistries(bench.session.azure);
  });
  afterAll(() => bench?.close());

  test('was hit while it worked: some artifacts were proven, others not', () => {
    expect(proven.size).toBeGreaterThan(5);
    expect(proven.size).toBeLessThan(atEnd.tags.length - 20);
  });

  test('ends with everything open and the Fleet run past its gates', () => {
    expect(outcome.differences).toEqual([]);
    expect(outcome.snapshot.status?.problems).toEqual([]);
  });

  test('upgraded no cluster before its registry held what the nodes pull', () => {
    expect(outcome.snapshot.upgrades).toHaveLength(3);
    expect(outcome.snapshot.upgrades.flatMap(({ missing }) => missing)).toEqual([]);
  });

  test('pulled nothing again that was proven when it died, and imported no manifest twice', () => {
    const grown = [...atEnd.pulls].filter(([manifest, count]) => count > (atDeath.pulls.get(manifest) ?? 0));
    const byNodes = pulledByNodes().map(({ repository }) => `/${repository}@`);
    const byApp = grown.filter(([manifest]) => !byNodes.some((part) => manifest.includes(part)));
    const again = byApp.filter(([manifest]) => atEnd.tagsOfManifest.get(manifest)?.every((tag) => proven.has(tag)));
    expect(again).toEqual([]);
    expect([...atEnd.imports].filter(([, count]) => count > 1)).toEqual([]);
  });
});

/** As the app itself has recorded, by `registry/repository:tag`. */
async function readProven({ session }: Bench): Promise<ReadonlySet<string>> {
  const { world, subscriptionId, scenario } = session.azure;
  const { connectionString } = session.storage;
  const storage = new Storage({ kind: 'connection-string', connectionString }, () => {
    throw new Error('a connection string needs no credential');
  });
  const states = new TableArtifactStates(storage.table('syncArtifacts'));
  const names = scenario.registries.map(async ({ name, resourceGroup }) => {
    const group = `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup.toLowerCase()}`;
    const listed = await states.list(`${group}/providers/microsoft.containerregistry/registries/${name}`);
    const proven = [...listed.values()].filter(({ state }) => state.phase === 'proven');
    const stored = [...world.registry(name).stored().keys()];
    return proven.flatMap(({ state: { repository, tag } }) =>
      stored.filter((target) => target.endsWith(repository)).map((target) => `${name}/${target}:${tag}`),
    );
  });
  return new Set((await Promise.all(names)).flat());
}
