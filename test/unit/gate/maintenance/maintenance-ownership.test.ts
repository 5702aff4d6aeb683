import { longestReason } from '../../../../shared/gate/maintenance/maintenance-ports.js';
import { SyncError } from '../../../../shared/model/errors.js';
import { clusterId } from '../../../support/builders.js';
import { weekly } from '../../../support/fakes/fake-maintenance.js';
import {
  arrangeMaintained,
  auto,
  autoUpgraded,
  christmas,
  entriesOf,
  firstEntry,
  holdOf,
  judgeMaintenance,
  nodeImages,
  ownWindow,
  setOpen,
  warmUp,
} from '../../../support/maintained.js';

const day = 24 * 3600;
const minute = 60;

test.each(['given', 'none'] as const)(
  'an entry equal to ours that a person adds just before our write is theirs, ETags %s',
  async (etags) => {
    const azure = arrangeMaintained();
    azure.maintenance.etags = etags;
    let edits = 0;
    azure.maintenance.fault = (what) => {
      if (what !== 'put' || (edits += 1) > 1) return;
      azure.maintenance.set(clusterId(), auto, weekly({ notAllowedDates: [firstEntry] }));
    };
    await judgeMaintenance(azure);
    expect(await holdOf(azure)).toMatchObject({ state: 'covered' });
    await warmUp(azure);
    expect(entriesOf(azure)).toEqual([firstEntry]);
  },
);

test('an entry equal to ours that a person adds while AKS takes no change is theirs', async () => {
  const azure = arrangeMaintained();
  azure.maintenance.operation = 'Updating';
  await judgeMaintenance(azure);
  azure.maintenance.operation = undefined;
  azure.maintenance.set(clusterId(), auto, weekly({ notAllowedDates: [firstEntry] }));
  await judgeMaintenance(azure);
  await warmUp(azure);
  expect(entriesOf(azure)).toEqual([firstEntry]);
});

test('a renewal that AKS is too busy for leaves the hold as it was', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure.clock.advance(2 * day);
  azure.maintenance.operation = 'Updating';
  await judgeMaintenance(azure);
  expect(await holdOf(azure)).toMatchObject({ state: 'held', entry: firstEntry });
  azure.maintenance.operation = undefined;
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([christmas, { start: '2026-09-03', end: '2026-09-06' }]);
});

test('a manual change still wins after Azure refused us the list for a while', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure.maintenance.set(clusterId(), auto, ownWindow);
  await judgeMaintenance(azure);
  azure.maintenance.fault = () => {
    throw new SyncError('ARM_FORBIDDEN', 'GET: 403');
  };
  await judgeMaintenance(azure);
  azure.maintenance.fault = () => undefined;
  azure.clock.advance(2 * 3600);
  await judgeMaintenance(azure);
  expect(await holdOf(azure)).toMatchObject({ state: 'overridden' });
  expect(entriesOf(azure)).toEqual([christmas]);
});

test('who clears away an entry that is over, as AKS might, decides nothing: what is shut is held anew', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure.clock.advance(20 * day);
  azure.maintenance.set(clusterId(), auto, ownWindow);
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([christmas, { start: '2026-09-21', end: '2026-09-24' }]);
});

test('a configuration that a person makes before ours came to be is theirs, also if it is like ours', async () => {
  const azure = arrangeMaintained(autoUpgraded(), null);
  azure.maintenancePolicy = { ...azure.maintenancePolicy, create: 'allowed' };
  azure.maintenance.fault = (what) => {
    if (what === 'put') throw new SyncError('ARM_UNAVAILABLE', 'PUT: 503');
  };
  await expect(judgeMaintenance(azure)).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  azure.maintenance.fault = () => undefined;
  const allDay = { schedule: { daily: { intervalDays: 1 } }, durationHours: 24, startTime: '00:00' };
  azure.maintenance.set(clusterId(), auto, weekly(allDay));
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([firstEntry]);
  await warmUp(azure);
  expect(azure.maintenance.find(clusterId(), auto)).toEqual(weekly({ ...allDay, startDate: '2026-09-01' }));
});

test('a configuration of our making whose offset a person has set is theirs', async () => {
  const azure = arrangeMaintained(autoUpgraded(), null);
  azure.maintenancePolicy = { ...azure.maintenancePolicy, create: 'allowed' };
  await judgeMaintenance(azure);
  const allDay = { schedule: { daily: { intervalDays: 1 } }, durationHours: 24, startTime: '00:00' };
  const theirs = { ...allDay, utcOffset: '+05:30' };
  azure.maintenance.set(clusterId(), auto, weekly({ ...theirs, notAllowedDates: [firstEntry] }));
  await warmUp(azure);
  expect(azure.maintenance.find(clusterId(), auto)).toEqual(weekly({ ...theirs, startDate: '2026-09-01' }));
});

test('what could not be removed before the mode became observe is still known for ours', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  const stored = (await azure.holds.ofCluster(clusterId()))[0];
  if (!stored) throw new Error('nothing is held');
  await azure.holds.save({ ...stored.record, state: 'releasing', alike: 0 }, stored.etag);
  azure.clock.advance(20 * minute);
  await judgeMaintenance(azure, 'observe');
  expect(await holdOf(azure)).toMatchObject({ state: 'releasing', entry: firstEntry });
});

test('a hold from before the mode became observe says that it ends by itself, then that its entry stays for a person to remove', async () => {
  const azure = arrangeMaintained(nodeImages, null);
  azure.maintenance.set(clusterId(), auto, ownWindow);
  await setOpen(azure, false);
  await judgeMaintenance(azure);
  await setOpen(azure, true);
  await judgeMaintenance(azure, 'observe');
  expect((await holdOf(azure))?.reasons).toEqual([
    expect.stringMatching(/^our entry 2026-09-01 to 2026-09-04 .* holds until .* mode observe .* remove it by hand/),
  ]);
  azure.clock.advance(5 * day);
  await judgeMaintenance(azure, 'observe');
  await judgeMaintenance(azure, 'observe');
  expect(entriesOf(azure)).toEqual([christmas, firstEntry]);
  expect(await azure.problems.list(9)).toMatchObject([
    { subject: expect.stringContaining(auto) as string, reason: expect.stringContaining('is over') as string },
  ]);
  expect((await azure.problems.list(9))[0]?.reason).toMatch(/is over and holds nothing, .* remove it by hand$/);
});

test('a refusal in many words is told once, and not at every look', async () => {
  const azure = arrangeMaintained();
  azure.maintenance.fault = () => {
    throw new SyncError('ARM_FORBIDDEN', `GET: 403 ${'because of this '.repeat(50)}`);
  };
  for (let looks = 0; looks < 3; looks += 1) await judgeMaintenance(azure);
  expect((await holdOf(azure))?.reasons.map((reason) => reason.length)).toEqual([longestReason]);
  expect(await azure.problems.list(9)).toHaveLength(1);
});
