import fc from 'fast-check';
import { decideTarget, type GateDecision } from '../../../../shared/gate/decision/decide.js';
import { withHysteresis, type Standing } from '../../../../shared/gate/decision/hysteresis.js';
import { isProvenOpen, reconsider, type Circumstances } from '../../../../shared/gate/decision/reconsider.js';
import type { ArtifactState } from '../../../../shared/warming/state.js';
import {
  before,
  coredns,
  hours,
  minutes,
  now,
  planOf,
  policy,
  provenState,
  stateOf,
  target,
} from '../../../support/builders.js';
import { indexOf, seenOf } from '../../../support/status-input.js';

const missing = [{ artifact: 'a:1', state: 'proof-expired', reason: 'old' }] as const;
const decided = (decision: GateDecision['decision']): GateDecision =>
  decision === 'open'
    ? { decision, missing: [], reasons: [], required: 1, cached: 1 }
    : { decision, missing, reasons: ['1 of 1 artifacts are not proven'], required: 1, cached: 0 };
const running = before(minutes(7));

test.each<[GateDecision['decision'], Standing['was'], Date | undefined, Standing['aged'], string]>([
  ['open', undefined, undefined, 'no', 'open'],
  ['open', 'closed', running, 'no', 'open'],
  ['closed', 'open', undefined, 'no', 'closed'],
  ['unknown', 'open', undefined, 'no', 'unknown'],
  ['closed', 'open', running, 'no', 'open, held: upgrade-running'],
  ['unknown', 'open', running, 'no', 'open, held: upgrade-running'],
  ['closed', 'open', undefined, 'within-grace', 'open, held: grace'],
  ['closed', 'open', running, 'within-grace', 'open, held: upgrade-running'],
  ['unknown', 'open', undefined, 'within-grace', 'unknown'],
  ['closed', 'closed', running, 'within-grace', 'closed'],
  ['closed', 'unknown', running, 'no', 'closed'],
  ['closed', undefined, running, 'within-grace', 'closed'],
])(
  'proofs say %s, recorded before %s, upgrading since %s, aged %s: %s',
  (proofs, was, upgradingSince, aged, expected) => {
    const gate = withHysteresis(decided(proofs), { was, upgradingSince, aged });
    expect([gate.decision, ...(gate.held ? [`held: ${gate.held}`] : [])].join(', ')).toBe(expected);
    const tells = gate.reasons.some((reason) => reason.startsWith('upgradeRunning:'));
    expect(tells).toBe(upgradingSince !== undefined && proofs !== 'open');
    expect(gate.missing).toEqual(decided(proofs).missing);
  },
);

const plan = planOf();
const forgiving = { ...policy, graceMs: minutes(10) };
const aged = (ms: number, changes: Partial<ArtifactState> = {}) =>
  provenState(coredns, { provenAt: before(hours(24) + ms), dueAt: before(minutes(1)), ...changes });

function judge(state: ArtifactState, known: Partial<Circumstances> = {}, by = forgiving): GateDecision {
  const record = { ...plan, requestedAt: now, planned: plan };
  const states = indexOf(state);
  const circumstances = { version: target, record, states, judged: { decision: 'open' as const }, outage: undefined };
  return reconsider(
    decideTarget(record, states, now, by, undefined),
    { ...circumstances, seen: undefined, glass: undefined, ...known },
    now,
    by,
  );
}

test.each<[string, ArtifactState, string | undefined]>([
  ['has just become too old, and is being renewed', aged(1), 'grace'],
  ['is too old by the whole grace', aged(minutes(10)), 'grace'],
  ['is too old by more than that', aged(minutes(10) + 1), undefined],
  ['is too old, and nobody looks at it again', aged(1, { dueAt: before(hours(25)) }), undefined],
  [
    'is of the digest before the tag moved',
    stateOf(coredns, { phase: 'planned', provenAt: before(minutes(1)) }),
    undefined,
  ],
  ['went missing from the registry', stateOf(coredns, { phase: 'waiting' }), undefined],
  ['covers manifests alone', aged(-minutes(1), { proof: 'manifests' }), undefined],
  ['is dated in the future', provenState(coredns, { provenAt: new Date(now.getTime() + hours(1)) }), undefined],
])('grace for a proof that %s: held %#', (_sentence, state, held) => {
  const gate = judge(state);
  expect([gate.decision, gate.held]).toEqual(held === undefined ? ['closed', undefined] : ['open', held]);
  expect(judge(state, {}, policy).decision).toBe('closed');
  expect(judge(state, { judged: { decision: 'closed' } }).decision).toBe('closed');
});

const upgradeTo = (to: string, since = running, seenAt = now) =>
  seenOf('one', { upgrade: { to: [to], since }, seenAt });

test.each<[string, Circumstances['seen'], boolean]>([
  ['to this version', upgradeTo('1.35.7'), true],
  ['to the newest patch of its minor', upgradeTo('1.35'), true],
  ['to another version', upgradeTo('1.35.70'), false],
  ['that nobody has looked at for hours', upgradeTo('1.35.7', before(hours(5)), before(hours(3))), false],
  ['that is stuck for more than a day', upgradeTo('1.35.7', before(hours(25))), false],
])('an upgrade %s holds an open gate: %s', (_sentence, seen, holds) => {
  expect(judge(stateOf(), { seen }).held).toBe(holds ? 'upgrade-running' : undefined);
});

const glass = {
  ...{ clusterId: plan.clusterId, kubernetesVersion: target, reason: 'CVE', who: 'kim' },
  ...{ at: before(hours(1)), expiresAt: new Date(now.getTime() + 1) },
};

test('a broken glass opens what proofs keep shut, names who and why, and still lists what is missing', () => {
  const gate = judge(stateOf(), { glass, judged: undefined });
  expect(gate).toMatchObject({ decision: 'open', breakGlass: { who: 'kim', reason: 'CVE' } });
  expect(gate.missing).toHaveLength(1);
  expect(gate.reasons[0]).toContain('break glass: kim opened this gate until 2026-09-01T08:00:00.001Z: CVE');
  expect(isProvenOpen(gate)).toBe(false);
});

test.each([
  ['a running upgrade', stateOf(), upgradeTo('1.35.7')],
  ['grace', aged(1), undefined],
])('a broken glass opens what is only held open by %s: that alone would open nothing', (_what, state, seen) => {
  expect(judge(state, { seen }).held).toBeDefined();
  const gate = judge(state, { seen, glass });
  expect(gate).toMatchObject({ decision: 'open', breakGlass: { who: 'kim' } });
  expect(gate.held).toBeUndefined();
});

test.each([
  ['has expired', { ...glass, expiresAt: now }],
  [
    'is dated in the future',
    { ...glass, at: new Date(now.getTime() + hours(1)), expiresAt: new Date(now.getTime() + hours(2)) },
  ],
])('a glass that %s opens nothing', (_sentence, broken) => {
  expect(judge(stateOf(), { glass: broken, judged: undefined }).decision).toBe('closed');
});

test('nothing opens that was neither proven, nor open before, nor overruled by a person', () => {
  const decision = fc.constantFrom('open' as const, 'closed' as const, 'unknown' as const);
  const circumstances = fc.record({
    was: fc.option(decision, { nil: undefined }),
    upgradingSince: fc.constantFrom(undefined, running),
    aged: fc.constantFrom('no' as const, 'within-grace' as const),
  });
  fc.assert(
    fc.property(decision, circumstances, (proofs, standing) => {
      const gate = withHysteresis(decided(proofs), standing);
      const held =
        standing.was === 'open' && (standing.upgradingSince !== undefined || standing.aged === 'within-grace');
      return gate.decision === 'open' ? proofs === 'open' || held : gate.decision === proofs;
    }),
  );
});
