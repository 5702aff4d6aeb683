import { auditIdOf } from '../../shared/gate/audit.js';
import type { AuditEntry, AuditTrail, BreakGlass, BreakGlasses } from '../../shared/gate/ports.js';
import { before, clusterId, gateId, hours, minutes, now, target, version } from '../support/builders.js';

function entryAt(at: Date, changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    ...{ id: auditIdOf(at, 'approve-fleet-gate', gateId()), at, who: 'app', action: 'approve-fleet-gate' },
    ...{ resource: gateId(), outcome: 'begun', before: { state: 'Pending' }, after: null },
    because: ['open for 1.35.7: one', 'ä "quoted" #?/'],
    ...changes,
  };
}

export function auditTrailContract(open: () => Promise<AuditTrail>): void {
  let trail: AuditTrail;
  beforeEach(async () => {
    trail = await open();
  });

  test('tells the newest first, not more than asked for', async () => {
    const [newest, middle, oldest] = [entryAt(now), entryAt(before(minutes(5))), entryAt(before(hours(9)))];
    for (const entry of [middle, oldest, newest]) await trail.save(entry);
    expect(await trail.list(2)).toEqual([newest, middle]);
    expect(await trail.list(10)).toEqual([newest, middle, oldest]);
  });

  test('the end of a change takes the place of its beginning', async () => {
    const begun = entryAt(now);
    await trail.save(begun);
    const done = { ...begun, outcome: 'done' as const, after: { state: 'Completed', nested: [1, null, 'ä'] } };
    await trail.save(done);
    await trail.save(done);
    expect(await trail.list(10)).toEqual([done]);
  });

  test('documents of any length are given back whole', async () => {
    const ids = Array.from({ length: 400 }, (_unused, index) => `${clusterId(`cluster-${index}`)}|1.35.${index}`);
    const long = entryAt(now, { before: { allowed: ids.slice(1) }, after: { allowed: ids } });
    await trail.save(long);
    expect(await trail.list(10)).toEqual([long]);
  });

  test('forgets what was begun before a time, also when it is asked twice', async () => {
    const [newest, middle, oldest] = [entryAt(now), entryAt(before(minutes(5))), entryAt(before(hours(9)))];
    for (const entry of [newest, middle, oldest]) await trail.save(entry);
    for (let times = 0; times < 2; times += 1) await trail.purge(before(minutes(6)));
    expect(await trail.list(10)).toEqual([newest, middle]);
    await trail.purge(before(hours(10)));
    expect(await trail.list(10)).toEqual([newest, middle]);
  });

  test('changes of the same moment to other resources, or by other actions, stand side by side', async () => {
    await trail.save(entryAt(now));
    await trail.save(entryAt(now, { id: auditIdOf(now, 'approve-fleet-gate', gateId('g2')), resource: gateId('g2') }));
    await trail.save(entryAt(now, { id: auditIdOf(now, 'break-glass', gateId()), action: 'break-glass' }));
    expect(await trail.list(10)).toHaveLength(3);
  });
}

const glass: BreakGlass = {
  ...{
    clusterId: clusterId(),
    kubernetesVersion: target,
    reason: 'CVE-2026-1 cannot wait: "ä"',
    who: 'kim@contoso.test',
  },
  ...{ at: before(minutes(5)), expiresAt: now },
};

export function breakGlassesContract(open: () => Promise<BreakGlasses>): void {
  let glasses: BreakGlasses;
  beforeEach(async () => {
    glasses = await open();
  });

  test('gives back what was written, however the id of the cluster is spelled', async () => {
    expect(await glasses.get(clusterId(), target)).toBeUndefined();
    await glasses.save(glass);
    expect(await glasses.get(clusterId().toUpperCase(), target)).toEqual(glass);
    expect(await glasses.get(clusterId(), version('1.35.8'))).toBeUndefined();
    expect(await glasses.get(clusterId('two'), target)).toBeUndefined();
  });

  test('keeps one a cluster and version, the newest', async () => {
    await glasses.save(glass);
    await glasses.save({ ...glass, reason: 'again', who: 'lee' });
    expect(await glasses.list()).toEqual([{ ...glass, reason: 'again', who: 'lee' }]);
  });

  test('what is mended is gone, also when it is mended twice', async () => {
    await glasses.save(glass);
    await glasses.remove(clusterId().toUpperCase(), target);
    await glasses.remove(clusterId(), target);
    expect(await glasses.list()).toEqual([]);
  });
}
