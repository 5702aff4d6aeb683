import { evaluateFleetGate } from '../../../../shared/gate/fleet/evaluate-fleet-gate.js';
import { reconcile } from '../../../../shared/gate/reconcile/reconcile.js';
import { SyncError, type FailureCode } from '../../../../shared/model/errors.js';
import { clusterId, gateId, gateOf, hours, minutes, runOf } from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

const task = { kind: 'fleet-gate', gateId: gateId() } as const;
const advice = 'Grant the identity of the app the action that the message names on the resource.';

/** A gate that waits for a member which nobody knows, and Fleets that fail since. */
async function arrange(code: FailureCode): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  azure.fleets.putRun(runOf([clusterId('gone')]));
  azure.fleets.putGate(gateOf());
  await evaluateFleetGate(task, azure.ports());
  azure.fleets.fault = () => {
    throw new SyncError(code, 'GET fleets: no');
  };
  return azure;
}

test('fleets that may not be read are told as a problem, once an hour', async () => {
  const azure = await arrange('ARM_FORBIDDEN');
  await reconcile(azure.ports());
  azure.clock.advance(minutes(5) / 1000);
  await reconcile(azure.ports());
  expect(await azure.problems.list(10)).toMatchObject([
    { source: 'reconcile', subject: 'update runs' },
    { source: 'reconcile', subject: 'fleets', reason: `ARM_FORBIDDEN: GET fleets: no. ${advice}` },
  ]);
  azure.clock.advance(hours(1) / 1000);
  await reconcile(azure.ports());
  expect(await azure.problems.list(10)).toHaveLength(4);
});

test('fleets that do not answer for now are no problem that a person has to look at', async () => {
  const azure = await arrange('ARM_UNAVAILABLE');
  await reconcile(azure.ports());
  expect(await azure.problems.list(10)).toEqual([]);
});

test('gates that wait are judged again, also when one fleet hides the list of all', async () => {
  const azure = await arrange('ARM_UNEXPECTED');
  expect(await reconcile(azure.ports())).toMatchObject({ fleetGates: 1 });
  expect(azure.gateQueue.messages).toEqual([task]);
});

test('a gate that may not be read any more says so, and ends among no poison messages', async () => {
  const azure = await arrange('ARM_FORBIDDEN');
  expect(await evaluateFleetGate(task, azure.ports())).toBe('waiting');
  expect(await azure.fleetRecords.list()).toMatchObject([
    { action: 'waiting', reasons: [`ARM_FORBIDDEN: GET fleets: no. ${advice}`] },
  ]);
});

test('a gate that does not answer for now says so, and its message comes back', async () => {
  const azure = await arrange('ARM_UNAVAILABLE');
  await expect(evaluateFleetGate(task, azure.ports())).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  expect(await azure.fleetRecords.list()).toMatchObject([
    { action: 'waiting', reasons: [expect.stringContaining('ARM_UNAVAILABLE') as string] },
  ]);
});

test('what was settled before stays so while fleets cannot be read', async () => {
  const azure = await arrange('ARM_FORBIDDEN');
  const [record] = await azure.fleetRecords.list();
  const stored = await azure.fleetRecords.get(gateId());
  if (!record) throw new Error('no record');
  await azure.fleetRecords.save({ ...record, action: 'approved', reasons: ['open'] }, stored?.etag);
  await expect(evaluateFleetGate(task, azure.ports())).rejects.toMatchObject({ code: 'ARM_FORBIDDEN' });
  expect(await azure.fleetRecords.list()).toMatchObject([{ action: 'approved', reasons: ['open'] }]);
});
