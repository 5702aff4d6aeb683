import fc from 'fast-check';
import { decideTarget, type StateIndex } from '../../../../shared/gate/decision/decide.js';
import { forecastOpening, withForecast, type Forecast } from '../../../../shared/gate/decision/forecast.js';
import { artifactName, type ArtifactRef, type RequirementSet } from '../../../../shared/model/artifact.js';
import type { ArtifactState } from '../../../../shared/warming/state.js';
import {
  before,
  clusterId,
  hours,
  minutes,
  now,
  planOf,
  policy,
  provenState,
  setOf,
  stateOf,
  target,
} from '../../../support/builders.js';

const ref = (index: number): ArtifactRef => ({ repository: `repository-${index}`, tag: 'v1' });
const refs = (count: number) => Array.from({ length: count }, (_unused, index) => ref(index));

function forecast(states: readonly ArtifactState[], set: RequirementSet = setOf(...refs(20)), changes = {}): Forecast {
  const record = { clusterId: clusterId(), kubernetesVersion: target, requestedAt: now, planned: planOf(set) };
  const index: StateIndex = new Map(states.map((state) => [artifactName(state), state]));
  const decision = decideTarget(record, index, now, policy, undefined);
  return forecastOpening({
    record,
    states: index,
    decision,
    policy,
    held: [],
    pausedUntil: undefined,
    now,
    ...changes,
  });
}

/** Of twenty, as many proven as said, ten seconds apart; the others are on their way since they were pinned, three minutes ago. */
function underWay(proven: number, changes: Partial<ArtifactState> = {}): readonly ArtifactState[] {
  const pinnedAt = before(minutes(3));
  return refs(20).map((one, index) =>
    index < proven
      ? provenState(one, { pinnedAt, provenAt: new Date(pinnedAt.getTime() + (index + 1) * 9_000) })
      : stateOf(one, { phase: 'waiting', pinnedAt, attempts: 4, dueAt: new Date(now.getTime() + 20_000), ...changes }),
  );
}

test('tells when, from what was measured, in a range', () => {
  const found = forecast(underWay(15));
  expect(found.kind).toBe('expected');
  if (found.kind !== 'expected') return;
  expect(found.earliest.getTime()).toBeLessThanOrEqual(found.at.getTime());
  expect(found.at.getTime()).toBeLessThanOrEqual(found.latest.getTime());
  expect(found.at.getTime()).toBeGreaterThan(now.getTime());
  expect(found.at.getTime()).toBeLessThan(now.getTime() + minutes(60));
  const decision = { decision: 'closed', missing: [], reasons: [], required: 1, cached: 0 } as const;
  expect(withForecast(decision, found)).toMatchObject({ estimatedOpenAt: found.at.toISOString() });
});

test('ends whatever the clocks say, also for what was pinned at this very moment or later', () => {
  const moment = fc.integer({ min: -7200, max: 7200 }).map((seconds) => new Date(now.getTime() + seconds * 1000));
  const at = fc.oneof(fc.constant(now), moment);
  fc.assert(
    fc.property(at, at, fc.nat(3), (pinnedAt, dueAt, attempts) => {
      expect(forecast(underWay(15, { pinnedAt, dueAt, attempts })).kind).toBe('expected');
    }),
    { examples: [[now, now, 1]] },
  );
});

test.each<[string, Forecast['kind'], () => Forecast]>([
  ['open, when all is proven', 'open', () => forecast(underWay(20))],
  ['unknown, when too few were proven to tell from', 'unknown', () => forecast(underWay(4))],
  [
    'unknown, while others keep it from moving',
    'unknown',
    () => forecast(underWay(15), undefined, { held: ['outage'] }),
  ],
  [
    'blocked, when an artifact failed for good',
    'blocked',
    () => forecast([...underWay(19), stateOf(ref(19), { phase: 'failed', reason: 'x' })]),
  ],
  ['blocked, when an identity may not', 'blocked', () => forecast(underWay(15, { failureClass: 'auth', reason: 'x' }))],
  ['blocked, when nothing is on its way', 'blocked', () => forecast(underWay(20).slice(0, 19))],
  [
    'blocked, by what is unresolved',
    'blocked',
    () => forecast(underWay(15), { ...setOf(...refs(20)), unresolved: [{ component: 'c', reason: 'x' }] }),
  ],
])('says %s', (_what, kind, find) => {
  expect(find().kind).toBe(kind);
});

test('nothing is expected before a pause ends, nor before the next look', () => {
  const pausedUntil = new Date(now.getTime() + minutes(30));
  const paused = forecast(underWay(15), undefined, { pausedUntil });
  const late = forecast(underWay(15, { dueAt: pausedUntil }));
  for (const found of [paused, late]) {
    if (found.kind !== 'expected') throw new Error(found.kind);
    expect(found.earliest.getTime()).toBeGreaterThanOrEqual(pausedUntil.getTime() - 15_000);
  }
});

test('renewals and what was proven long ago say nothing', () => {
  const renewed = refs(15).map((one) =>
    provenState(one, { pinnedAt: before(hours(20)), provenAt: before(minutes(1)) }),
  );
  const old = refs(15).map((one) => provenState(one, { pinnedAt: before(hours(5)), provenAt: before(hours(4.9)) }));
  const missing = underWay(15).slice(15);
  expect(forecast([...renewed, ...missing]).kind).toBe('unknown');
  expect(forecast([...old, ...missing]).kind).toBe('unknown');
});

test('whatever the records say, a forecast is ahead, in order, and quickly made', () => {
  const time = fc.integer({ min: -hours(30), max: hours(30) }).map((ms) => new Date(now.getTime() + ms));
  const state = fc.record({
    phase: fc.constantFrom('planned', 'waiting', 'proven', 'failed'),
    ...{ pinnedAt: time, provenAt: time, dueAt: time, attempts: fc.integer({ min: 0, max: 30 }) },
  });
  fc.assert(
    fc.property(fc.array(state, { minLength: 20, maxLength: 20 }), (all) => {
      const found = forecast(all.map((changes, index) => stateOf(ref(index), { ...changes, proof: 'deep' })));
      if (found.kind !== 'expected') return;
      const times = [now, found.earliest, found.at, found.latest].map((one) => one.getTime());
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.every((one) => Number.isFinite(one))).toBe(true);
    }),
  );
});
