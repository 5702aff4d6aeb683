import { announce } from '../../shared/gate/announcements/announcements.js';
import { makeEvent } from '../../shared/gate/announcements/outgoing-events.js';
import type { Deadline } from '../../shared/gate/decision/deadlines.js';
import type {
  Announcements,
  DeadlineRecords,
  Judgement,
  Judgements,
  Problems,
  SeenCluster,
  SeenClusters,
} from '../../shared/gate/ports.js';
import type { FleetGateRecord, FleetGateRecords } from '../../shared/gate/fleet/fleet-ports.js';
import {
  before,
  clusterId,
  gateId,
  minutes,
  now,
  runId,
  subscriptionId,
  target,
  version,
} from '../support/builders.js';

const judgement: Judgement = {
  clusterId: clusterId(),
  kubernetesVersion: target,
  decision: 'closed',
  decidedAt: now,
  since: before(minutes(5)),
  step: 3,
};

/** What is left to tell after everything failed in several ways, twenty times and more. */
function fullOutbox(): Announcements {
  let previous: Judgement | undefined;
  for (let step = 1; step <= 25; step += 1) {
    const reason = `CODE_${step}: ${'x'.repeat(400)}`;
    const missing = Array.from({ length: 150 }, (_unused, at) => {
      return { artifact: `oss/v2/${'long/'.repeat(16)}artifact:v1.${at}`, state: 'failed', reason } as const;
    });
    const decision = { decision: 'closed', missing, reasons: [reason], required: 150, cached: 0 } as const;
    const input = {
      previous,
      judgement: { ...judgement, step },
      decision,
      mode: 'observe',
      topic: 'configured',
    } as const;
    previous = {
      ...input.judgement,
      announcements: announce({ ...input, subscriptionId, risk: undefined }).announcements,
    };
  }
  if (!previous?.announcements) throw new Error('nothing is told');
  return previous.announcements;
}

export function judgementsContract(open: () => Promise<Judgements>): void {
  let judgements: Judgements;
  beforeEach(async () => {
    judgements = await open();
  });

  test('gives back what was written, however the id of the cluster is spelled', async () => {
    expect(await judgements.get(clusterId(), target)).toBeUndefined();
    expect(await judgements.save(judgement, undefined)).toBe(true);
    expect((await judgements.get(clusterId().toUpperCase(), target))?.judgement).toEqual(judgement);
    expect(await judgements.list()).toEqual([judgement]);
  });

  test('an outbox goes with its judgement, and is gone when it is empty', async () => {
    const about = { source: '/s', subject: clusterId(), at: now };
    const pending = [makeEvent('CatalogChanged', ['1'], about, { sources: [], changed: ['ä'] })];
    const announcements = { pending, told: ['risk x'] };
    await judgements.save({ ...judgement, announcements }, undefined);
    const stored = await judgements.get(clusterId(), target);
    expect(stored?.judgement).toEqual({ ...judgement, announcements });
    await judgements.save(judgement, stored?.etag);
    expect(await judgements.list()).toEqual([judgement]);
  });

  test('an outbox fits its row, however much fails while the topic is down', async () => {
    const announcements = fullOutbox();
    await judgements.save({ ...judgement, announcements }, undefined);
    expect((await judgements.get(clusterId(), target))?.judgement.announcements).toEqual(announcements);
  });

  test('of two first writers one wins', async () => {
    const results = await Promise.all([judgements.save(judgement, undefined), judgements.save(judgement, undefined)]);
    expect([...results].sort()).toEqual([false, true]);
  });

  test('replaces only the version that was read', async () => {
    await judgements.save(judgement, undefined);
    const etag = (await judgements.get(clusterId(), target))?.etag;
    expect(await judgements.save({ ...judgement, step: 4 }, etag)).toBe(true);
    expect(await judgements.save({ ...judgement, step: 5 }, etag)).toBe(false);
    expect((await judgements.get(clusterId(), target))?.judgement.step).toBe(4);
  });

  test('what is removed is gone, and a late writer does not bring it back', async () => {
    await judgements.save(judgement, undefined);
    const etag = (await judgements.get(clusterId(), target))?.etag ?? '';
    await judgements.remove(clusterId().toUpperCase(), target, etag);
    await judgements.remove(clusterId(), target, etag);
    expect(await judgements.save(judgement, etag)).toBe(false);
    expect(await judgements.list()).toEqual([]);
  });

  test('what was written since it was read is not removed', async () => {
    await judgements.save(judgement, undefined);
    const etag = (await judgements.get(clusterId(), target))?.etag ?? '';
    await judgements.save({ ...judgement, step: 4 }, etag);
    await judgements.remove(clusterId(), target, etag);
    expect((await judgements.get(clusterId(), target))?.judgement.step).toBe(4);
  });
}

const record: FleetGateRecord = {
  id: gateId(),
  displayName: 'artifact-sync "before" <canary>',
  updateRun: runId,
  stage: 'canary',
  action: 'waiting',
  reasons: ['one 1.35.7 is closed', 'ä'],
  recordedAt: now,
};

const approval = { at: before(minutes(1)), etag: '"1"', run: 'abc', before: ['d', 'e'], accepted: false };

export function fleetGateRecordsContract(open: () => Promise<FleetGateRecords>): void {
  let records: FleetGateRecords;
  beforeEach(async () => {
    records = await open();
  });

  test('gives back what was written, with and without a group', async () => {
    const grouped = { ...record, id: gateId('g2'), group: 'first', action: 'approving' as const, approval };
    expect(await records.save(record, undefined)).toBe(true);
    expect(await records.save(grouped, undefined)).toBe(true);
    expect((await records.get(gateId('g2').toUpperCase()))?.record).toEqual(grouped);
    expect([...(await records.list())].sort((a, b) => a.id.localeCompare(b.id))).toEqual([record, grouped]);
  });

  test('keeps one record a gate, the newest, however its id is spelled', async () => {
    await records.save({ ...record, group: 'first' }, undefined);
    const etag = (await records.get(gateId()))?.etag;
    await records.save({ ...record, id: gateId().toUpperCase(), action: 'approved', reasons: [] }, etag);
    expect(await records.list()).toEqual([{ ...record, id: gateId().toUpperCase(), action: 'approved', reasons: [] }]);
  });

  test('of writers that read the same record one wins, also of two first ones', async () => {
    expect(await records.get(gateId())).toBeUndefined();
    const first = await Promise.all([records.save(record, undefined), records.save(record, undefined)]);
    expect([...first].sort()).toEqual([false, true]);
    const etag = (await records.get(gateId()))?.etag;
    expect(await records.save({ ...record, action: 'approved' }, etag)).toBe(true);
    expect(await records.save({ ...record, action: 'left-alone' }, etag)).toBe(false);
    expect((await records.get(gateId()))?.record.action).toBe('approved');
  });
}

const seen: SeenCluster = {
  id: clusterId(),
  name: 'one',
  kubernetesVersion: version('1.34.7'),
  isolated: true,
  registry: 'acr',
  unheard: 'no Event Grid system topic',
  seenAt: now,
};

export function seenClustersContract(open: () => Promise<SeenClusters>): void {
  let clusters: SeenClusters;
  beforeEach(async () => {
    clusters = await open();
  });

  test('keeps one record a cluster, the newest', async () => {
    const plain: SeenCluster = {
      id: clusterId('two'),
      name: 'two',
      kubernetesVersion: target,
      isolated: false,
      finding: 'not isolated',
      seenAt: now,
    };
    const { registry: _registry, unheard: _unheard, ...moved } = { ...seen, isolated: false, finding: 'x' };
    const upgrade = { to: ['1.34.8', '1.35.7'], since: before(minutes(9)) };
    await clusters.save([{ ...seen, upgrade }, plain]);
    expect(await clusters.get(clusterId().toUpperCase())).toEqual({ ...seen, upgrade });
    expect(await clusters.get(clusterId('gone'))).toBeUndefined();
    await clusters.save([moved]);
    expect([...(await clusters.list())].sort((a, b) => a.name.localeCompare(b.name))).toEqual([moved, plain]);
  });

  test('what is removed is gone, also when it is removed twice', async () => {
    await clusters.save([seen]);
    await clusters.remove(clusterId().toUpperCase());
    await clusters.remove(clusterId());
    expect(await clusters.list()).toEqual([]);
  });
}

export function problemsContract(open: () => Promise<Problems>): void {
  let problems: Problems;
  beforeEach(async () => {
    problems = await open();
  });
  const problem = (age: number, reason = `${age} minutes ago`) => ({
    at: before(minutes(age)),
    source: 'queue warm',
    subject: '{"a":"\u0000ä"}',
    reason,
  });

  test('tells the newest first, not more than asked for', async () => {
    for (const age of [3, 1, 4, 2]) await problems.add(problem(age));
    expect(await problems.list(3)).toEqual([problem(1), problem(2), problem(3)]);
    expect(await problems.list(10)).toHaveLength(4);
  });

  test('forgets what is older than a time, and nothing younger; forgetting twice changes nothing', async () => {
    for (const age of [1, 2, 3, 4]) await problems.add(problem(age));
    for (let times = 0; times < 2; times += 1) await problems.purge(before(minutes(2.5)));
    expect(await problems.list(10)).toEqual([problem(1), problem(2)]);
  });

  test('two of the same moment are two', async () => {
    await problems.add(problem(1));
    await problems.add(problem(1));
    expect(await problems.list(10)).toHaveLength(2);
  });
}

const deadline: Deadline = {
  ...{ clusterId: clusterId(), source: 'notice', key: 'event/1', versions: [target, version('1.34.7')], at: now },
  ...{ what: 'AKS announced: ä', toldAt: before(minutes(5)), state: 'ahead' },
};

export function deadlinesContract(open: () => Promise<DeadlineRecords>): void {
  let deadlines: DeadlineRecords;
  beforeEach(async () => {
    deadlines = await open();
  });

  test('gives back what was written, all or those of one cluster, however its id is spelled', async () => {
    const other: Deadline = { ...deadline, clusterId: clusterId('two'), source: 'maintenance', versions: [] };
    await deadlines.save(deadline);
    await deadlines.save(other);
    expect(await deadlines.of(clusterId().toUpperCase())).toEqual([deadline]);
    expect(await deadlines.list()).toEqual(expect.arrayContaining([deadline, other]));
  });

  test('what was told later stays, in whichever order it comes', async () => {
    const later: Deadline = { ...deadline, toldAt: now, state: 'ended' };
    await deadlines.save(later);
    await deadlines.save(deadline);
    expect(await deadlines.list()).toEqual([later]);
    await deadlines.save({ ...later, what: 'the same moment' });
    expect(await deadlines.list()).toEqual([{ ...later, what: 'the same moment' }]);
  });

  test('several writers at once end with the one told last', async () => {
    const all = [3, 1, 2].map((age) => ({ ...deadline, toldAt: before(minutes(age)) }));
    await Promise.all(all.map((one) => deadlines.save(one)));
    expect(await deadlines.list()).toEqual([{ ...deadline, toldAt: before(minutes(1)) }]);
  });

  test('what is removed is gone, also when it is removed twice', async () => {
    await deadlines.save(deadline);
    await deadlines.remove(deadline);
    await deadlines.remove(deadline);
    expect(await deadlines.list()).toEqual([]);
  });
}
