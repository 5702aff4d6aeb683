import { Application } from '../../../../shared/app/application.js';
import { evaluateFleetGate } from '../../../../shared/gate/fleet/evaluate-fleet-gate.js';
import { clusterOf, gateId, gateOf, runOf } from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

/** One cluster that is open, and a Fleet gate that nobody has judged yet. */
async function arrange(): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  await new Application(azure.ports()).syncCluster(clusterOf().resource);
  await azure.pass(60);
  azure.fleets.putRun(runOf());
  azure.fleets.putGate(gateOf());
  return azure;
}

const actions = async (azure: FakeSubscription): Promise<readonly string[]> =>
  (await azure.fleetRecords.list()).map(({ action }) => action);

test('judgements of one gate at the same time approve it once, and all say so', async () => {
  const azure = await arrange();
  const approvals: string[] = [];
  azure.fleets.onApproved = ({ id }) => void approvals.push(id);
  const judgements = [1, 2, 3].map(() => evaluateFleetGate({ kind: 'fleet-gate', gateId: gateId() }, azure.ports()));
  expect(await Promise.all(judgements)).toEqual(['approved', 'approved', 'approved']);
  expect(approvals).toEqual([gateId()]);
  expect(await evaluateFleetGate({ kind: 'fleet-gate', gateId: gateId() }, azure.ports())).toBe('approved');
  expect(await actions(azure)).toEqual(['approved']);
});

test('a judgement that began before an approval and ends after it leaves the record of the approval alone', async () => {
  const azure = await arrange();
  const slow = azure.ports();
  const doubtful = {
    ...slow,
    targets: {
      ...slow.targets,
      get: async () => {
        await evaluateFleetGate({ kind: 'fleet-gate', gateId: gateId() }, azure.ports());
        return undefined;
      },
      request: async () => undefined,
    } as unknown as typeof slow.targets,
  };
  await evaluateFleetGate({ kind: 'fleet-gate', gateId: gateId() }, doubtful);
  expect(await actions(azure)).toEqual(['approved']);
});

test('a judgement that read the gate before an approval began does not hide that approval, whose worker then dies', async () => {
  const azure = await arrange();
  const slow = azure.ports();
  azure.fleets.onApproved = () => {
    throw new Error('the worker dies');
  };
  const doubtful = {
    ...slow,
    targets: {
      ...slow.targets,
      get: async () => {
        azure.clock.advance(1);
        await expect(evaluateFleetGate({ kind: 'fleet-gate', gateId: gateId() }, azure.ports())).rejects.toThrow(
          'dies',
        );
        azure.fleets.putGate(gateOf({ state: 'Completed' }));
        return undefined;
      },
      request: async () => undefined,
    } as unknown as typeof slow.targets,
  };
  expect(await evaluateFleetGate({ kind: 'fleet-gate', gateId: gateId() }, doubtful)).toBe('approving');
  expect(await actions(azure)).toEqual(['approving']);
  azure.clock.advance(1);
  expect(await evaluateFleetGate({ kind: 'fleet-gate', gateId: gateId() }, azure.ports())).toBe('approved');
});

test('a gate that a person approved is left alone', async () => {
  const azure = await arrange();
  azure.fleets.putGate(gateOf({ state: 'Completed' }));
  expect(await evaluateFleetGate({ kind: 'fleet-gate', gateId: gateId() }, azure.ports())).toBe('left-alone');
});
