import { decideTarget } from '../../../../shared/gate/decision/decide.js';
import type { Finding, Requirement } from '../../../../shared/model/artifact.js';
import { artifactName } from '../../../../shared/model/artifact.js';
import { coredns, now, pause, planOf, policy, provenState, requirement, setOf } from '../../../support/builders.js';

const baked: Requirement = { ...requirement(pause), baked: ['AKSUbuntu-2204/202607.02.0'] };
const finding: Finding = { code: 'windows-pool', subject: 'win', message: 'remove the pool', effect: 'unknown' };

function decide(
  artifacts: readonly Requirement[],
  findings: readonly Finding[],
  proven: readonly Requirement[],
  gate = policy,
) {
  const plan = planOf({ ...setOf(), artifacts, findings });
  const { clusterId, kubernetesVersion } = plan;
  const states = new Map(proven.map((artifact) => [artifactName(artifact), provenState(artifact)]));
  return decideTarget({ clusterId, kubernetesVersion, requestedAt: now, planned: plan }, states, now, gate, undefined);
}

test('a finding that makes the set uncertain keeps the gate unknown, and says why', () => {
  const needed = [requirement(coredns)];
  const decision = decide(needed, [finding], needed);
  expect(decision).toMatchObject({ decision: 'unknown', missing: [] });
  expect(decision.reasons).toEqual(['finding windows-pool: win: remove the pool']);
});

test('a finding for people only changes no decision', () => {
  const needed = [requirement(coredns)];
  expect(decide(needed, [{ ...finding, effect: 'none' }], needed).decision).toBe('open');
});

test('the gate waits for what node images carry, unless it is told not to', () => {
  const needed = [requirement(coredns), baked];
  expect(decide(needed, [], [requirement(coredns)])).toMatchObject({ decision: 'closed', required: 2, cached: 1 });
  const patient = { ...policy, baked: 'not-awaited' as const };
  expect(decide(needed, [], [requirement(coredns)], patient)).toMatchObject({
    decision: 'open',
    required: 1,
    cached: 1,
  });
});

test('whatever it is told, it waits for what no node image carries', () => {
  const patient = { ...policy, baked: 'not-awaited' as const };
  expect(decide([requirement(coredns), baked], [], [baked], patient)).toMatchObject({
    decision: 'closed',
    missing: [{ artifact: artifactName(coredns) }],
  });
});
