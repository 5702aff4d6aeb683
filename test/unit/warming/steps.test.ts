import fc from 'fast-check';
import { failures, SyncError, type FailureCode } from '../../../shared/model/errors.js';
import type { ArtifactState, Phase } from '../../../shared/warming/state.js';
import { nextState, type Outcome } from '../../../shared/warming/steps.js';
import { coredns, now, provenState, stateOf } from '../../support/builders.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const pace = { verifyDelaySeconds: 10 };
const tree = { digest: digestOf('rebuilt'), children: [digestOf('rebuilt/0')], blobs: [], origin: 'registry' as const };
const outcomes = {
  cached: { kind: 'cached' },
  proxied: { kind: 'proxied', upstream: 2 },
  'stale-tag': { kind: 'stale-tag' },
  moved: { kind: 'moved', tree },
  retryable: { kind: 'failure', error: new SyncError('UPSTREAM_UNAVAILABLE', 'GET x: 424') },
  final: { kind: 'failure', error: new SyncError('MANIFEST_UNKNOWN', 'GET x: 404') },
} as const satisfies Record<string, Outcome>;

const states: Readonly<Record<Phase, ArtifactState>> = {
  planned: stateOf(),
  waiting: stateOf(coredns, { phase: 'waiting', step: 1, attempts: 1 }),
  proven: provenState(),
  failed: stateOf(coredns, { phase: 'failed', step: 5, reason: 'MANIFEST_UNKNOWN: gone' }),
};

test.each([
  ['planned', 'cached', 'proven'],
  ['planned', 'proxied', 'waiting'],
  ['planned', 'stale-tag', 'planned'],
  ['planned', 'moved', 'planned'],
  ['planned', 'retryable', 'planned'],
  ['planned', 'final', 'failed'],
  ['waiting', 'cached', 'proven'],
  ['waiting', 'proxied', 'waiting'],
  ['waiting', 'stale-tag', 'planned'],
  ['waiting', 'moved', 'planned'],
  ['waiting', 'retryable', 'waiting'],
  ['waiting', 'final', 'failed'],
  ['proven', 'cached', 'proven'],
  ['proven', 'proxied', 'planned'],
  ['proven', 'stale-tag', 'planned'],
  ['proven', 'moved', 'planned'],
  ['proven', 'retryable', 'proven'],
  ['proven', 'final', 'failed'],
] as const)('an artifact that is %s and found %s becomes %s', (phase, outcome, becomes) => {
  const { state, delaySeconds } = nextState(states[phase], outcomes[outcome], now, pace);
  expect(state.phase).toBe(becomes);
  expect(state.step).toBe(states[phase].step + 1);
  expect(delaySeconds === undefined).toBe(outcome === 'cached' || outcome === 'final');
});

test('every 4th look that finds nothing cached asks for the manifests again', () => {
  let state = states.planned;
  const phases: Phase[] = [];
  for (let look = 0; look < 9; look += 1) {
    state = nextState(state, outcomes.proxied, now, pace).state;
    phases.push(state.phase);
  }
  const four = ['waiting', 'waiting', 'waiting', 'planned'];
  expect(phases).toEqual([...four, ...four, 'waiting']);
});

test('the time between two looks doubles from the pace on, up to ten minutes', () => {
  let state = states.planned;
  const delays: (number | undefined)[] = [];
  for (let look = 0; look < 8; look += 1) {
    const next = nextState(state, outcomes.proxied, now, pace);
    delays.push(next.delaySeconds);
    expect(next.state.dueAt.getTime() - now.getTime()).toBe((next.delaySeconds ?? 0) * 1000);
    state = next.state;
  }
  expect(delays).toEqual([10, 20, 40, 80, 160, 320, 600, 600]);
});

test('a registry that says when to come back is not asked before', () => {
  const error = new SyncError('REGISTRY_THROTTLED', 'GET x: 429', { retryAfterSeconds: 45 });
  expect(nextState(states.planned, { kind: 'failure', error }, now, pace).delaySeconds).toBe(45);
  const impatient = new SyncError('REGISTRY_THROTTLED', 'GET x: 429', { retryAfterSeconds: 1 });
  expect(nextState(states.planned, { kind: 'failure', error: impatient }, now, pace).delaySeconds).toBe(10);
});

test('a proof carries its time and clears what was wrong before', () => {
  const { state } = nextState({ ...states.waiting, reason: 'not yet' }, outcomes.cached, now, pace);
  expect(state).toMatchObject({ provenAt: now, attempts: 0, dueAt: now });
  expect(state).not.toHaveProperty('reason');
});

test('a proof outlives a registry that does not answer, and nothing else', () => {
  for (const [name, outcome] of Object.entries(outcomes)) {
    const { state } = nextState(states.proven, outcome, now, pace);
    const keeps = name === 'retryable' || name === 'cached';
    expect([name, state.provenAt !== undefined]).toEqual([name, keeps]);
  }
  expect(nextState(states.proven, outcomes.retryable, now, pace).state.provenAt).toBe(states.proven.provenAt);
});

test('a tag that moved at MAR is pinned anew and counted from the start', () => {
  const { state } = nextState({ ...states.waiting, attempts: 7 }, outcomes.moved, now, pace);
  expect(state).toMatchObject({ digest: tree.digest, children: tree.children, pinnedAt: now, attempts: 1 });
});

test('whatever is found, a step follows, only a proof is proven, and only what is settled has no next look', () => {
  const codes = Object.keys(failures) as FailureCode[];
  const outcome: fc.Arbitrary<Outcome> = fc.oneof(
    fc.constantFrom(...Object.values(outcomes)),
    fc
      .constantFrom(...codes)
      .map((code) => ({ kind: 'failure' as const, error: new SyncError(code, 'x'.repeat(900)) })),
  );
  const start = fc.constantFrom(...Object.values(states));
  fc.assert(
    fc.property(start, fc.array(outcome, { maxLength: 30 }), (first, found) => {
      let state = first;
      for (const one of found) {
        const next = nextState(state, one, now, pace);
        expect(next.state.step).toBe(state.step + 1);
        expect(next.state.phase === 'proven').toBe(next.state.provenAt !== undefined);
        expect(next.state.reason?.length ?? 0).toBeLessThanOrEqual(500);
        expect(next.delaySeconds ?? 1).toBeGreaterThan(0);
        expect(next.delaySeconds ?? 1).toBeLessThanOrEqual(3600);
        if (next.delaySeconds === undefined) expect(['proven', 'failed']).toContain(next.state.phase);
        state = next.state;
      }
    }),
  );
});
