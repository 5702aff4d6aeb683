import { parseScenario } from '../../../../local/azure/scenario-file.js';
import type { ScenarioInput } from '../../../../local/azure/scenario.js';
import { compare, settleSeconds } from '../../../../local/runner/expectations.js';
import { aMissing, aSnapshot, aStatus, aTarget } from './snapshots.js';

type Expectations = NonNullable<ScenarioInput['expect']>;

/** Only the `expect` part matters here; the rest is the least that a scenario wants. */
function expectations(expect: Expectations) {
  const pools = [{ name: 'system' }];
  const fleet = {
    name: 'fleet',
    resourceGroup: 'rg',
    members: [{ cluster: 'payments', group: 'one' }],
    updateRuns: [
      {
        name: 'run-1',
        kubernetesVersion: '1.35.7',
        stages: [{ name: 'one', beforeGates: [{ displayName: 'canary' }], groups: [{ name: 'one' }] }],
      },
    ],
  };
  const registry = { name: 'contoso', resourceGroup: 'rg', cacheRules: [{ target: '/*' }] };
  const cluster = { name: 'payments', resourceGroup: 'rg', kubernetesVersion: '1.34.10', upgrades: ['1.35.7'], pools };
  const clusters = [{ ...cluster, artifactSource: 'Cache', registry: 'contoso' }];
  return parseScenario({ name: 'x', registries: [registry], clusters, fleets: [fleet], expect }, 'test').expect;
}

const payments = { name: 'payments', kubernetesVersion: '1.34.10' };
const told = expectations({ gates: [{ displayName: 'canary', state: 'Pending', told: 'held by' }] });
const says = (...reasons: string[]) =>
  aStatus([], { fleetGates: [{ displayName: 'canary', action: 'approved', reasons }] });
const open = expectations({ clusters: [{ ...payments, targets: [{ version: '1.35.7', decision: 'open' }] }] });
const closed = expectations({
  clusters: [{ ...payments, targets: [{ version: '1.35.7', decision: 'closed', missing: ['a:1', 'b:1'] }] }],
});
const pending = expectations({
  updateRuns: [{ name: 'run-1', state: 'Pending' }],
  gates: [{ displayName: 'canary', state: 'Pending' }],
});
const shut = (...missing: string[]) => aStatus([aTarget({ decision: 'closed', missing: missing.map(aMissing) })]);

test.each([
  ['nothing when everything stands as declared', open, aSnapshot(), []],
  [
    'nothing when a gate is closed by exactly the declared artifacts',
    closed,
    aSnapshot({ status: shut('b:1', 'a:1') }),
    [],
  ],
  ['nothing when run and gate wait as declared', pending, aSnapshot(), []],
  [
    'the version of a cluster',
    open,
    aSnapshot({ clusters: [] }),
    ['cluster payments, Kubernetes version: 1.34.10 / unknown'],
  ],
  [
    'a cluster that the app has not seen',
    open,
    aSnapshot({ status: undefined }),
    [
      'cluster payments: network isolated / not seen by the app',
      'cluster payments, gate for 1.35.7: open / not planned',
    ],
  ],
  ['a decision', open, aSnapshot({ status: shut('a:1') }), ['cluster payments, gate for 1.35.7: open / closed']],
  [
    'a gate closed by too much',
    closed,
    aSnapshot({ status: shut('a:1', 'b:1', 'c:1') }),
    ['cluster payments, gate for 1.35.7, missing: a:1, b:1 / a:1, b:1, c:1'],
  ],
  ['nothing when a gate is told as declared', told, aSnapshot({ status: says('a', 'held by Azure') }), []],
  ['what is told of a gate', told, aSnapshot({ status: says('a') }), ['gate canary, what the app says: "held by" / a']],
  [
    'a run and a gate that went on',
    pending,
    aSnapshot({
      updateRuns: [{ name: 'run-1', kubernetesVersion: '1.35.7', state: 'Completed' }],
      gates: [{ displayName: 'canary', run: 'run-1', place: 'one', state: 'Completed' }],
    }),
    ['update run run-1: Pending / Completed', 'gate canary (one): Pending / Completed'],
  ],
])('a run differs from its scenario in %s', (_sentence, expected, snapshot, lines) => {
  const differences = compare(expected, snapshot);
  expect(differences.map(({ subject, expected: wanted, actual }) => `${subject}: ${wanted} / ${actual}`)).toEqual(
    lines,
  );
});

test('long lists of missing artifacts are shortened for people, but compared whole', () => {
  const names = ['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1'];
  const expected = expectations({
    clusters: [{ ...payments, targets: [{ version: '1.35.7', decision: 'closed', missing: names }] }],
  });
  expect(compare(expected, aSnapshot({ status: shut(...names) }))).toEqual([]);
  const [difference] = compare(expected, aSnapshot({ status: shut(...names.slice(0, 5), 'g:1') }));
  expect(difference?.actual).toBe('a:1, b:1, c:1, d:1, e:1 and 1 more');
});

test('an end that cannot be left counts at once, one that something stays shut only after a while', () => {
  expect([settleSeconds(open), settleSeconds(closed), settleSeconds(pending)]).toEqual([0, 3, 3]);
});
