import fc from 'fast-check';
import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { compareDrift, keepEscapes, namespacesOf, type DriftContext } from '../../../shared/drift/compare-drift.js';
import { pullName } from '../../../shared/drift/name-pulls.js';
import type { PulledArtifact } from '../../../shared/drift/report.js';
import { artifactName } from '../../../shared/model/artifact.js';
import { before, coredns, hours, now, pause } from '../../support/builders.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const agent = { repository: 'oss/v2/azure/agent', tag: 'v1' };
const workload = { repository: 'dotnet/aspnet', tag: '9.0' };

function pulled(artifact: { repository: string; tag: string }, changes: Partial<PulledArtifact> = {}): PulledArtifact {
  return { ...artifact, at: now, evidence: 'log', ...changes };
}

function context(changes: Partial<DriftContext> = {}): DriftContext {
  const none = new Set<string>();
  return {
    otherPlans: none,
    warmed: none,
    runsSince: before(hours(1)),
    namespaces: new Set(['oss']),
    log: 'read',
    ...changes,
  };
}

const namesOf = (pulls: readonly PulledArtifact[]) => pulls.map(pullName);

test('what was pulled and predicted is neither escaped nor idle', () => {
  expect(compareDrift([coredns], [pulled(coredns)], context())).toEqual({
    predicted: 1,
    pulled: 1,
    escaped: [],
    foreign: [],
    idle: [],
  });
});

test('what was pulled and not predicted has escaped, what was predicted and not pulled is idle', () => {
  const drift = compareDrift([coredns, pause], [pulled(agent), pulled(coredns)], context());
  expect(namesOf(drift.escaped)).toEqual([artifactName(agent)]);
  expect([drift.predicted, drift.pulled, drift.idle]).toEqual([2, 1, [pause]]);
});

test.each([
  ['in a namespace of AKS has escaped', agent, {}, {}, 1, 0],
  ['elsewhere in MAR is foreign', workload, {}, {}, 0, 1],
  ['for another version of the cluster is explained', agent, {}, { otherPlans: new Set([artifactName(agent)]) }, 0, 0],
  [
    'and warmed, as the inventory says, is explained',
    agent,
    { evidence: 'inventory' as const },
    { warmed: new Set([artifactName(agent)]) },
    0,
    0,
  ],
  ['and only held has escaped', agent, { evidence: 'inventory' as const }, {}, 1, 0],
  [
    'and warmed has escaped when nodes of this version pulled it',
    agent,
    {},
    { warmed: new Set([artifactName(agent)]) },
    1,
    0,
  ],
  [
    'and warmed is explained while nodes of the version before may have pulled it',
    agent,
    { at: before(hours(2)) },
    { warmed: new Set([artifactName(agent)]) },
    0,
    0,
  ],
])('an unpredicted pull %s', (_sentence, artifact, pull, change, escaped, foreign) => {
  const drift = compareDrift([], [pulled(artifact, pull)], context(change));
  expect([drift.escaped.length, drift.foreign.length]).toEqual([escaped, foreign]);
});

test('a pull that is known by its digest alone is named by it', () => {
  const digest = digestOf('calico');
  const { escaped } = compareDrift(
    [],
    [{ repository: 'oss/calico/node', digest, at: now, evidence: 'log' }],
    context(),
  );
  expect(namesOf(escaped)).toEqual([`oss/calico/node@${digest}`]);
});

test('without a log nobody knows what is idle', () => {
  const drift = compareDrift([coredns], [pulled(agent, { evidence: 'inventory' })], context({ log: 'absent' }));
  expect(drift).not.toHaveProperty('idle');
  expect(drift).not.toHaveProperty('pulled');
  expect(drift.escaped).toHaveLength(1);
});

test('an escape stays one after the plan has learnt of it', () => {
  const first = compareDrift([], [pulled(agent)], context());
  const later = compareDrift([agent], [pulled(agent)], context());
  expect(later.escaped).toEqual([]);
  expect(keepEscapes(first.escaped, later, [pulled(agent)]).escaped).toEqual(first.escaped);
});

test('a log that comes after the inventory tells of an escape all the same, and an inventory never replaces it', () => {
  const held = pulled(agent, { evidence: 'inventory' });
  const learnt = compareDrift([agent], [pulled(agent)], context());
  expect(keepEscapes([held], learnt, [pulled(agent)]).escaped).toEqual([pulled(agent)]);
  expect(keepEscapes([pulled(agent)], compareDrift([], [held], context()), [held]).escaped).toEqual([pulled(agent)]);
});

const artifact = fc.record({
  repository: fc.constantFrom('oss/a', 'oss/b', 'other/c'),
  tag: fc.constantFrom('v1', 'v2', 'v3'),
});

test('every pull and every prediction is told of once, in any order', () => {
  fc.assert(
    fc.property(fc.array(artifact), fc.array(artifact), (predicted, pulls) => {
      const unique = [...new Map(pulls.map((one) => [artifactName(one), pulled(one)])).values()];
      const drift = compareDrift(predicted, unique, context());
      const names = new Set(predicted.map(artifactName));
      const unexpected = unique.filter((pull) => !names.has(pullName(pull)));
      expect(drift.escaped.length + drift.foreign.length).toBe(unexpected.length);
      expect((drift.pulled ?? 0) + (drift.idle?.length ?? 0)).toBe(names.size);
      expect(compareDrift([...predicted].reverse(), [...unique].reverse(), context())).toEqual(drift);
    }),
  );
});

test('the namespaces of AKS are those of the catalogue', () => {
  const namespaces = namespacesOf(loadCatalog());
  expect([...namespaces]).toEqual(expect.arrayContaining(['oss', 'aks', 'containernetworking']));
  expect(namespaces.has('dotnet')).toBe(false);
});
