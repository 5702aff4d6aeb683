import fc from 'fast-check';
import { clockSkewMs } from '../../../shared/model/clock-skew.js';
import { effectiveProvenAt, isRoundDue, replaces, type RegistryProof } from '../../../shared/warming/registry-proof.js';
import { before, coredns, hours, minutes, now, provenState, stateOf } from '../../support/builders.js';

const { registry, loginServer, incarnation } = stateOf();
const proofOf = (changes: Partial<RegistryProof> = {}): RegistryProof => ({
  ...{ registry, loginServer, incarnation, evidence: 'inventory' },
  ...{ startedAt: before(minutes(10)), verifiedAt: before(minutes(9)) },
  ...changes,
});
const old = provenState(coredns, { provenAt: before(hours(40)) });

test.each([
  ['renews a proof from before the round', old, proofOf(), before(minutes(9))],
  ['leaves a newer proof', provenState(coredns, { provenAt: before(minutes(1)) }), proofOf(), before(minutes(1))],
  [
    'says nothing of a proof that a wrong clock may have made older than the round',
    provenState(coredns, { provenAt: before(minutes(14)) }),
    proofOf(),
    before(minutes(14)),
  ],
  ['says nothing of another registry', old, proofOf({ registry: 'other' }), old.provenAt],
  ['says nothing of a registry that was created again', old, proofOf({ incarnation: '2026-08-31' }), old.provenAt],
  ['says nothing of another address', old, proofOf({ loginServer: 'other.azurecr.io' }), old.provenAt],
  ['proves nothing that is only planned', stateOf(), proofOf(), undefined],
  ['by HEADs stands for a day behind a look at all manifests', old, proofOf({ evidence: 'heads' }), old.provenAt],
  [
    'by HEADs renews a proof of today',
    provenState(coredns, { provenAt: before(hours(20)) }),
    proofOf({ evidence: 'heads' }),
    before(minutes(9)),
  ],
  ['that is missing changes nothing', old, undefined, old.provenAt],
])("a registry's proof %s", (_sentence, state, proof, expected) => {
  expect(effectiveProvenAt(state, proof)).toEqual(expected);
});

const times = fc.integer({ min: 0, max: hours(100) }).map((ms) => before(ms));

test('no record makes a proof older, moves one that is younger than its round, or proves what is not proven', () => {
  fc.assert(
    fc.property(times, times, times, fc.boolean(), (provenAt, startedAt, verifiedAt, isProven) => {
      const state = isProven ? provenState(coredns, { provenAt }) : stateOf();
      const effective = effectiveProvenAt(state, proofOf({ startedAt, verifiedAt }));
      if (!isProven) return expect(effective).toBeUndefined();
      expect(effective?.getTime()).toBeGreaterThanOrEqual(provenAt.getTime());
      if (provenAt.getTime() > startedAt.getTime() - clockSkewMs) expect(effective).toEqual(provenAt);
    }),
  );
});

test.each([
  ['is due when a proof has aged', old, undefined, true],
  ['is not due while proofs are young', provenState(coredns, { provenAt: before(minutes(80)) }), undefined, false],
  ['is not due for what is not proven', stateOf(), undefined, false],
  ['is not due so soon after the last', old, proofOf(), false],
  [
    'is not due again for what the last did not cover',
    old,
    proofOf({ evidence: 'heads', startedAt: before(minutes(60)) }),
    false,
  ],
  ['is due when the last has aged', old, proofOf({ startedAt: before(hours(2)), verifiedAt: before(hours(2)) }), true],
  [
    'is due when the last is of the future',
    old,
    proofOf({ startedAt: before(-hours(1)), verifiedAt: before(-hours(1)) }),
    true,
  ],
  [
    'is due at once when the last is of the future, as no gate believes that, however young its artifacts',
    provenState(coredns, { provenAt: before(minutes(20)) }),
    proofOf({ startedAt: before(-hours(1)), verifiedAt: before(-hours(1)) }),
    true,
  ],
])('a round %s', (_sentence, state, proof, expected) => {
  expect(isRoundDue([state], proof, now, minutes(90))).toBe(expected);
});

test('a round that began earlier does not replace the record of a later one, unless that is dated in the future', () => {
  const known = proofOf();
  expect(replaces(proofOf({ startedAt: before(minutes(11)) }), known, now)).toBe(false);
  expect(replaces(proofOf({ startedAt: before(minutes(5)) }), known, now)).toBe(true);
  expect(replaces(proofOf(), undefined, now)).toBe(true);
  expect(replaces(proofOf(), proofOf({ startedAt: before(-hours(1)) }), now)).toBe(true);
});
