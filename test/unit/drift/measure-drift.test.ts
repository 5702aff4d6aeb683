import { Application } from '../../../shared/app/application.js';
import { SyncError } from '../../../shared/model/errors.js';
import { artifactName } from '../../../shared/model/artifact.js';
import type { Cluster } from '../../../shared/model/cluster.js';
import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { clusterId, clusterOf, target } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

const prefix = 'aks-managed-repository/';
const agent = { repository: 'oss/v2/azure/agent', tag: 'v1.2.3' };
const cachedAgent = { repository: `${prefix}${agent.repository}`, tag: agent.tag };
const server = 'acr.azurecr.io';

/** Clusters that run the planned version, each with a kubelet identity of its name. */
function running(name: string, registry = 'acr', properties: object = {}): Cluster {
  const identityProfile = { kubeletidentity: { objectId: `kubelet-${name}` } };
  return clusterOf(name, registry, { kubernetesVersion: target, properties: { identityProfile, ...properties } });
}

async function subscriptionWith(...clusters: readonly Cluster[]) {
  const azure = new FakeSubscription();
  azure.addRegistry('acr');
  azure.addRegistry('other');
  azure.mar.put(agent.repository, agent.tag);
  for (const cluster of clusters) azure.addCluster(cluster);
  await plan(azure, ...clusters);
  return azure;
}

async function plan(azure: FakeSubscription, ...clusters: readonly Cluster[]): Promise<void> {
  for (const { resource } of clusters) {
    const task = { clusterId: resource.id, kubernetesVersion: target, attempt: 0 };
    await azure.planQueue.enqueue([task], 0);
  }
  await azure.drain();
}

const measure = (azure: FakeSubscription) => new Application(azure.ports()).measureDrift();
const reportOf = (azure: FakeSubscription, name: string) => azure.driftReports.get(clusterId(name), target);
const planned = async (azure: FakeSubscription, name: string) =>
  (await azure.targets.get(clusterId(name), target))?.planned?.set.artifacts.map(artifactName) ?? [];

test('an image that nobody predicted has escaped, and is in the next plan of a comparable cluster', async () => {
  const azure = await subscriptionWith(running('one'), running('two', 'other'));
  azure.pullLog?.put(server, { ...cachedAgent, identity: 'kubelet-one', lastAt: azure.clock.now() });
  expect(await planned(azure, 'two')).not.toContain(artifactName(agent));
  expect(await measure(azure)).toEqual({ clusters: 2, escaped: 1, learnt: 1, failures: [] });
  expect((await reportOf(azure, 'one'))?.escaped.map(({ tag }) => tag)).toEqual([agent.tag]);
  expect((await reportOf(azure, 'two'))?.escaped).toEqual([]);
  await plan(azure, running('two', 'other'));
  expect(await planned(azure, 'two')).toContain(artifactName(agent));
});

test('a cluster that lacks what is switched on there does not get it', async () => {
  const mesh = { serviceMeshProfile: { mode: 'Istio', istio: { revisions: [] } } };
  const azure = await subscriptionWith(running('one', 'acr', mesh), running('two', 'other'));
  azure.pullLog?.put(server, { ...cachedAgent, identity: 'kubelet-one', lastAt: azure.clock.now() });
  await measure(azure);
  await plan(azure, running('two', 'other'));
  expect(await planned(azure, 'two')).not.toContain(artifactName(agent));
});

test('clusters that share a registry answer for their own pulls only', async () => {
  const azure = await subscriptionWith(running('one'), running('two'));
  azure.pullLog?.put(server, { ...cachedAgent, identity: 'kubelet-two', lastAt: azure.clock.now() });
  await measure(azure);
  expect((await reportOf(azure, 'one'))?.escaped).toEqual([]);
  expect((await reportOf(azure, 'two'))?.escaped).toHaveLength(1);
});

test('what was predicted and pulled is counted, the rest is idle', async () => {
  const azure = await subscriptionWith(running('one'));
  const [first = ''] = await planned(azure, 'one');
  const [repository = '', tag = ''] = first.split(':');
  azure.pullLog?.put(server, { repository: `${prefix}${repository}`, tag, lastAt: azure.clock.now() });
  await measure(azure);
  const report = await reportOf(azure, 'one');
  expect(report?.pulled).toBe(1);
  expect(report?.idle).toHaveLength((report?.predicted ?? 0) - 1);
});

test('without a workspace the inventory alone tells what escaped, and nothing of what is idle', async () => {
  const azure = await subscriptionWith(running('one'));
  azure.pullLog = undefined;
  const digest = azure.mar.find(agent.repository, agent.tag)!.digest;
  azure.inventory.put(server, { ...cachedAgent, digest, createdAt: azure.clock.now() });
  expect(await measure(azure)).toMatchObject({ escaped: 1, failures: [] });
  const report = await reportOf(azure, 'one');
  expect(report?.sources).toEqual({ inventory: { state: 'read' }, log: { state: 'not-configured' } });
  expect(report).not.toHaveProperty('idle');
});

test('one source failing leaves the other; both failing leave the last report', async () => {
  const azure = await subscriptionWith(running('one'));
  azure.pullLog?.put(server, { ...cachedAgent, lastAt: azure.clock.now() });
  azure.inventory.fault = () => {
    throw new SyncError('REGISTRY_FORBIDDEN', 'no right to list');
  };
  expect((await measure(azure)).failures).toEqual([expect.stringContaining('REGISTRY_FORBIDDEN') as string]);
  const before = await reportOf(azure, 'one');
  expect(before?.escaped).toHaveLength(1);
  expect(before?.sources.inventory).toMatchObject({ state: 'failed' });
  azure.pullLog!.fault = () => {
    throw new SyncError('LOGS_UNAVAILABLE', '503');
  };
  azure.clock.advance(3600);
  expect((await measure(azure)).failures).toHaveLength(2);
  expect(await reportOf(azure, 'one')).toEqual(before);
});

test('measuring again changes nothing but the time, and an escape stays one after it was learnt', async () => {
  const azure = await subscriptionWith(running('one'));
  azure.pullLog?.put(server, { ...cachedAgent, lastAt: azure.clock.now() });
  await measure(azure);
  const first = await reportOf(azure, 'one');
  const facts = (await azure.observed.get('1.35')).facts;
  await plan(azure, running('one'));
  await measure(azure);
  expect((await reportOf(azure, 'one'))?.escaped).toEqual(first?.escaped);
  expect((await azure.observed.get('1.35')).facts).toEqual(facts);
});

test('reports of a cluster that is gone go', async () => {
  const cluster = running('one');
  const azure = await subscriptionWith(cluster);
  await measure(azure);
  azure.clusters.remove(cluster.resource);
  await measure(azure);
  expect(await azure.driftReports.list()).toEqual([]);
});

test('a version that is not planned is not compared', async () => {
  const azure = await subscriptionWith(clusterOf('one'));
  expect(await measure(azure)).toMatchObject({ clusters: 0 });
  expect(
    await new Application(azure.ports()).drift({ cluster: clusterOf('one').resource, version: target }),
  ).toMatchObject({ state: 'not-measured', reason: expect.stringContaining('once a day') as string });
});

test('status and answer tell the counts, the answer also the names', async () => {
  const azure = await subscriptionWith(running('one'));
  azure.pullLog?.put(server, { ...cachedAgent, lastAt: azure.clock.now() });
  azure.pullLog?.put(server, { repository: `${prefix}dotnet/aspnet`, tag: '9.0', lastAt: azure.clock.now() });
  const app = new Application(azure.ports());
  await app.sync({ cluster: undefined, kubernetesVersion: undefined, dryRun: false });
  await app.measureDrift();
  const drift = {
    escaped: 1,
    foreign: 1,
    idle: expect.any(Number) as number,
    measuredAt: azure.clock.now().toISOString(),
  };
  expect((await app.status()).clusters[0]?.targets[0]?.drift).toEqual(drift);
  const answer = await app.drift({ cluster: running('one').resource, version: target });
  expect(answer).toMatchObject({ state: 'measured', counts: { escaped: 1, foreign: 1, pulled: 0 } });
  expect(answer).toMatchObject({
    escaped: [{ ...agent, evidence: 'log' }],
    foreign: [{ repository: 'dotnet/aspnet' }],
  });
});

test('an upgrade is not looked at in its middle: what its nodes pull meanwhile counts for the version that they get', async () => {
  const azure = await subscriptionWith(running('one'), running('two'));
  await measure(azure);
  const newer = '1.35.8' as KubernetesVersion;
  const upgrading = { ...running('one'), properties: { ...running('one').properties, provisioningState: 'Upgrading' } };
  azure.addCluster(upgrading);
  azure.clock.advance(3600);
  azure.pullLog?.put(server, { ...cachedAgent, identity: 'kubelet-one', lastAt: azure.clock.now() });
  azure.clock.advance(3600);
  expect(await measure(azure)).toMatchObject({ escaped: 0, failures: [] });
  azure.addCluster({ ...running('one'), kubernetesVersion: newer });
  const task = { clusterId: clusterId('one'), kubernetesVersion: newer, attempt: 0 };
  await azure.planQueue.enqueue([task], 0);
  await azure.drain();
  expect(await measure(azure)).toMatchObject({ escaped: 1 });
  expect((await azure.driftReports.get(clusterId('one'), newer))?.escaped.map(({ tag }) => tag)).toEqual([agent.tag]);
  expect((await reportOf(azure, 'one'))?.escaped).toEqual([]);
});
