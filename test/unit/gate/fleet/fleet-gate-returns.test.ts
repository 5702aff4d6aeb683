import { Application } from '../../../../shared/app/application.js';
import { evaluateFleetGate } from '../../../../shared/gate/fleet/evaluate-fleet-gate.js';
import type { UpdateMember, UpdateRun } from '../../../../shared/gate/fleet/fleet.js';
import { clusterId, clusterOf, gateId, gateOf, minutes, runOf } from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

const lacks = 'Version 1.35.7 is not available in this region';

/** A run over clusters `one` and `two` that stand as told. */
function runWith(one: string, two: string): UpdateRun {
  const members: readonly UpdateMember[] = [
    { clusterId: clusterId(), state: one },
    { clusterId: clusterId('two'), state: two, ...(two === 'Pending' ? { message: lacks } : {}) },
  ];
  const clusterIds = members.map((member) => member.clusterId);
  return runOf([], { stages: [{ name: 'canary', groups: [{ name: 'first', clusterIds, members }] }] });
}

/** Two clusters that are open, and a Fleet gate that nobody has judged yet. */
async function arrange(): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  azure.addRegistry();
  for (const name of ['one', 'two']) {
    azure.addCluster(clusterOf(name));
    await new Application(azure.ports()).syncCluster(clusterOf(name).resource);
  }
  await azure.pass(60);
  azure.fleets.putRun(runWith('NotStarted', 'NotStarted'));
  azure.fleets.putGate(gateOf());
  return azure;
}

/** Looks at the gate, now and in a quarter of an hour, by when the approval must have ended. @returns what Azure was asked for meanwhile */
async function lookTwice(azure: FakeSubscription): Promise<readonly string[]> {
  const asked: string[] = [];
  azure.fleets.fault = (what) => void (what === 'approve' && asked.push(what));
  await look(azure);
  await azure.pass(15 * 60);
  await look(azure);
  await azure.pass(60);
  azure.fleets.fault = () => undefined;
  return asked;
}

const look = (azure: FakeSubscription) => evaluateFleetGate({ kind: 'fleet-gate', gateId: gateId() }, azure.ports());
const recordOf = async (azure: FakeSubscription) => (await azure.fleetRecords.get(gateId()))?.record;
const stateOf = async (azure: FakeSubscription) => (await azure.fleets.getGate(gateId()))?.state;

test('a gate that is Pending again after its approval is not approved twice, and says so', async () => {
  const azure = await arrange();
  await look(azure);
  azure.fleets.putGate(gateOf());
  azure.clock.advance(60);
  expect(await look(azure)).toBe('approved');
  expect(await lookTwice(azure)).toEqual([]);
  expect(await stateOf(azure)).toBe('Pending');
  const record = await recordOf(azure);
  expect(record).toMatchObject({ action: 'waiting', approval: { accepted: true } });
  expect(record?.reasons).toEqual([
    expect.stringMatching(/^an approval of ours was begun before .* is Pending: it is not approved twice$/) as string,
    expect.stringContaining('approve it by hand') as string,
  ]);
});

test('an approval that was begun and never given is not told for one', async () => {
  const azure = await arrange();
  azure.fleets.fault = (what) => {
    if (what === 'approve') throw new Error('the worker dies');
  };
  await expect(look(azure)).rejects.toThrow('dies');
  azure.fleets.fault = () => undefined;
  azure.fleets.putGate(gateOf());
  azure.clock.advance(60);
  expect(await look(azure)).toBe('waiting');
  expect((await recordOf(azure))?.reasons[0]).not.toMatch(/approved (at|before|again)/);
  expect((await azure.audit.list(10)).map(({ outcome }) => outcome)).toEqual(['begun']);
});

test('it says what Azure holds instead of asking for a person, where a member tells (Azure/AKS#5423)', async () => {
  const azure = await arrange();
  await look(azure);
  azure.fleets.putGate(gateOf());
  azure.fleets.putRun(runWith('Completed', 'Pending'));
  expect(await lookTwice(azure)).toEqual([]);
  expect((await recordOf(azure))?.reasons).toEqual([
    expect.stringContaining('not approved twice') as string,
    `held by Azure: two is Pending although the gate is approved: ${lacks}`,
  ]);
});

test('members that get through are no other state of the run: what Azure holds is not approved for the rest of them', async () => {
  const azure = await arrange();
  await look(azure);
  azure.fleets.putRun(runWith('Running', 'Pending'));
  azure.fleets.putGate(gateOf());
  expect(await lookTwice(azure)).toEqual([]);
  azure.fleets.putRun(runWith('Completed', 'Pending'));
  expect(await lookTwice(azure)).toEqual([]);
  expect(await stateOf(azure)).toBe('Pending');
});

test('a gate of another state of its run may be approved again', async () => {
  const azure = await arrange();
  azure.fleets.putRun(runOf());
  await look(azure);
  azure.fleets.putRun(runOf([clusterId(), clusterId('two')]));
  azure.fleets.putGate(gateOf());
  await azure.pass(30 * 60);
  expect(await stateOf(azure)).toBe('Completed');
  expect((await azure.audit.list(10)).map(({ outcome }) => outcome)).toEqual(['done', 'done']);
});

describe('an approval that ARM accepted and never carried out', () => {
  const accept = async (): Promise<FakeSubscription> => {
    const azure = await arrange();
    azure.fleets.approvals = 'lost';
    expect(await look(azure)).toBe('approved');
    azure.fleets.approvals = 'carried-out';
    return azure;
  };

  test('is given again when the gate has the same ETag after ten minutes, not before, and says so', async () => {
    const azure = await accept();
    azure.clock.advance(minutes(9) / 1000);
    expect([await look(azure), await stateOf(azure)]).toEqual(['approved', 'Pending']);
    expect(await lookTwice(azure)).toEqual(['approve']);
    expect(await stateOf(azure)).toBe('Completed');
    expect((await recordOf(azure))?.reasons).toEqual([
      'open for 1.35.7: one, two',
      'approved again: ARM accepted it before and changed nothing',
    ]);
    expect((await azure.audit.list(10)).map(({ outcome }) => outcome)).toEqual(['done']);
  });

  test('is given again when ARM calls the change of the gate Failed', async () => {
    const azure = await accept();
    azure.fleets.putGate(gateOf({ provisioningState: 'Failed' }));
    expect(await lookTwice(azure)).toEqual(['approve']);
    expect(await stateOf(azure)).toBe('Completed');
  });

  test.each([
    ['a member has begun', runWith('Running', 'NotStarted')],
    ['Azure holds a member', runWith('NotStarted', 'Pending')],
    ['a member is through', runWith('NotStarted', 'Completed')],
  ])('is not given again when %s: the gate was passed, whatever its ETag says', async (_sentence, run) => {
    const azure = await accept();
    azure.fleets.putRun(run);
    expect(await lookTwice(azure)).toEqual([]);
    expect(await recordOf(azure)).toMatchObject({ action: 'waiting', approval: { accepted: true } });
  });

  test('is not given again when a member is not open any more', async () => {
    const azure = await accept();
    azure.addCluster(clusterOf('two', 'acr', { properties: { addonProfiles: { azurepolicy: { enabled: true } } } }));
    azure.clock.advance(minutes(11) / 1000);
    expect(await look(azure)).toBe('waiting');
    expect(await stateOf(azure)).toBe('Pending');
  });
});

test.each(['Failed', 'Canceled'])('a gate whose last change ARM calls %s is at rest, and approved', async (state) => {
  const azure = await arrange();
  azure.fleets.putGate(gateOf({ provisioningState: state }));
  expect([await look(azure), await stateOf(azure)]).toEqual(['approved', 'Completed']);
});

test('a gate that ARM works on waits', async () => {
  const azure = await arrange();
  azure.fleets.putGate(gateOf({ provisioningState: 'Updating' }));
  expect([await look(azure), await stateOf(azure)]).toEqual(['waiting', 'Pending']);
});

test('reconciliation tells what Azure holds at an approved gate, and forgets it when the run goes on', async () => {
  const azure = await arrange();
  await look(azure);
  const app = new Application(azure.ports());
  azure.fleets.putRun(runWith('Completed', 'Pending'));
  await app.reconcile();
  await app.reconcile();
  const told = `held by Azure: two is Pending although the gate is approved: ${lacks}`;
  expect(await recordOf(azure)).toMatchObject({ action: 'approved', reasons: [told, 'open for 1.35.7: one, two'] });
  azure.fleets.putRun({ ...runWith('Completed', 'Running'), state: 'Running' });
  await app.reconcile();
  expect((await recordOf(azure))?.reasons).toEqual(['open for 1.35.7: one, two']);
});
