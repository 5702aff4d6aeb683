import { ArmClient } from '../../shared/azure/arm-client.js';
import { ArmFleets } from '../../shared/azure/fleets.js';
import { clusterId, clusterOf, gateId, gateOf, runOf, version } from '../support/builders.js';
import { mortalPorts } from '../support/dying-ports.js';
import { FakeFleets } from '../support/fakes/fake-arm.js';
import { FakeSubscription } from '../support/fakes/fake-subscription.js';
import { credentialOf } from '../support/local-credential.js';
import { addMember, setProof } from '../support/open-member.js';
import { trust } from '../support/trust.js';
import { closeAll, eventually, smallScenario, start } from '../unit/local/azure/azure-client.js';
import { fleetOpenerContract, type OpenerWorld } from './fleet-opener.contract.js';

const other = version('1.35.8');

async function openMember(): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  await addMember(azure, clusterOf('one'));
  await setProof(azure, 'proven');
  return azure;
}

describe('the opener at the fake Fleet', () => {
  fleetOpenerContract(async (): Promise<OpenerWorld> => {
    const azure = await openMember();
    const fleets = new FakeFleets();
    let approvals = 0;
    fleets.onApproved = () => (approvals += 1);
    fleets.putRun(runOf([clusterId('one')]));
    fleets.putGate(gateOf());
    return {
      ...{ azure, fleets, gateId: gateId(), approvals: () => approvals },
      settle: async () => undefined,
      stopRun: () => fleets.putRun(runOf([clusterId('one')], { state: 'Stopped' })),
      retargetRun: () => fleets.putRun(runOf([clusterId('one')], { kubernetesVersion: other })),
      touchGate: () => fleets.putGate(gateOf()),
    };
  }, mortalPorts);
});

describe('the opener at the local Azure', () => {
  afterEach(closeAll);
  const stages = [{ name: 'canary', beforeGates: [{ displayName: 'artifact-sync' }], groups: [{ name: 'first' }] }];
  const run = { name: 'run', kubernetesVersion: '1.35.7', stages };
  const scenario = {
    fleets: [{ name: 'fleet', resourceGroup: 'rg', members: [{ cluster: 'one', group: 'first' }], updateRuns: [run] }],
  };

  fleetOpenerContract(async (): Promise<OpenerWorld> => {
    // Nothing else is played: no registry holds anything.
    const local = await start({ ...scenario, clusters: smallScenario.clusters }, { pulledByNodes: () => [] });
    trust(local.caPem);
    local.play();
    const arm = new ArmClient(local.armEndpoint, 'https://management.azure.com', credentialOf(local));
    const fleets = new ArmFleets(arm, local.subscriptionId);
    await eventually(() => local.world.gates.length > 0, 'the first gate');
    const [gate] = local.world.gates;
    const [fleet] = local.world.fleets;
    if (!gate || !fleet) throw new Error('there is no gate');
    return {
      ...{ azure: await openMember(), fleets, gateId: gate.id },
      approvals: () => local.requestLog.total('arm gates PATCH 20'),
      settle: () => eventually(() => gate.state === 'Completed', 'the approval'),
      stopRun: () => fleet.stop(gate.run),
      retargetRun: () => fleet.retarget(gate.run, other),
      touchGate: () => void (gate.revision += 1),
    };
  }, ['fleets']);

  test('an ARM that throttles (429) is asked again after the time that it names, and nothing is approved meanwhile', async () => {
    const azure = await openMember();
    const busy = await start({ ...scenario, faults: { armThrottledShare: 1, retryAfterSeconds: 7 } });
    trust(busy.caPem);
    const arm = new ArmClient(busy.armEndpoint, 'https://management.azure.com', credentialOf(busy));
    const ports = { ...azure.ports(), fleets: new ArmFleets(arm, busy.subscriptionId) };
    const { Application } = await import('../../shared/app/application.js');
    const line = await new Application(ports).evaluate({ kind: 'fleet-gate', gateId: gateId() });
    expect(line).toContain('again in 7 s');
    expect(azure.gateQueue.nextVisibleAt - azure.clock.now().getTime()).toBe(7000);
    expect(busy.requestLog.total('arm gates PATCH')).toBe(0);
  });
});
