import { decideTarget } from '../../../../shared/gate/decision/decide.js';
import type { Confidence, Requirement } from '../../../../shared/model/artifact.js';
import { artifactName } from '../../../../shared/model/artifact.js';
import { coredns, now, planOf, policy, provenState, requirement, setOf } from '../../../support/builders.js';

function decide(minConfidence: Confidence, ...confidences: readonly Confidence[]) {
  const because = confidences.map((confidence) => ({ ...requirement().because[0]!, confidence }));
  const artifacts: readonly Requirement[] = [{ ...requirement(coredns), because }];
  const planned = planOf({ ...setOf(), artifacts });
  const { clusterId, kubernetesVersion, plannedAt } = planned;
  const states = new Map([[artifactName(coredns), provenState(coredns)]]);
  const record = { clusterId, kubernetesVersion, requestedAt: plannedAt, planned };
  return decideTarget(record, states, now, { ...policy, minConfidence }, undefined);
}

test.each([
  ['low', ['low'], 'open'],
  ['probed', ['low'], 'unknown'],
  ['probed', ['probed'], 'open'],
  ['medium', ['probed'], 'unknown'],
  ['medium', ['probed', 'medium'], 'open'],
  ['high', ['medium'], 'unknown'],
  ['high', ['low', 'high'], 'open'],
] as const)('a gate that demands %s, of an artifact known as %s: %s', (demanded, known, decision) => {
  expect(decide(demanded, ...known).decision).toBe(decision);
});

test('it names the artifact, its source and what would raise it', () => {
  expect(decide('high', 'probed').reasons).toEqual([
    'unsure: oss/v2/kubernetes/coredns:v1.13.1-6 is known with confidence probed (coredns by component-insights), the gate demands high: ' +
      'a better source or an override that names it raises it, GATE_MIN_CONFIDENCE=probed accepts it',
  ]);
});

test('it names ten and counts the others', () => {
  const because = [{ ...requirement().because[0]!, confidence: 'low' as const }];
  const artifacts = Array.from({ length: 12 }, (_unused, index) => ({
    ...requirement({ ...coredns, tag: `v${index}` }),
    because,
  }));
  const planned = planOf({ ...setOf(), artifacts });
  const { clusterId, kubernetesVersion, plannedAt } = planned;
  const record = { clusterId, kubernetesVersion, requestedAt: plannedAt, planned };
  const { reasons } = decideTarget(record, new Map(), now, policy, undefined);
  expect(reasons).toHaveLength(11);
  expect(reasons.at(-1)).toBe('unsure: 2 more artifacts below confidence probed');
});
