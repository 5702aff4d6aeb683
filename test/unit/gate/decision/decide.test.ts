import fc from 'fast-check';
import { artifactName } from '../../../../shared/model/artifact.js';
import { decideTarget } from '../../../../shared/gate/decision/decide.js';
import type { TargetRecord } from '../../../../shared/warming/ports.js';
import type { Outage } from '../../../../shared/warming/outage.js';
import type { ArtifactState, Phase, PlannedTarget } from '../../../../shared/warming/state.js';
import {
  before,
  clusterId,
  coredns,
  hours,
  minutes,
  now,
  pause,
  planOf,
  policy,
  provenState,
  setOf,
  stateOf,
  target,
} from '../../../support/builders.js';
import { indexOf } from '../../../support/status-input.js';

const recordOf = (changes: Partial<TargetRecord> = {}): TargetRecord => ({
  clusterId: clusterId(),
  kubernetesVersion: target,
  requestedAt: before(hours(1)),
  ...changes,
});

const planned = (plan: PlannedTarget = planOf()): TargetRecord => recordOf({ planned: plan });
const failure = (effect: 'plan-wrong' | 'plan-stays') => ({
  clusterId: clusterId(),
  kubernetesVersion: target,
  reason: 'ARM_FORBIDDEN: registry: 403',
  at: before(minutes(1)),
  effect,
});
const failed = stateOf(coredns, { phase: 'failed', reason: 'MANIFEST_UNKNOWN: gone' });
const unsure = {
  artifacts: setOf(coredns).artifacts,
  unresolved: [{ component: 'x', version: '1', reason: 'no source' }],
  findings: [],
};

test.each([
  ['opens when every digest is proven', planned(), [provenState()], 'open', []],
  [
    'stays closed while one artifact waits',
    planned(planOf(setOf(coredns, pause))),
    [provenState(), stateOf(pause, { phase: 'waiting', reason: '1 of 3' })],
    'closed',
    ['waiting: 1 of 3'],
  ],
  [
    'stays closed for an artifact without a record',
    planned(),
    [],
    'closed',
    ['not-started: no record of it in this registry yet'],
  ],
  [
    'stays closed for one that is to be requested',
    planned(),
    [stateOf()],
    'closed',
    ['planned: about to be requested'],
  ],
  ['stays closed for one that failed, and says why', planned(), [failed], 'closed', ['failed: MANIFEST_UNKNOWN: gone']],
  [
    'says why an aged proof could not be renewed',
    planned(),
    [
      provenState(coredns, {
        ...{ provenAt: before(hours(24) + 1), failureClass: 'auth', failures: 3 },
        reason: 'REGISTRY_FORBIDDEN: HEAD x: 403',
      }),
    ],
    'closed',
    [
      'proof-expired: last seen in the registry at 2026-08-31T07:59:59.999Z; looked for since in vain: REGISTRY_FORBIDDEN: HEAD x: 403',
    ],
  ],
  ['trusts a proof of a day', planned(), [provenState(coredns, { provenAt: before(hours(24)) })], 'open', []],
  [
    'does not trust a proof older than a day',
    planned(),
    [provenState(coredns, { provenAt: before(hours(24) + 1) })],
    'closed',
    ['proof-expired: last seen in the registry at 2026-08-31T07:59:59.999Z'],
  ],
  [
    'does not trust a proof of tomorrow',
    planned(),
    [provenState(coredns, { provenAt: before(-hours(1)) })],
    'closed',
    ['proof-expired: its proof is dated in the future, 2026-09-01T09:00:00.000Z: check the clocks'],
  ],
  [
    'does not trust a proof without a time',
    planned(),
    [withoutProof(provenState())],
    'closed',
    ['proof-expired: last seen in the registry at an unknown time'],
  ],
] as const)('the gate %s', (_sentence, record, states, decision, missing) => {
  const result = decideTarget(record, indexOf(...states), now, policy, undefined);
  expect(result.decision).toBe(decision);
  expect(result.missing.map(({ state, reason }) => `${state}: ${reason}`)).toEqual(missing);
});

test.each([
  ['a version that nobody asked for', undefined, 'never planned for this cluster: ask for it'],
  ['a target that is not planned yet', recordOf(), 'planning has not finished yet'],
  ['a target that could not be planned', recordOf({ failure: failure('plan-stays') }), 'ARM_FORBIDDEN: registry: 403'],
  ['an empty set', planned(planOf(setOf())), 'the requirement set is empty'],
  ['a set with an unknown', planned(planOf(unsure)), 'unresolved: x 1: no source'],
  [
    'a plan of yesterday',
    planned(planOf(undefined, { plannedAt: before(hours(24) + 1) })),
    'the plan is 24 h old and could not be renewed',
  ],
  [
    'a plan of yesterday whose renewal fails',
    { ...planned(planOf(undefined, { plannedAt: before(hours(30)) })), failure: failure('plan-stays') },
    'could not be renewed: ARM_FORBIDDEN',
  ],
  ['a plan of tomorrow', planned(planOf(undefined, { plannedAt: before(-hours(1)) })), 'dated in the future'],
  [
    'a plan that does not hold any more',
    { ...planned(), failure: failure('plan-wrong') },
    'ARM_FORBIDDEN: registry: 403',
  ],
])('the gate knows nothing from %s', (_sentence, record, reason) => {
  const result = decideTarget(record, indexOf(provenState()), now, policy, undefined);
  expect(result.decision).toBe('unknown');
  expect(result.reasons.join()).toContain(reason);
});

test('a plan whose renewal has just failed still holds', () => {
  const record = { ...planned(), failure: failure('plan-stays') };
  expect(decideTarget(record, indexOf(provenState()), now, policy, undefined).decision).toBe('open');
});

const outageSince = (minutesAgo: number, lastMinutesAgo = 0): Outage => ({
  ...{ since: before(minutes(minutesAgo)), lastProbe: before(minutes(lastMinutesAgo)) },
  ...{ code: 'REGISTRY_FORBIDDEN', reason: 'REGISTRY_FORBIDDEN: GET x: 403' },
});
const waits = stateOf(coredns, { phase: 'waiting' });

test.each([
  ['that was never missed', provenState(), undefined, 'open'],
  ['that was missed for a moment', provenState(), outageSince(4), 'open'],
  ['that cannot be reached for five minutes', provenState(), outageSince(5), 'unknown'],
  ['that nobody could reach, and nobody has tried since', provenState(), outageSince(300, 121), 'unknown'],
  ['that was not reached before the oldest proof there may be', provenState(), outageSince(1500, 1441), 'open'],
  ['that cannot be reached, with something on its way', waits, outageSince(60, 1), 'unknown'],
  ['that was missed for a moment, with something on its way', waits, outageSince(4), 'closed'],
])('the gate of a registry %s: %#', (_sentence, state, outage, decision) => {
  const gate = decideTarget(planned(), indexOf(state), now, policy, outage);
  expect(gate.decision).toBe(decision);
  expect(gate.missing).toHaveLength(state.phase === 'proven' ? 0 : 1);
  const told = gate.reasons.filter((reason) => reason.startsWith('registry unreachable: acr.azurecr.io'));
  expect(told).toHaveLength(decision === 'unknown' ? 1 : 0);
});

test('of several doubts the registry that cannot be reached is told first', () => {
  const { reasons } = decideTarget(planned(planOf(unsure)), indexOf(), now, policy, outageSince(60));
  expect(reasons.map((reason) => reason.slice(0, 10))).toEqual(['registry u', 'unresolved']);
  expect(reasons[0]).toContain('(REGISTRY_FORBIDDEN: GET x: 403). Grant the identity of the app AcrPull');
});

test('an unknown gate tells what is missing all the same', () => {
  expect(decideTarget(planned(planOf(unsure)), indexOf(), now, policy, undefined)).toMatchObject({
    required: 1,
    cached: 0,
    missing: [{ state: 'not-started' }],
  });
});

test('a proof of manifests alone does not open a gate that wants deep proofs, and does where manifests will do', () => {
  const shallow = indexOf(provenState(coredns, { proof: 'manifests' }));
  expect(decideTarget(planned(), shallow, now, policy, undefined)).toMatchObject({
    decision: 'closed',
    missing: [{ state: 'proof-expired', reason: expect.stringContaining('configs and layers') as string }],
  });
  expect(decideTarget(planned(), shallow, now, { ...policy, proofLevel: 'manifests' }, undefined).decision).toBe(
    'open',
  );
});

test('whatever the facts are, the gate opens only on a fresh proof of each artifact, and says why it does not', () => {
  const artifact = fc.constantFrom(coredns, pause);
  const state: fc.Arbitrary<ArtifactState> = fc
    .tuple(artifact, fc.constantFrom<Phase>('planned', 'waiting', 'proven', 'failed'), fc.integer({ min: -2, max: 40 }))
    .map(([one, phase, age]) =>
      stateOf(one, { phase, ...(phase === 'proven' ? { proof: 'deep', provenAt: before(hours(age)) } : {}) }),
    );
  const facts = fc.tuple(
    fc.subarray([coredns, pause]),
    fc.array(state),
    fc.integer({ min: -2, max: 40 }),
    fc.boolean(),
    fc.option(fc.tuple(fc.nat(2000), fc.nat(400)), { nil: undefined }),
  );
  fc.assert(
    fc.property(facts, ([required, states, planAge, isWrong, lost]) => {
      const plan = planOf(setOf(...required), { plannedAt: before(hours(planAge)) });
      const record = { ...planned(plan), ...(isWrong ? { failure: failure('plan-wrong') } : {}) };
      const known = indexOf(...states);
      const outage = lost && outageSince(lost[0] + lost[1], lost[0]);
      const result = decideTarget(record, known, now, policy, outage);
      const isLost = lost !== undefined && lost[0] <= 24 * 60 && lost[1] >= 5;
      const proven = required.every((one) => isFresh(known.get(artifactName(one))));
      const sound = required.length > 0 && planAge >= 0 && planAge <= 24 && !isWrong && !isLost;
      expect(result.decision === 'open').toBe(proven && sound);
      expect(result.decision === 'unknown').toBe(!sound);
      expect(result.reasons.length === 0).toBe(result.decision === 'open');
      expect(result.cached + result.missing.length).toBe(result.required);
    }),
  );
});

function isFresh(state: ArtifactState | undefined): boolean {
  const age = now.getTime() - (state?.provenAt?.getTime() ?? 0);
  return state?.phase === 'proven' && age >= 0 && age <= hours(24);
}

function withoutProof({ provenAt: _provenAt, ...rest }: ArtifactState): ArtifactState {
  return rest;
}
