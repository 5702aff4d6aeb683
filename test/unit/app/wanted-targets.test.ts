import { Application } from '../../../shared/app/application.js';
import { SyncError } from '../../../shared/model/errors.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { clusterId, clusterOf, gateId, gateOf, runOf, target } from '../../support/builders.js';
import { noticeOf } from '../../support/notices.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

const current = clusterOf().kubernetesVersion;

function arrange(): FakeSubscription {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  return azure;
}

const targetsOf = async (azure: FakeSubscription): Promise<readonly string[]> =>
  (await azure.targets.list()).map(({ kubernetesVersion }) => kubernetesVersion).sort();

test('the version that runs is kept warm beside the upgrade, and status says which one it is', async () => {
  const azure = arrange();
  await azure.pass(6 * 60);
  const [cluster] = (await new Application(azure.ports()).status()).clusters;
  expect(
    cluster?.targets.map(({ kubernetesVersion, current: isCurrent, decision }) => [
      kubernetesVersion,
      isCurrent,
      decision,
    ]),
  ).toEqual([
    [current, true, 'open'],
    [target, false, 'open'],
  ]);
});

test('a version that an update run names is planned before any gate exists', async () => {
  const azure = arrange();
  azure.fleets.putRun({
    ...runOf([clusterId()]),
    state: 'NotStarted',
    kubernetesVersion: parseKubernetesVersion('1.35.3'),
  });
  await new Application(azure.ports()).reconcile();
  expect(await targetsOf(azure)).toEqual([current, '1.35.3', target]);
});

test('fleets that cannot be read are told, and do not keep clusters waiting', async () => {
  const azure = arrange();
  azure.fleets.fault = () => {
    throw new SyncError('ARM_FORBIDDEN', 'fleets: 403');
  };
  const { failures, planned } = await new Application(azure.ports()).reconcile();
  expect(failures.join()).toContain('update runs: ARM_FORBIDDEN: fleets: 403');
  expect(planned).toBe(2);
});

test('policy decides which upgrades are prepared without anybody naming them', async () => {
  const azure = arrange();
  const ports = { ...azure.ports(), targetPolicy: { upgradesTo: new Set<'patch' | 'minor'>() } };
  await new Application(ports).reconcile();
  expect(await targetsOf(azure)).toEqual([current]);
});

test('a notice that names a version has it planned; one that names none, or an old one, plans anew', async () => {
  const azure = arrange();
  const app = new Application(azure.ports());
  const named = ['1.35.5', '1.20.1'].map(parseKubernetesVersion);
  expect((await app.prepareUpgrade(clusterOf().resource, named, noticeOf())).targets).toEqual([
    current,
    '1.35.5',
    target,
  ]);
  expect((await app.prepareUpgrade(clusterOf().resource, [], noticeOf())).targets).toEqual([current, target]);
});

test('a gate of a node image run opens once the current version is proven', async () => {
  const azure = arrange();
  const { kubernetesVersion: _version, ...run } = runOf([clusterId()]);
  azure.fleets.putRun({ ...run, upgradeType: 'NodeImageOnly' });
  azure.fleets.putGate(gateOf());
  await azure.pass(6 * 60);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
  expect((await azure.fleetRecords.list())[0]?.reasons).toEqual(['open for their current versions: one']);
});

test('what node images carry is warmed last', async () => {
  const azure = arrange();
  const cluster = clusterOf();
  const [pool] = cluster.pools;
  const nodeImageVersion = 'AKSUbuntu-2204gen2containerd-202607.02.0';
  const properties = { ...cluster.properties, agentPoolProfiles: [{ name: pool?.name, nodeImageVersion }] };
  azure.addCluster({ ...cluster, properties });
  const app = new Application(azure.ports());
  await app.plan({ clusterId: clusterId(), kubernetesVersion: current, attempt: 0 }, 1);
  const plan = (await azure.targets.get(clusterId(), current))?.planned;
  const baked = plan?.set.artifacts.filter((artifact) => artifact.baked) ?? [];
  expect(baked.length).toBeGreaterThan(0);
  const delayed = azure.warmQueue.messages.slice(azure.warmQueue.visible);
  expect(delayed.map(({ tag }) => tag).sort()).toEqual(baked.map(({ tag }) => tag).sort());
  expect(azure.warmQueue.messages.length).toBe(plan?.set.artifacts.length);
});

test('a notice that is dated far ahead gives way to the next, and does not come back when it arrives once more', async () => {
  const azure = arrange();
  const app = new Application(azure.ports());
  const inHours = (count: number) => new Date(azure.clock.now().getTime() + count * 3_600_000);
  const wrong = noticeOf({ toldAt: new Date('2099-01-01'), scheduledAt: inHours(24 * 20) });
  const near = noticeOf({ toldAt: azure.clock.now(), scheduledAt: inHours(20) });
  const at = async () => (await azure.deadlines.list()).map((deadline) => deadline.at);
  await app.prepareUpgrade(clusterOf().resource, [], wrong);
  expect(await at()).toEqual([wrong.scheduledAt]);
  await app.prepareUpgrade(clusterOf().resource, [], near);
  expect(await at()).toEqual([near.scheduledAt]);
  azure.clock.advance(60);
  await app.prepareUpgrade(clusterOf().resource, [], wrong);
  expect(await at()).toEqual([near.scheduledAt]);
});
