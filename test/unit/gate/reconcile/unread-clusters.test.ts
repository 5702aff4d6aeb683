import { Application } from '../../../../shared/app/application.js';
import { reconcile } from '../../../../shared/gate/reconcile/reconcile.js';
import { SyncError } from '../../../../shared/model/errors.js';
import { parseClusterId } from '../../../../shared/model/resource-id.js';
import { clusterId, clusterOf, hours, target } from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

/** Cluster one is open for 1.35.7. */
async function arrange(): Promise<FakeSubscription> {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  await new Application(azure.ports()).sync({ cluster: undefined, kubernetesVersion: undefined, dryRun: false });
  await azure.pass(hours(1) / 1000);
  return azure;
}

const odd = new SyncError('ARM_UNEXPECTED', 'odd');

/** The cluster itself cannot be read. */
function hide(azure: FakeSubscription): void {
  azure.clusters.list = async () => ({ clusters: [], unreadable: [{ id: clusterId(), reason: 'odd' }] });
  azure.clusters.fault = () => {
    throw odd;
  };
}

/** What AKS offers cannot be read. */
function hideOffers(azure: FakeSubscription): void {
  azure.clusters.upgradeProfile = async () => {
    throw odd;
  };
}

test('a plan of other facts is denounced, though AKS does not tell what it offers', async () => {
  const azure = await arrange();
  hideOffers(azure);
  azure.addCluster(clusterOf('one', 'acr', { properties: { addonProfiles: { azurepolicy: { enabled: true } } } }));
  const { failures } = await reconcile(azure.ports());
  expect(failures).toEqual([expect.stringContaining('one: ARM_UNEXPECTED: odd') as string]);
  expect((await azure.targets.get(clusterId(), target))?.failure).toMatchObject({ effect: 'plan-wrong' });
});

test.each([
  ['a cluster that cannot be read', hide],
  ['offers that cannot be read', hideOffers],
])('%s shut a gate in time, in words, and told to others', async (_what, happens) => {
  const azure = await arrange();
  happens(azure);
  await azure.pass(hours(25) / 1000);
  const app = new Application(azure.ports());
  const gate = await app.gate({ cluster: parseClusterId(clusterId()), version: target, strict: true });
  expect(gate.decision).toBe('unknown');
  expect(gate.reasons[0]).toMatch(/^the plan is \d+ h old and could not be renewed: ARM_UNEXPECTED: odd/);
  const told = azure.topic.taken.filter(({ data }) => data['kubernetesVersion'] === target);
  expect(told.at(-1)).toMatchObject({ type: 'GateClosed', data: { decision: 'unknown' } });
});
