import { evaluateMaintenance } from '../../../../shared/gate/maintenance/evaluate-maintenance.js';
import { SyncError } from '../../../../shared/model/errors.js';
import { clusterId, hours } from '../../../support/builders.js';
import { weekly } from '../../../support/fakes/fake-maintenance.js';
import {
  arrangeMaintained,
  auto,
  christmas,
  entriesOf,
  firstEntry,
  holdOf,
  judgeMaintenance,
  ownWindow,
  warmUp,
} from '../../../support/maintained.js';

const day = 24 * 3600;
const summer = { start: '2026-09-10', end: '2026-09-20' };

test.each([
  ['removes our entry', weekly({ notAllowedDates: [christmas] })],
  ['changes our entry', weekly({ notAllowedDates: [christmas, { ...firstEntry, end: '2026-09-02' }] })],
  ['deletes the configuration', undefined],
])('a person who %s wins: it is told once and not fought', async (_what, document) => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  if (document) azure.maintenance.set(clusterId(), auto, document);
  else azure.maintenance.delete(clusterId(), auto);
  for (let looks = 0; looks < 5; looks += 1) {
    await judgeMaintenance(azure);
    azure.clock.advance(day);
  }
  expect(azure.maintenance.find(clusterId(), auto)).toEqual(document);
  expect(await holdOf(azure)).toMatchObject({ state: 'overridden' });
  expect(await azure.problems.list(9)).toMatchObject([{ source: 'maintenance' }]);
  expect(azure.maintenance.written).toHaveLength(1);
});

test('after all targets were open once, a target that shuts is held again in spite of an old override', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure.maintenance.set(clusterId(), auto, ownWindow);
  await judgeMaintenance(azure);
  await warmUp(azure);
  expect(await azure.holds.list()).toEqual([]);
  azure.clock.advance(2 * day);
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([christmas, { start: '2026-09-03', end: '2026-09-06' }]);
});

test('what a person changes beside our entry stays, and so does an entry equal to ours', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  const changed = { notAllowedDates: [summer, firstEntry, christmas, firstEntry], durationHours: 4 };
  azure.maintenance.set(clusterId(), auto, weekly(changed));
  await judgeMaintenance(azure);
  await warmUp(azure);
  expect(azure.maintenance.find(clusterId(), auto)).toEqual(
    weekly({ ...changed, notAllowedDates: [summer, firstEntry, christmas], startDate: '2026-09-01' }),
  );
});

test.each(['given', 'none'] as const)('an edit between our look and our write survives, ETags %s', async (etags) => {
  const azure = arrangeMaintained();
  azure.maintenance.etags = etags;
  let edits = 0;
  azure.maintenance.fault = (what) => {
    edits += what === 'put' ? 1 : 0;
    azure.clock.advance(1);
    if (what === 'put' && edits === 1) azure.maintenance.set(clusterId(), auto, weekly({ notAllowedDates: [summer] }));
  };
  expect(await judgeMaintenance(azure)).toContain('held until');
  expect(entriesOf(azure)).toEqual([summer, firstEntry]);
  expect((await azure.audit.list(9)).map(({ outcome }) => outcome).sort()).toEqual(['done', 'failed']);
});

test('an empty list, a null and no list at all are as before when our entry is gone', async () => {
  for (const before of [{ notAllowedDates: [] }, { notAllowedDates: null }, {}]) {
    const azure = arrangeMaintained(undefined, weekly(before));
    await judgeMaintenance(azure);
    expect(entriesOf(azure)).toEqual([firstEntry]);
    await warmUp(azure);
    expect(azure.maintenance.find(clusterId(), auto)).toEqual(weekly({ ...before, startDate: '2026-09-01' }));
  }
});

test('while AKS works on the cluster the change is left for the next round', async () => {
  const azure = arrangeMaintained();
  azure.maintenance.operation = 'Updating';
  expect(await judgeMaintenance(azure)).toContain('409');
  azure.maintenance.operation = undefined;
  expect(await judgeMaintenance(azure)).toContain('held until');
});

test('a right that is missing is told at the hold with what to grant, and tried again an hour later', async () => {
  const azure = arrangeMaintained();
  azure.maintenance.fault = (what) => {
    if (what === 'put') throw new SyncError('ARM_FORBIDDEN', 'PUT: 403');
  };
  await judgeMaintenance(azure);
  await judgeMaintenance(azure);
  expect(await holdOf(azure)).toMatchObject({
    state: 'refused',
    reasons: [expect.stringContaining('1.35.7 is unknown'), expect.stringContaining('Grant')],
  });
  expect(await azure.audit.list(9)).toHaveLength(1);
  azure.maintenance.fault = () => undefined;
  azure.clock.advance(3601);
  await judgeMaintenance(azure);
  expect(await holdOf(azure)).toMatchObject({ state: 'held' });
});

test.each([
  ['configurations that may not be listed', 'ARM_FORBIDDEN', 'maintenance'],
  ['a cluster that may not be read', 'ARM_FORBIDDEN', 'clusters'],
  ['a cluster that is described oddly', 'ARM_UNEXPECTED', 'clusters'],
] as const)('what is held stays, and %s are told there and as one problem: %s of %s', async (_what, code, of) => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure[of].fault = () => {
    throw new SyncError(code, 'GET: no');
  };
  for (let looks = 0; looks < 3; looks += 1) expect(await judgeMaintenance(azure)).toContain(code);
  const shut = '1.35.7 is unknown: it had no plan, and is being planned';
  const told = `neither renewed nor released, and ends by itself: ${code}: GET: no`;
  expect(await holdOf(azure)).toMatchObject({
    ...{ state: 'held', entry: firstEntry },
    reasons: [shut, expect.stringContaining(told) as string],
  });
  expect(await azure.problems.list(9)).toMatchObject([{ reason: expect.stringContaining(told) as string }]);
  azure[of].fault = () => undefined;
  await judgeMaintenance(azure);
  expect((await holdOf(azure))?.reasons).toEqual([expect.stringContaining('1.35.7 is unknown') as string]);
});

test('of a cluster that cannot be read, and where nothing is held, the message comes back', async () => {
  const azure = arrangeMaintained();
  azure.clusters.fault = () => {
    throw new SyncError('ARM_UNEXPECTED', 'GET: odd');
  };
  await expect(judgeMaintenance(azure)).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
});

test('throttled, the message comes back; the change that Azure made all the same is recognised', async () => {
  const azure = arrangeMaintained();
  azure.maintenance.fault = (what) => {
    if (what === 'put') throw new SyncError('ARM_UNAVAILABLE', 'PUT: 429', { retryAfterSeconds: 3 });
  };
  await expect(judgeMaintenance(azure)).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  azure.maintenance.fault = () => undefined;
  const intended = await holdOf(azure);
  azure.maintenance.set(clusterId(), auto, weekly({ notAllowedDates: [christmas, intended?.entry] }));
  await judgeMaintenance(azure);
  expect(await holdOf(azure)).toMatchObject({ state: 'held', entry: firstEntry });
  expect(azure.maintenance.written).toEqual([]);
  expect((await azure.audit.list(9)).map(({ outcome }) => outcome)).toEqual(['done']);
});

test('a cluster that is gone leaves no records behind', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure.clusters.fault = () => {
    throw new SyncError('CLUSTER_NOT_FOUND', 'gone');
  };
  expect(await judgeMaintenance(azure)).toBe('the cluster is gone');
  expect(await azure.holds.list()).toEqual([]);
});

test('when holds are switched off, an entry ends by itself and is cleared away after that only', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure.maintenancePolicy = { ...azure.maintenancePolicy, scope: 'off' };
  expect(await judgeMaintenance(azure)).toContain('ends by itself after 2026-09-04');
  azure.clock.advance(4 * day);
  await judgeMaintenance(azure);
  expect([entriesOf(azure), await azure.holds.list()]).toEqual([[christmas], []]);
});

test('a hold that a clock far ahead has placed is released when all is open, not when that time has come', async () => {
  const azure = arrangeMaintained();
  const ahead = () => new Date(azure.clock.now().getTime() + hours(20));
  const task = { kind: 'maintenance', clusterId: clusterId() } as const;
  await evaluateMaintenance(task, { ...azure.ports(), now: ahead });
  expect(entriesOf(azure)).toHaveLength(2);
  await warmUp(azure);
  expect([entriesOf(azure), await azure.holds.list()]).toEqual([[christmas], []]);
});

test('a refusal that a clock far ahead has noted is tried again at once', async () => {
  const azure = arrangeMaintained();
  const ahead = () => new Date(azure.clock.now().getTime() + hours(20));
  azure.maintenance.fault = (what) => {
    if (what === 'put') throw new SyncError('ARM_FORBIDDEN', 'PUT: 403');
  };
  await evaluateMaintenance({ kind: 'maintenance', clusterId: clusterId() }, { ...azure.ports(), now: ahead });
  azure.maintenance.fault = () => undefined;
  await judgeMaintenance(azure);
  expect(await holdOf(azure)).toMatchObject({ state: 'held', entry: firstEntry });
});
