import type { GateDecision } from '../../../shared/gate/decision/decide.js';
import { passageOf } from '../../../shared/gate/passage.js';
import { makeLists, type PolicyFacts } from '../../../shared/gate/policy/policy-lists.js';
import { hashFacts } from '../../../shared/requirements/facts-hash.js';
import { clusterId, clusterOf, coredns, planOf, setOf, target } from '../../support/builders.js';

const cluster = clusterOf('one');
const open: GateDecision = { decision: 'open', missing: [], reasons: [], required: 1, cached: 1 };
const glass = { who: 'jo', reason: 'x', expiresAt: '2026-09-01T00:00:00.000Z' };
const same = { factsHash: hashFacts(cluster) };
const other = { factsHash: 'of another day' };

test.each<[string, GateDecision, { factsHash: string }, string, boolean | undefined]>([
  ['open on proof', open, same, 'open', undefined],
  ['open on the proofs of a plan that is out of date', open, other, 'not', true],
  ['held by grace', { ...open, held: 'grace' }, same, 'stay', undefined],
  ['held by grace, with a plan that is out of date', { ...open, held: 'grace' }, other, 'not', true],
  ['held by a running upgrade', { ...open, held: 'upgrade-running' }, same, 'stay', undefined],
  [
    'held by a running upgrade that changed the cluster',
    { ...open, held: 'upgrade-running' },
    other,
    'stay',
    undefined,
  ],
  ['opened by a person, whatever the plan', { ...open, breakGlass: glass }, other, 'open', undefined],
  ['closed', { ...open, decision: 'closed' }, same, 'not', false],
  ['unknown', { ...open, decision: 'unknown' }, other, 'not', false],
])('a gate that is %s', (_what, decision, plan, may, isOutdated) => {
  const planned = planOf(setOf(coredns), plan);
  const record = { clusterId: clusterId('one'), kubernetesVersion: target, requestedAt: planned.plannedAt, planned };
  expect(passageOf(cluster, target, { record, decision })).toMatchObject({
    may,
    ...(isOutdated === undefined ? {} : { isOutdated }),
  });
});

test('a gate that is only held open stays in the lists of the policy, and gets into none', () => {
  const id = clusterId('one').toLowerCase();
  const facts: PolicyFacts = { kind: 'guarded', running: ['1.34.7'], open: [], kept: [target] };
  const none = { guarded: [], allowed: [] };
  expect(makeLists(none, [id], () => facts).allowed).toEqual([`${id}|1.34.7`]);
  const listed = { guarded: [id], allowed: [`${clusterId('one')}|${target}`] };
  expect(makeLists(listed, [id], () => facts).allowed).toEqual([`${id}|1.34.7`, `${id}|${target}`]);
});
