import { artifactName } from '../../../../shared/model/artifact.js';
import { describeStatus, type StatusInput } from '../../../../shared/gate/status/status.js';
import {
  before,
  clusterId,
  coredns,
  hours,
  minutes,
  now,
  pause,
  planOf,
  provenState,
  setOf,
  stateOf,
  target,
} from '../../../support/builders.js';
import { indexOf, seenOf, statusInput } from '../../../support/status-input.js';

const plan = planOf(setOf(coredns, pause));
const states = [provenState(), stateOf(pause, { phase: 'waiting', reason: '1 of 3 manifests not cached yet' })];

const input = (changes: Partial<StatusInput> = {}): StatusInput =>
  statusInput({
    targets: [{ ...plan, requestedAt: now, planned: plan }],
    states: new Map([[plan.registry, indexOf(...states)]]),
    ...changes,
  });

test('tells per registry how much of what is required is there', () => {
  expect(describeStatus(input()).registries).toEqual([
    { loginServer: 'acr.azurecr.io', required: 2, cached: 1, failed: 0, waiting: 1 },
  ]);
});

test('counts what two clusters share once', () => {
  const other = planOf(setOf(coredns), { clusterId: clusterId('two') });
  const targets = [plan, other].map((planned) => ({ ...planned, requestedAt: now, planned }));
  expect(describeStatus(input({ targets })).registries).toMatchObject([{ required: 2, cached: 1 }]);
});

test('a proof that no longer counts at the gate does not count here', () => {
  const old = provenState(coredns, { provenAt: before(hours(25)) });
  const failed = stateOf(pause, { phase: 'failed' });
  const index = new Map([[plan.registry, indexOf(old, failed)]]);
  expect(describeStatus(input({ states: index })).registries).toMatchObject([{ cached: 0, failed: 1, waiting: 1 }]);
});

test('tells of each target its decision, what is missing and since when, comparing ids without case', () => {
  const judgement = {
    clusterId: clusterId().toUpperCase(),
    kubernetesVersion: target,
    decision: 'closed',
    decidedAt: now,
    since: before(minutes(3)),
    step: 4,
  } as const;
  const [cluster] = describeStatus(
    input({ clusters: [seenOf('one', { id: clusterId().toUpperCase() })], judgements: [judgement] }),
  ).clusters;
  expect(cluster?.targets).toMatchObject([
    {
      kubernetesVersion: target,
      decision: 'closed',
      required: 2,
      cached: 1,
      missing: [{ artifact: artifactName(pause), state: 'waiting' }],
      plannedAt: plan.plannedAt.toISOString(),
      decidedAt: judgement.since.toISOString(),
    },
  ]);
});

test('a target without a plan and a cluster without a target are shown, with why', () => {
  const finding = 'not network isolated';
  const status = describeStatus(
    input({
      clusters: [seenOf('two', { isolated: false, finding }), seenOf('one')],
      targets: [{ clusterId: clusterId(), kubernetesVersion: target, requestedAt: now }],
      states: new Map(),
    }),
  );
  expect(status.clusters.map(({ name, finding: why }) => [name, why])).toEqual([
    ['one', undefined],
    ['two', finding],
  ]);
  expect(status.clusters[0]?.targets).toMatchObject([
    { decision: 'unknown', reasons: ['planning has not finished yet'] },
  ]);
  expect(status.clusters[0]?.targets[0]).not.toHaveProperty('plannedAt');
  expect(status.clusters[1]?.targets).toEqual([]);
});

test('all times are ISO 8601', () => {
  const gate = {
    id: 'g',
    displayName: 'd',
    updateRun: 'u',
    stage: 's',
    action: 'waiting',
    reasons: [],
    recordedAt: now,
  } as const;
  const status = describeStatus(
    input({ fleetGates: [gate], problems: [{ at: now, source: 's', subject: 'x', reason: 'r' }] }),
  );
  const iso = now.toISOString();
  expect([status.evaluatedAt, status.fleetGates[0]?.recordedAt, status.problems[0]?.at]).toEqual([iso, iso, iso]);
});

test('a budget that a server has cut is told, and no word of budgets where none is', () => {
  const arm = { registry: 'arm', operation: 'arm-write', percent: 50, pausedUntil: now.toISOString() } as const;
  expect(describeStatus(input({ throttled: [arm] })).throttled).toEqual([arm]);
  expect(describeStatus(input())).not.toHaveProperty('throttled');
});

test('tells how many artifacts of a target come which way, and names what is imported, also of repositories named as members of Object', () => {
  const odd = { repository: 'constructor', tag: '1' };
  const strategies = { [coredns.repository]: 'pull-through', [pause.repository]: 'import' } as const;
  const planned = planOf(setOf(coredns, pause, odd), { strategies });
  const [cluster] = describeStatus(input({ targets: [{ ...planned, requestedAt: now, planned }] })).clusters;
  expect(cluster?.targets[0]).toMatchObject({
    strategies: { 'pull-through': 1, import: 1 },
    imported: [pause.repository],
  });
  expect(describeStatus(input()).clusters[0]?.targets[0]).not.toHaveProperty('strategies');
});
