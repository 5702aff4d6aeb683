import type { Backlog, Scenario, Step } from './simulate.js';

/** An index of two platforms: pinned at MAR, requested, looked at, and its config and layers by HEAD. */
const pullThrough: readonly Step[] = [
  { operation: 'upstream-read', requests: 1 },
  { operation: 'manifest-read', requests: 3 },
  { operation: 'manifest-read', requests: 3 },
  { operation: 'manifest-read', requests: 14 },
];
/** Started and asked after by ARM, then looked at. */
const imported: readonly Step[] = [
  { operation: 'upstream-read', requests: 1 },
  { operation: 'arm-write', requests: 1 },
  { operation: 'arm-read', requests: 1 },
  { operation: 'arm-read', requests: 1 },
  { operation: 'manifest-read', requests: 3 },
];
/** Nothing but one registry's own limit: 30 requests an artifact. */
const deep: readonly Step[] = [
  { operation: 'manifest-read', requests: 3 },
  { operation: 'manifest-read', requests: 27 },
];

const even = many(20, 1000);

/** Expected: at most so many times the best possible time, and so many times its fair share for any registry. */
export interface Expectation {
  readonly ratio: number;
  readonly wait: number;
}

export const scenarios: readonly {
  readonly name: string;
  readonly scenario: Scenario;
  readonly expected: Expectation;
}[] = [
  {
    name: 'pull-through, the whole limit',
    scenario: { backlogs: even, steps: pullThrough, share: 1, instances: 20 },
    expected: { ratio: 1.15, wait: 2 },
  },
  {
    name: 'pull-through, half of it',
    scenario: { backlogs: even, steps: pullThrough, share: 0.5, instances: 20 },
    expected: { ratio: 1.15, wait: 2 },
  },
  {
    name: 'import, the whole limit',
    scenario: { backlogs: even, steps: imported, share: 1, instances: 10 },
    expected: { ratio: 1.15, wait: 2 },
  },
  {
    name: 'import, half of it',
    scenario: { backlogs: even, steps: imported, share: 0.5, instances: 10 },
    expected: { ratio: 1.15, wait: 2 },
  },
  {
    name: 'deep proof of registries, half of it',
    scenario: { backlogs: even, steps: deep, share: 0.5, instances: 20 },
    expected: { ratio: 1.15, wait: 2 },
  },
  {
    name: 'uneven: one of 5,000, eighteen of 500, one of 50',
    scenario: {
      backlogs: [{ registry: 'huge', artifacts: 5000 }, ...many(18, 500), { registry: 'small', artifacts: 50 }],
      steps: imported,
      share: 0.5,
      instances: 10,
    },
    expected: { ratio: 1.15, wait: 2 },
  },
  {
    name: 'a small one comes late, all others are at work',
    scenario: {
      backlogs: [...many(19, 1000), { registry: 'late', artifacts: 100, startsAt: 300 }],
      steps: imported,
      share: 0.5,
      instances: 10,
    },
    expected: { ratio: 1.15, wait: 2 },
  },
  {
    name: 'MAR, ARM and a registry refuse for a minute',
    scenario: {
      backlogs: even,
      steps: imported,
      share: 0.5,
      instances: 10,
      refusals: [
        { registry: 'mar', operation: 'upstream-read', from: 60, until: 120 },
        { registry: 'arm', operation: 'arm-write', from: 300, until: 360 },
        { registry: 'registry-3', operation: 'manifest-read', from: 500, until: 560 },
      ],
    },
    expected: { ratio: 1.3, wait: 2 },
  },
];

function many(registries: number, artifacts: number): readonly Backlog[] {
  return Array.from({ length: registries }, (_unused, index) => ({ registry: `registry-${index}`, artifacts }));
}
