import { Application } from '../../../../shared/app/application.js';
import { reconcile } from '../../../../shared/gate/reconcile/reconcile.js';
import { SyncError } from '../../../../shared/model/errors.js';
import { evaluateMaintenance } from '../../../../shared/gate/maintenance/evaluate-maintenance.js';
import type { HoldState } from '../../../../shared/gate/maintenance/maintenance-ports.js';
import { clusterId, hours, minutes, registryOf } from '../../../support/builders.js';
import { weekly } from '../../../support/fakes/fake-maintenance.js';
import type { FakeSubscription } from '../../../support/fakes/fake-subscription.js';
import {
  arrangeMaintained,
  auto,
  entriesOf,
  firstEntry,
  holdOf,
  judgeMaintenance,
  warmUp,
} from '../../../support/maintained.js';

/** A cluster whose gate was open on proofs that are too old now and being renewed: grace alone holds it open. */
async function arrangeGrace(state: HoldState | undefined): Promise<FakeSubscription> {
  const azure = arrangeMaintained(undefined, weekly());
  azure.maintenancePolicy = { ...azure.maintenancePolicy, scope: 'off' };
  await new Application(azure.ports()).sync({ cluster: undefined, kubernetesVersion: undefined, dryRun: false });
  await warmUp(azure);
  azure.maintenancePolicy = { ...azure.maintenancePolicy, scope: 'auto-upgrade' };
  azure.clock.advance(minutes(40) / 1000);
  const now = azure.clock.now();
  for (const stored of (await azure.states.list(registryOf().resource.key)).values())
    await azure.states.save([{ state: { ...stored.state, dueAt: now }, etag: stored.etag }]);
  if (!state) return azure;
  const record = { clusterId: clusterId(), configuration: auto, state, entry: firstEntry, before: null } as const;
  await azure.holds.save({ ...record, since: now, recordedAt: now, reasons: [] }, undefined);
  if (state === 'held') azure.maintenance.set(clusterId(), auto, weekly({ notAllowedDates: [firstEntry] }));
  return azure;
}

async function judge(azure: FakeSubscription): Promise<string> {
  const ports = azure.ports();
  const gatePolicy = { ...ports.gatePolicy, maxProofAgeMs: minutes(30), graceMs: hours(1) };
  return await evaluateMaintenance({ kind: 'maintenance', clusterId: clusterId() }, { ...ports, gatePolicy });
}

test('a gate that is only held open releases no hold', async () => {
  const azure = await arrangeGrace('held');
  expect(await judge(azure)).toContain('held until');
  expect(entriesOf(azure)).toEqual([firstEntry]);
  expect(await holdOf(azure)).toMatchObject({ state: 'held', reasons: ['1.35.7 is only held open'] });
});

test.each([
  ['nothing is held', undefined],
  ['a hold was told in mode observe', 'would-hold'],
] as const)('a gate that is only held open places no hold where %s', async (_what, state) => {
  const azure = await arrangeGrace(state);
  await judge(azure);
  expect([azure.maintenance.written, await azure.holds.list()]).toEqual([[], []]);
});

test.each(['all', 'shut-or-held'] as const)(
  'a hold is judged in a round that looks at %s, also where every gate is open',
  async (look) => {
    const azure = await arrangeGrace('held');
    await azure.drain();
    azure.maintenancePolicy = { ...azure.maintenancePolicy, scope: 'off' };
    await reconcile(azure.ports(), look);
    expect(azure.gateQueue.messages).toContainEqual({ kind: 'maintenance', clusterId: clusterId() });
  },
);

test('while nobody can tell what AKS offers, upgrades to it are held and the hold is renewed, and says so', async () => {
  const azure = arrangeMaintained(undefined, weekly());
  await new Application(azure.ports()).sync({ cluster: undefined, kubernetesVersion: undefined, dryRun: false });
  await warmUp(azure);
  azure.clusters.upgradeProfile = () => Promise.reject(new SyncError('ARM_FORBIDDEN', 'GET upgradeProfiles: 403'));
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([firstEntry]);
  expect((await holdOf(azure))?.reasons.at(-1)).toMatch(/^which versions AKS offers is not known: ARM_FORBIDDEN/);
  azure.clock.advance(2 * 24 * 3600);
  await judgeMaintenance(azure);
  expect(entriesOf(azure)).toEqual([{ start: '2026-09-03', end: '2026-09-06' }]);
});
