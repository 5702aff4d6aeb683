import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { failures, SyncError, type FailureCode } from '../../../shared/model/errors.js';
import type { ArtifactState, Phase } from '../../../shared/warming/state.js';
import { retryRules } from '../../../shared/warming/retry.js';
import { mostAbsences, mostImports, nextState, type Outcome } from '../../../shared/warming/steps.js';
import { coredns, now, provenState, stateOf } from '../../support/builders.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const pace = { verifyDelaySeconds: 10 };
const tree = { digest: digestOf('rebuilt'), children: [digestOf('rebuilt/0')], blobs: [], origin: 'registry' as const };
const outcomes = {
  cached: { kind: 'cached', proof: 'deep' },
  proxied: { kind: 'proxied', upstream: 2 },
  'blobs-missing': { kind: 'blobs-missing', missing: 2, blobsDone: 1 },
  partial: { kind: 'partial', blobsDone: 200, total: 300 },
  'import-started': { kind: 'import-started', progress: { kind: 'running', token: 'operation-1' } },
  'import-running': { kind: 'import-running', progress: { kind: 'running', token: 'operation-1' } },
  'import-lost': { kind: 'import-lost', reason: 'the import ended and the artifact is not in the registry' },
  absent: { kind: 'absent', error: new SyncError('MANIFEST_UNKNOWN', 'HEAD x: 404') },
  'stale-tag': { kind: 'stale-tag' },
  moved: { kind: 'moved', tree },
  retryable: { kind: 'failure', error: new SyncError('UPSTREAM_UNAVAILABLE', 'GET x: 424') },
  final: { kind: 'failure', error: new SyncError('MANIFEST_INVALID', 'GET x: 200') },
} as const satisfies Record<string, Outcome>;

const states: Readonly<Record<Phase, ArtifactState>> = {
  planned: stateOf(),
  waiting: stateOf(coredns, { phase: 'waiting', step: 1, attempts: 1 }),
  proven: provenState(),
  failed: stateOf(coredns, { phase: 'failed', step: 5, reason: 'MANIFEST_UNKNOWN: gone' }),
};

/** The table drawn in the docstring of `nextState`: outcome, phase before, phase after. */
const drawn = readFileSync('shared/warming/steps.ts', 'utf8')
  .split('\n')
  .flatMap((line) => [...(/^ \* \| ([a-z-]+) +\| (\w+) +\| (\w+)[^|]*\| (\w+) +\|$/.exec(line) ?? [])].slice(1, 5))
  .reduce<string[][]>((rows, cell, index) => {
    if (index % 4 === 0) rows.push([]);
    rows.at(-1)?.push(cell);
    return rows;
  }, [])
  .flatMap(([outcome = '', ...after]) =>
    (['planned', 'waiting', 'proven'] as const).map((phase, column) => [phase, outcome, after[column]] as const),
  );

test('the drawn table has a row for every outcome', () => {
  expect(new Set(drawn.map(([, outcome]) => outcome))).toEqual(new Set(Object.keys(outcomes)));
});

test.each(drawn)('as drawn, an artifact that is %s and found %s becomes %s', (phase, outcome, becomes) => {
  const { state, delaySeconds } = nextState(states[phase], outcomes[outcome as keyof typeof outcomes], now, pace);
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

test('a proof outlives a registry that does not answer and a look that goes on, and nothing else', () => {
  for (const [name, outcome] of Object.entries(outcomes)) {
    const { state } = nextState(states.proven, outcome, now, pace);
    const keeps = ['retryable', 'cached', 'partial'].includes(name);
    expect([name, state.provenAt !== undefined]).toEqual([name, keeps]);
  }
  expect(nextState(states.proven, outcomes.retryable, now, pace).state.provenAt).toBe(states.proven.provenAt);
});

test('failures are not looks: after an hour of them the first look after an answer comes as early as ever', () => {
  let state = states.planned;
  for (let failure = 0; failure < 9; failure += 1) state = nextState(state, outcomes.retryable, now, pace).state;
  expect(state).toMatchObject({ attempts: 0, failures: 9, failureClass: 'upstream-down' });
  const answered = nextState(state, outcomes.proxied, now, pace);
  expect(answered).toMatchObject({ delaySeconds: 10, state: { failures: 0, attempts: 1 } });
  expect(answered.state).not.toHaveProperty('failureClass');
});

test('the 5th 404 in a row is believed, with the cure for a cached repository that was deleted', () => {
  let state = states.proven;
  const phases: Phase[] = [];
  while (phases.length < mostAbsences) {
    state = nextState(state, outcomes.absent, now, pace).state;
    phases.push(state.phase);
  }
  expect(phases).toEqual(['planned', 'planned', 'planned', 'planned', 'failed']);
  expect(state.reason).toContain('acr#765');
});

test('an import that sticks or ends without the artifact is started anew, five times', () => {
  let state: ArtifactState = { ...states.planned, strategy: 'import' };
  for (let tries = 1; tries <= mostImports; tries += 1) {
    state = nextState(state, outcomes['import-started'], now, pace).state;
    expect(state).toMatchObject({ phase: 'waiting', importTries: tries, imports: { token: 'operation-1' } });
    state = nextState(state, outcomes['import-lost'], now, pace).state;
    expect([state.phase, state.imports]).toEqual([tries < mostImports ? 'planned' : 'failed', undefined]);
  }
});

test('the deadline of an import counts from its start, however often it is asked after', () => {
  const started = nextState(states.planned, outcomes['import-started'], now, pace).state;
  const later = new Date(now.getTime() + 60_000);
  const renamed = { kind: 'running', token: 'operation-1b' } as const;
  const { state } = nextState(started, { kind: 'import-running', progress: renamed }, later, pace);
  expect(state.imports).toEqual({ token: 'operation-1b', startedAt: now });
});

test.each([
  ['IMPORT_FAILED', undefined],
  ['ARM_THROTTLED', undefined],
  ['ARM_UNAVAILABLE', 'operation-1'],
] as const)('an import that ends in %s leaves the token %s', (code, token) => {
  const started = nextState(states.planned, outcomes['import-started'], now, pace).state;
  const { state } = nextState(started, { kind: 'failure', error: new SyncError(code, 'x') }, now, pace);
  expect(state.imports?.token).toBe(token);
});

test.each(Object.entries(failures))('%s is never tried again exactly when its class is permanent', (_code, failure) => {
  expect(failure.retry === 'never').toBe(failure.class === 'permanent');
  expect(retryRules[failure.class] === undefined).toBe(failure.class === 'permanent');
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
        expect(next.delaySeconds ?? 1).toBeGreaterThan(one.kind === 'partial' ? -1 : 0);
        expect(next.delaySeconds ?? 1).toBeLessThanOrEqual(3600);
        if (next.state.phase === 'proven' && state.phase !== 'proven') expect(one.kind).toBe('cached');
        if (next.state.phase === 'proven') expect(next.state.proof ?? state.proof).toBeDefined();
        if (next.delaySeconds === undefined) expect(['proven', 'failed']).toContain(next.state.phase);
        state = next.state;
      }
    }),
  );
});
