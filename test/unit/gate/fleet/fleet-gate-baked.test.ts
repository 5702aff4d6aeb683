import { evaluateFleetGate } from '../../../../shared/gate/fleet/evaluate-fleet-gate.js';
import { hashFacts } from '../../../../shared/requirements/facts-hash.js';
import {
  clusterId,
  clusterOf,
  coredns,
  gateId,
  gateOf,
  pause,
  planOf,
  policy,
  provenState,
  requirement,
  runOf,
  setOf,
  stateOf,
} from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

const task = { kind: 'fleet-gate', gateId: gateId() } as const;

/** A set of one artifact that nodes wait for, proven now, and one that their image carries, which fails for ever. */
async function arrange() {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf('one'));
  const baked = { ...requirement(pause), baked: ['AKSUbuntu-2204/202607.02.0'] };
  const set = { ...setOf(), artifacts: [requirement(coredns), baked] };
  const facts = { plannedAt: azure.clock.now(), clusterId: clusterId('one'), factsHash: hashFacts(clusterOf('one')) };
  await azure.targets.savePlan(planOf(set, facts));
  const proven = provenState(coredns, { provenAt: azure.clock.now() });
  const failed = stateOf(pause, { phase: 'failed', reason: 'IMPORT_REFUSED' });
  await azure.states.save([proven, failed].map((state) => ({ state, etag: undefined })));
  azure.fleets.putRun(runOf([clusterId('one')]));
  azure.fleets.putGate(gateOf());
  return azure;
}

test('a gate that does not wait for what node images carry is not held to renew a proof of it either', async () => {
  const azure = await arrange();
  const gatePolicy = { ...policy, baked: 'not-awaited' as const };
  expect(await evaluateFleetGate(task, { ...azure.ports(), gatePolicy })).toBe('approved');
});

test('a gate that does wait for it says that it is missing', async () => {
  const azure = await arrange();
  expect(await evaluateFleetGate(task, azure.ports())).toBe('waiting');
  const [record] = await azure.fleetRecords.list();
  expect(record?.reasons.join()).toContain('one 1.35.7 is closed: 1 of 2 artifacts');
});
