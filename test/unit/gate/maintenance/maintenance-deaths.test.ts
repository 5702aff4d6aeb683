import { evaluateMaintenance } from '../../../../shared/gate/maintenance/evaluate-maintenance.js';
import { clusterId } from '../../../support/builders.js';
import { weekly } from '../../../support/fakes/fake-maintenance.js';
import type { FakeSubscription } from '../../../support/fakes/fake-subscription.js';
import { MortalWorkers } from '../../../support/fakes/mortal-workers.js';
import {
  arrangeMaintained,
  auto,
  autoUpgraded,
  christmas,
  entriesOf,
  firstEntry,
  holdOf,
  judgeMaintenance,
} from '../../../support/maintained.js';

/** More stops than a judgement has. */
const mostStops = 60;

/** A worker judges the cluster and dies after some stops. @returns whether it died before its end */
async function dieAfter(stops: number, azure: FakeSubscription): Promise<boolean> {
  const workers = new MortalWorkers();
  await workers.hire(azure.ports(), async (ports) => {
    await evaluateMaintenance({ kind: 'maintenance', clusterId: clusterId() }, ports);
  });
  await workers.runOn(0, stops);
  const died = workers.waiting > 0;
  workers.killAll();
  return died;
}

test('a worker may die at every point of placing a hold: the next one ends what it began', async () => {
  for (let stops = 0; stops < mostStops; stops += 1) {
    const azure = arrangeMaintained();
    const died = await dieAfter(stops, azure);
    azure.clock.advance(300);
    await judgeMaintenance(azure);
    expect([stops, entriesOf(azure)]).toEqual([stops, [christmas, firstEntry]]);
    expect(await holdOf(azure)).toMatchObject({ state: 'held', entry: firstEntry });
    if (!died) return;
  }
  throw new Error('the worker never came to its end');
});

test.each([
  ['entries of others', [christmas]],
  ['also one that equals ours', [christmas, firstEntry]],
])(
  'a worker may die at every point of releasing one beside %s: it is gone after the next look',
  async (_what, theirs) => {
    for (let stops = 0; stops < mostStops; stops += 1) {
      const azure = arrangeMaintained();
      await judgeMaintenance(azure);
      azure.maintenance.set(clusterId(), auto, weekly({ notAllowedDates: [...theirs, firstEntry] }));
      // Everything becomes open while nobody looks at maintenance.
      azure.maintenancePolicy = { ...azure.maintenancePolicy, scope: 'off' };
      await azure.pass(200);
      azure.maintenancePolicy = { ...azure.maintenancePolicy, scope: 'auto-upgrade' };
      const died = await dieAfter(stops, azure);
      await judgeMaintenance(azure);
      expect([stops, entriesOf(azure), await azure.holds.list()]).toEqual([stops, theirs, []]);
      const unfinished = (await azure.audit.list(9)).filter(({ outcome }) => outcome === 'begun');
      // Somebody died between the write and the end of its entry: the trail tells where, until it is ended by the next look.
      expect(unfinished.length).toBeLessThanOrEqual(1);
      if (!died) return;
    }
    throw new Error('the worker never came to its end');
  },
);

test('a worker may die at every point of making a configuration: it is deleted in the end', async () => {
  for (let stops = 0; stops < mostStops; stops += 1) {
    const azure = arrangeMaintained(autoUpgraded(), null);
    azure.maintenancePolicy = { ...azure.maintenancePolicy, create: 'allowed' };
    const died = await dieAfter(stops, azure);
    azure.clock.advance(300);
    await judgeMaintenance(azure);
    expect([stops, entriesOf(azure)]).toEqual([stops, [firstEntry]]);
    // A plan that was asked for by a record alone is found by the reconcile timer.
    await azure.pass(900);
    expect([stops, azure.maintenance.find(clusterId(), auto)]).toEqual([stops, undefined]);
    if (!died) return;
  }
  throw new Error('the worker never came to its end');
});
