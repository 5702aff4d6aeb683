import { Application } from '../../../../shared/app/application.js';
import { clusterId, clusterOf, hours, profileOf, target, version } from '../../../support/builders.js';
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
  nodes,
  ownWindow,
  warmUp,
} from '../../../support/maintained.js';

const day = 24 * 3600;

test('an upgrade whose target is not open is held beside the entries of the user, and its plan is asked for', async () => {
  const azure = arrangeMaintained();
  expect(await judgeMaintenance(azure)).toBe(`${auto}: held until 2026-09-04`);
  expect(azure.maintenance.find(clusterId(), auto)).toEqual({
    ...weekly({
      notAllowedDates: [christmas, firstEntry],
      aFieldOfTomorrow: { kept: true },
      startDate: '2026-09-01',
    }),
    name: auto,
  });
  expect(await holdOf(azure)).toMatchObject({
    state: 'held',
    entry: firstEntry,
    before: ownWindow,
    reasons: ['1.35.7 is unknown: it had no plan, and is being planned'],
  });
  expect(azure.planQueue.messages).toEqual([{ clusterId: clusterId(), kubernetesVersion: target, attempt: 0 }]);
});

test.each([
  ['1.34.9', '1.35.7'],
  ['1.35.7', '1.34.9'],
])('one of several versions that is not open is enough to hold: %s is open, %s is not', async (open, shut) => {
  const azure = arrangeMaintained();
  azure.clusters.put(autoUpgraded(), profileOf('1.34.9', '1.35.7'));
  const now = azure.clock.now();
  await azure.breakGlasses.save({
    ...{ clusterId: clusterId(), kubernetesVersion: version(open), who: 'kim', reason: 'CVE' },
    ...{ at: now, expiresAt: new Date(now.getTime() + hours(1)) },
  });
  await judgeMaintenance(azure);
  expect(await holdOf(azure)).toMatchObject({
    state: 'held',
    reasons: [`${shut} is unknown: it had no plan, and is being planned`],
  });
});

test('it is released as soon as the target is open, and nothing of it is left but in the audit trail', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  await warmUp(azure);
  expect(entriesOf(azure)).toEqual([christmas]);
  expect(await azure.holds.list()).toEqual([]);
  const [released, held] = await azure.audit.list(9);
  expect(released).toMatchObject({ action: 'release-maintenance', outcome: 'done', because: ['all targets are open'] });
  expect(held).toMatchObject({ action: 'hold-maintenance', outcome: 'done', before: ownWindow });
});

test('a target that shuts again is held again', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  await warmUp(azure);
  azure.caches.get('acr.azurecr.io')?.evict('aks-managed-repository/oss/v2/kubernetes/coredns');
  azure.clock.advance(hours(25) / 1000);
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([christmas, { start: '2026-09-02', end: '2026-09-05' }]);
});

test('looking twice changes nothing, and a day later neither', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure.clock.advance(day);
  expect(await judgeMaintenance(azure)).toBe(`${auto}: held until 2026-09-04`);
  expect(azure.maintenance.written).toHaveLength(1);
});

test('a hold is renewed before it ends, by one entry in the place of the other', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure.clock.advance(2 * day);
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([christmas, { start: '2026-09-03', end: '2026-09-06' }]);
});

test('after the service was away for weeks the entry that is over makes room for a new one', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure);
  azure.clock.advance(20 * day);
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([christmas, { start: '2026-09-21', end: '2026-09-24' }]);
});

test('days are those of the window, not of the app', async () => {
  const azure = arrangeMaintained(autoUpgraded(), weekly({ utcOffset: '+14:00' }));
  azure.clock.advance(4 * 3600);
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([{ start: '2026-09-02', end: '2026-09-05' }]);
});

test('an AKS that takes no start date of the past gets the same schedule without it', async () => {
  const azure = arrangeMaintained(autoUpgraded(), weekly({ startDate: '2023-12-14' }));
  await judgeMaintenance(azure);
  expect(azure.maintenance.find(clusterId(), auto)).toEqual(
    weekly({ startDate: '2026-09-01', notAllowedDates: [firstEntry] }),
  );
});

test('where leaving it out would move the schedule, nothing is changed and people are told', async () => {
  const everyOtherWeek = { schedule: { weekly: { intervalWeeks: 2, dayOfWeek: 'Sunday' } }, startDate: '2023-12-14' };
  const azure = arrangeMaintained(autoUpgraded(), weekly(everyOtherWeek));
  await judgeMaintenance(azure);
  await judgeMaintenance(azure);
  expect(azure.maintenance.find(clusterId(), auto)).toEqual(weekly(everyOtherWeek));
  expect(await holdOf(azure)).toMatchObject({ state: 'refused' });
  expect(await azure.problems.list(9)).toHaveLength(1);
  expect((await azure.audit.list(9)).map(({ outcome }) => outcome)).toEqual(['failed']);
});

test('a cluster without a configuration gets a finding, and none is made', async () => {
  const azure = arrangeMaintained(autoUpgraded('none', 'NodeImage'), null);
  await judgeMaintenance(azure);
  expect(azure.maintenance.written).toEqual([]);
  expect(await holdOf(azure, nodes)).toMatchObject({
    state: 'without-configuration',
    reasons: [
      '1.34.7 is unknown: it had no plan, and is being planned',
      expect.stringContaining('MAINTENANCE_CREATE') as string,
    ],
  });
  await warmUp(azure);
  expect(await azure.holds.list()).toEqual([]);
});

test('where the setting allows it, one is made that restricts nothing else, and deleted when all is open', async () => {
  const azure = arrangeMaintained(autoUpgraded(), null);
  azure.maintenancePolicy = { ...azure.maintenancePolicy, create: 'allowed' };
  await judgeMaintenance(azure);
  expect(azure.maintenance.find(clusterId(), auto)).toMatchObject({
    properties: {
      maintenanceWindow: { schedule: { daily: { intervalDays: 1 } }, durationHours: 24, notAllowedDates: [firstEntry] },
    },
  });
  await warmUp(azure);
  expect(azure.maintenance.find(clusterId(), auto)).toBeUndefined();
  expect((await azure.audit.list(9)).map(({ action }) => action)).toEqual([
    'release-maintenance',
    'create-maintenance',
  ]);
});

test('one that the user made their own in the meantime stays, without our entry', async () => {
  const azure = arrangeMaintained(autoUpgraded(), null);
  azure.maintenancePolicy = { ...azure.maintenancePolicy, create: 'allowed' };
  await judgeMaintenance(azure);
  azure.maintenance.set(clusterId(), auto, weekly({ notAllowedDates: [firstEntry] }));
  await warmUp(azure);
  expect(azure.maintenance.find(clusterId(), auto)).toEqual(weekly({ startDate: '2026-09-01' }));
});

test('weekly AKS releases are held if asked for, and never by a configuration of our making', async () => {
  const azure = arrangeMaintained();
  azure.maintenancePolicy = { scope: 'all', create: 'allowed', holdDays: 3 };
  await judgeMaintenance(azure);
  expect(await holdOf(azure, 'default')).toMatchObject({ state: 'without-configuration' });
  azure.maintenance.set(clusterId(), 'default', weekly());
  await judgeMaintenance(azure);
  expect(entriesOf(azure, 'default')).toEqual([firstEntry]);
});

test.each([
  ['is not network isolated', clusterOf('one', null, { properties: autoUpgraded().properties })],
  ['is upgraded by nobody but people', autoUpgraded('none', 'None')],
  ['has nodes that update themselves', autoUpgraded('none', 'Unmanaged')],
  ['says nothing of upgrades', clusterOf()],
])('a cluster that %s is left alone', async (_sentence, cluster) => {
  const azure = arrangeMaintained(cluster);
  expect(await judgeMaintenance(azure)).toBe('left alone');
  expect([azure.maintenance.written, await azure.holds.list(), await azure.audit.list(9)]).toEqual([[], [], []]);
});

test('a cluster of another subscription is left alone', async () => {
  const azure = arrangeMaintained();
  const ports = { ...azure.ports(), subscriptionId: '99999999-2222-3333-4444-555555555555' };
  const line = await new Application(ports).evaluate({ kind: 'maintenance', clusterId: clusterId() });
  expect(line).toContain('left alone: of another subscription');
});

test('in mode observe it is told what would be done, and nothing is done', async () => {
  const azure = arrangeMaintained();
  await judgeMaintenance(azure, 'observe');
  await judgeMaintenance(azure, 'observe');
  expect(await holdOf(azure)).toMatchObject({ state: 'would-hold', entry: firstEntry });
  await azure.pass(240, azure.ports('observe'));
  expect(azure.maintenance.written).toEqual([]);
  expect((await azure.audit.list(9)).map(({ action, outcome }) => [action, outcome])).toEqual([
    ['release-maintenance', 'would'],
    ['hold-maintenance', 'would'],
  ]);
});

test.each([
  ['the cluster', autoUpgraded('rapid', 'None', { provisioningState: 'Upgrading' })],
  [
    'a pool',
    autoUpgraded('rapid', 'None', {
      agentPoolProfiles: [{ name: 'a', provisioningState: 'UpgradingNodeImageVersion' }],
    }),
  ],
])('while %s is being upgraded nothing is held', async (_sentence, cluster) => {
  const azure = arrangeMaintained(cluster);
  expect(await judgeMaintenance(azure)).toContain('the cluster is Upgrading');
  expect(azure.maintenance.written).toEqual([]);
});

test("what the user's own entries block already is not blocked once more", async () => {
  const azure = arrangeMaintained(
    autoUpgraded(),
    weekly({ notAllowedDates: [{ start: '2026-08-25', end: '2026-09-04' }] }),
  );
  await judgeMaintenance(azure);
  expect([await holdOf(azure), azure.maintenance.written]).toMatchObject([{ state: 'covered' }, []]);
  azure.clock.advance(day);
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toHaveLength(2);
});

test.each([
  ['of the old form', { properties: { timeInWeek: [{ day: 'Sunday', hourSlots: [1] }] } }],
  ['that refers to a shared window', { properties: { maintenanceWindowId: '/subscriptions/1/windows/w' } }],
])('a configuration %s is told and left as it is', async (_sentence, document) => {
  const azure = arrangeMaintained(autoUpgraded(), document);
  await judgeMaintenance(azure);
  expect(await holdOf(azure)).toMatchObject({ state: 'unholdable' });
  expect(azure.maintenance.find(clusterId(), auto)).toEqual(document);
});
