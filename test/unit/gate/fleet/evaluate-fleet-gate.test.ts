import { Application } from '../../../../shared/app/application.js';
import { evaluateFleetGate, type FleetGatePorts } from '../../../../shared/gate/fleet/evaluate-fleet-gate.js';
import { SyncError, type FailureCode } from '../../../../shared/model/errors.js';
import { clusterId, clusterOf, gateId, gateOf, hours, minutes, runOf, target } from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

const task = { kind: 'fleet-gate', gateId: gateId() } as const;

/** Clusters one and two are open; plain is not isolated; the gate waits for the given members. */
async function arrange(...members: readonly string[]): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf('one'));
  azure.addCluster(clusterOf('two'));
  azure.addCluster(clusterOf('plain', null));
  await new Application(azure.ports()).sync({ cluster: undefined, kubernetesVersion: undefined, dryRun: false });
  await azure.pass(120);
  azure.fleets.putRun(runOf(members));
  azure.fleets.putGate(gateOf());
  return azure;
}

async function judge(azure: FakeSubscription, changes: Partial<FleetGatePorts> = {}) {
  const action = await evaluateFleetGate(task, { ...azure.ports(), ...changes });
  const [record] = await azure.fleetRecords.list();
  return { action, reasons: record?.reasons ?? [], state: (await azure.fleets.getGate(gateId()))?.state };
}

test('is approved when every member is open; a member that is not isolated needs no cache', async () => {
  const azure = await arrange(clusterId('one'), clusterId('two'), clusterId('plain'));
  expect(await judge(azure)).toEqual({
    action: 'approved',
    reasons: ['open for 1.35.7: one, two, plain'],
    state: 'Completed',
  });
});

test('in mode observe it is told what would be done, and nothing is done', async () => {
  const azure = await arrange(clusterId('one'));
  expect(await judge(azure, { enforcement: { mode: 'observe', scopes: [] } })).toMatchObject({
    action: 'would-approve',
    state: 'Pending',
  });
});

test('waits for a member that is closed and says what for', async () => {
  const azure = await arrange(clusterId('one'), clusterId('two'));
  azure.caches.get('acr.azurecr.io')?.evict('aks-managed-repository/oss/v2/kubernetes/coredns');
  azure.clock.advance(hours(25) / 1000);
  const { action, reasons, state } = await judge(azure);
  expect([action, state]).toEqual(['waiting', 'Pending']);
  expect(reasons).toHaveLength(2);
});

test('a member that was never planned is asked for, and the gate waits', async () => {
  const azure = await arrange(clusterId('three'));
  azure.addCluster(clusterOf('three'));
  expect(await judge(azure)).toMatchObject({
    action: 'waiting',
    reasons: ['three 1.35.7 is unknown: it had no plan, and is being planned'],
  });
  const neededBy = new Date(azure.clock.now().getTime() + minutes(15)).toISOString();
  expect(azure.planQueue.messages).toEqual([
    { clusterId: clusterId('three'), kubernetesVersion: target, attempt: 0, neededBy },
  ]);
  await azure.pass(120);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
});

test('a member that changed since it was planned is planned again before anything is approved', async () => {
  const azure = await arrange(clusterId('one'));
  azure.addCluster(clusterOf('one', 'acr', { properties: { addonProfiles: { azurepolicy: { enabled: true } } } }));
  expect(await judge(azure)).toMatchObject({
    action: 'waiting',
    state: 'Pending',
    reasons: ['one changed since it was planned; it is being planned again'],
  });
  expect(azure.planQueue.messages).toHaveLength(1);
});

test.each([
  ['is unknown to ARM', clusterId('gone'), 'CLUSTER_NOT_FOUND'],
  ['is no cluster', 'a member without clusterResourceId', 'INVALID_INPUT'],
])('a member that %s keeps the gate shut', async (_sentence, member, code) => {
  const azure = await arrange(clusterId('one'), member);
  const { action, reasons } = await judge(azure);
  expect([action, reasons.length]).toEqual(['waiting', 1]);
  expect(reasons[0]).toContain(`member ${member}: ${code}: `);
});

test('a member that we may not read keeps the gate shut and tells what to grant', async () => {
  const azure = await arrange(clusterId('one'));
  azure.clusters.fault = failing('ARM_FORBIDDEN');
  expect(await judge(azure)).toMatchObject({
    action: 'waiting',
    reasons: [expect.stringContaining('Grant the identity') as string],
  });
});

test.each(['gate', 'run', 'approve'])('an ARM that does not answer for the %s gives the message back', async (what) => {
  const azure = await arrange(clusterId('one'));
  azure.fleets.fault = (asked) => {
    if (asked === what) failing('ARM_UNAVAILABLE')();
  };
  await expect(judge(azure)).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  azure.fleets.fault = () => undefined;
  expect(await judge(azure)).toMatchObject({ action: 'approved' });
});

test('an ARM that does not answer for a member is told at the gate, and the message comes back', async () => {
  const azure = await arrange(clusterId('one'));
  azure.clusters.fault = failing('ARM_UNAVAILABLE');
  await expect(judge(azure)).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  const [record] = await azure.fleetRecords.list();
  expect(record?.reasons).toEqual([
    'ARM_UNAVAILABLE: a fault. No action; Azure Resource Manager throttles or fails for now.',
  ]);
});

test('an ARM that does not answer once ends no chain of looks', async () => {
  const azure = await arrange(clusterId('one'));
  azure.clock.advance(hours(1) / 1000);
  await judge(azure);
  let asked = 0;
  azure.clusters.fault = () => {
    asked += 1;
    if (asked === 1) failing('ARM_UNAVAILABLE')();
  };
  await azure.pass(100);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
});

test('an ARM that does not answer for an approval leaves the record of it alone', async () => {
  const azure = await arrange(clusterId('one'));
  azure.fleets.fault = (asked) => {
    if (asked === 'approve') failing('ARM_UNAVAILABLE')();
  };
  await expect(judge(azure)).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  expect(await azure.fleetRecords.list()).toMatchObject([{ action: 'approving', approval: { accepted: false } }]);
});

test('an approval that we may not give is told at the gate', async () => {
  const azure = await arrange(clusterId('one'));
  azure.fleets.fault = (asked) => {
    if (asked === 'approve') failing('ARM_FORBIDDEN')();
  };
  expect(await judge(azure)).toMatchObject({
    action: 'waiting',
    state: 'Pending',
    reasons: [
      'ARM_FORBIDDEN: a fault. Grant the identity of the app the action that the message names on the resource.',
    ],
  });
});

test('a gate that changed while it was judged is not approved', async () => {
  const azure = await arrange(clusterId('one'));
  const ports = azure.ports();
  let looks = 0;
  azure.clusters.fault = () => {
    looks += 1;
    if (looks === 1) azure.fleets.putGate(gateOf({ displayName: 'artifact-sync renamed' }));
  };
  expect(await judge(azure, ports)).toMatchObject({ action: 'waiting', state: 'Pending' });
  expect(await judge(azure, ports)).toMatchObject({ action: 'approved' });
});

test.each([
  ['was stopped', runOf([clusterId('one')], { state: 'Stopped' })],
  ['got another member', runOf([clusterId('one'), clusterId('gone')])],
  ['got another version', runOf([clusterId('one')], { kubernetesVersion: clusterOf().kubernetesVersion })],
])('a gate whose run %s while it was judged is not approved', async (_sentence, changed) => {
  const azure = await arrange(clusterId('one'));
  azure.clusters.fault = () => azure.fleets.putRun(changed);
  expect(await judge(azure)).toMatchObject({ action: 'waiting', state: 'Pending' });
});

test('old proofs are renewed before an approval', async () => {
  const azure = await arrange(clusterId('one'));
  azure.clock.advance(hours(1) / 1000);
  expect(await judge(azure)).toMatchObject({
    action: 'waiting',
    reasons: ['one: 13 proofs are older than 15 minutes and are being renewed'],
  });
  expect(azure.warmQueue.messages).toHaveLength(13);
  expect(await judge(azure)).toMatchObject({ action: 'waiting' });
  expect(azure.warmQueue.messages).toHaveLength(13);
  await azure.pass(60);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
});

test('a registry that fails while proofs are renewed is told at the gate', async () => {
  const azure = await arrange(clusterId('one'));
  azure.clock.advance(hours(1) / 1000);
  const registry = azure.caches.get('acr.azurecr.io');
  if (registry) registry.fault = failing('REGISTRY_UNAVAILABLE');
  await judge(azure);
  await azure.pass(600);
  const [record] = await azure.fleetRecords.list();
  expect(record).toMatchObject({
    action: 'waiting',
    reasons: ['one: 13 proofs are older than 15 minutes and are being renewed; so far: REGISTRY_UNAVAILABLE: a fault'],
  });
});

test('what is not ours is left alone without a question to anybody', async () => {
  const azure = await arrange(clusterId('one'));
  azure.fleets.putGate(gateOf({ gateType: 'ScheduledStart', updateRunId: '' }));
  azure.fleets.fault = (asked) => {
    if (asked === 'run') throw new Error('nobody should ask for the run');
  };
  expect(await judge(azure)).toMatchObject({
    action: 'left-alone',
    reasons: ['its type is ScheduledStart, not Approval'],
  });
});

test('a gate that is gone waits for nothing any more', async () => {
  const azure = await arrange(clusterId('gone'));
  await judge(azure);
  azure.fleets.removeGate(gateId());
  expect(await evaluateFleetGate(task, azure.ports())).toBe('gone');
  expect(await azure.fleetRecords.list()).toMatchObject([{ action: 'left-alone', reasons: ['the gate is gone'] }]);
});

test('a task that follows an older record does nothing', async () => {
  const azure = await arrange(clusterId('gone'));
  await judge(azure);
  const [record] = await azure.fleetRecords.list();
  const after = record?.recordedAt.toISOString() ?? '';
  azure.clock.advance(5);
  expect(await evaluateFleetGate({ ...task, after }, azure.ports())).toBe('waiting');
  expect(await evaluateFleetGate({ ...task, after }, azure.ports())).toBe('stale');
});

function failing(code: FailureCode): () => never {
  return () => {
    throw new SyncError(code, 'a fault');
  };
}
