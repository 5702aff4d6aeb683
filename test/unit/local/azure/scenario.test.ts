import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeScenarioFields } from '../../../../local/azure/scenario-fields.js';
import { loadScenario, parseScenario, ScenarioError } from '../../../../local/azure/scenario-file.js';
import { smallScenario } from './azure-client.js';

const root = join(__dirname, '../../../..');

test.each(['default', 'drift', 'fleet-held', 'never-caches', 'node-images', 'troubled'])(
  'the scenario %s can be played',
  async (name) => {
    const scenario = await loadScenario(join(root, `local/scenarios/${name}.json`));
    expect(scenario.name).toBe(name);
  },
);

const [cluster] = smallScenario.clusters;

function runOf(upgrade: object): object {
  const updateRuns = [{ name: 'run', stages: [{ name: 'canary', groups: [{ name: 'first' }] }], ...upgrade }];
  const members = [{ cluster: 'one', group: 'first' }];
  return { fleets: [{ name: 'fleet', resourceGroup: 'rg', members, updateRuns }] };
}

test.each([
  [
    'a version that is none',
    { clusters: [{ ...cluster, kubernetesVersion: '1.34' }] },
    'clusters[0].kubernetesVersion: must be',
  ],
  ['a field that is none', { clustres: [] }, 'Unrecognized key: "clustres"'],
  ['a share above 1', { faults: { armThrottledShare: 2 } }, 'faults.armThrottledShare: '],
  [
    'a registry that is none',
    { clusters: [{ ...cluster, registry: 'x' }], fleets: [] },
    'clusters[0].registry: there is no registry "x"',
  ],
  [
    'a Cache cluster without a registry',
    { clusters: [{ ...cluster, registry: undefined }], fleets: [] },
    'clusters[0].registry: a Cache cluster needs one',
  ],
  [
    'a component without a version',
    { clusters: [{ ...cluster, components: ['kured'] }], fleets: [] },
    'clusters[0].components[0]: componentVersions["1.34"] has no "kured"',
  ],
  ['a member that is none', { clusters: [cluster] }, 'fleets[0].members[1].cluster: there is no cluster "two"'],
  ['an artifact with a host', { mar: { add: ['mcr.microsoft.com:443/a:v1'] } }, 'mar.add[0]: must be repository:tag'],
  ['a Full upgrade to nowhere', runOf({}), 'updateRuns[0].kubernetesVersion: a Full upgrade needs one'],
  [
    'new node images of another version',
    runOf({ upgradeType: 'NodeImageOnly', kubernetesVersion: '1.35.7' }),
    'updateRuns[0].kubernetesVersion: a NodeImageOnly upgrade has none',
  ],
  [
    'an expected gate that is none',
    { expect: { gates: [{ displayName: 'x', state: 'Pending' }] } },
    'expect.gates[0].displayName: there is no gate "x"',
  ],
])('a scenario with %s is refused, naming the field', (_what, changes, message) => {
  expect(() => parseScenario({ ...smallScenario, ...changes }, 'file.json')).toThrow(message);
});

test('a scenario file that is missing or no JSON is refused', async () => {
  await expect(loadScenario('/no/such/file.json')).rejects.toThrow(ScenarioError);
  await expect(loadScenario(join(root, 'docs/scenarios.md'))).rejects.toThrow(/cannot be read: /);
});

test('docs/scenarios.md describes every field', () => {
  const page = readFileSync(join(root, 'docs/scenarios.md'), 'utf8');
  const fields = describeScenarioFields();
  expect(fields.length).toBeGreaterThan(60);
  const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const described = new Map(rows.map((cells) => [cells[1], cells.at(-2)]));
  expect(fields.filter(({ path, description }) => described.get(`\`${path}\``) !== description)).toEqual([]);
});
