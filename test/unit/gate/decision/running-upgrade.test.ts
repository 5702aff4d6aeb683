import { seen } from '../../../../shared/gate/reconcile/seen-clusters.js';
import { upgradingTo } from '../../../../shared/gate/decision/running-upgrade.js';
import { kindOfRun, targetAt, versionAskedBy } from '../../../../shared/gate/upgrade-kinds.js';
import { before, clusterOf, hours, minutes, now, target, version } from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';
import { Application } from '../../../../shared/app/application.js';

const upgrading = (properties: Record<string, unknown>) => clusterOf('one', 'acr', { properties });
const pool = (provisioningState: string, orchestratorVersion = '1.34.7') => ({
  provisioningState,
  orchestratorVersion,
});

test.each<[string, Record<string, unknown>, readonly string[]]>([
  ['says nothing', {}, []],
  ['is at rest', { provisioningState: 'Succeeded', kubernetesVersion: '1.35.7' }, []],
  ['changes something else', { provisioningState: 'Updating', kubernetesVersion: '1.35.7' }, []],
  ['failed to upgrade', { provisioningState: 'Failed', kubernetesVersion: '1.35.7' }, []],
  ['upgrades', { provisioningState: 'Upgrading', kubernetesVersion: '1.35.7' }, ['1.35.7']],
  ['upgrades to the newest patch', { provisioningState: 'Upgrading', kubernetesVersion: '1.35' }, ['1.35']],
  ['upgrades, in other letters', { provisioningState: 'upgrading' }, ['1.34.7']],
  ['upgrades one pool', { agentPoolProfiles: [pool('Succeeded'), pool('Upgrading', '1.35.7')] }, ['1.35.7']],
  ['renews node images', { agentPoolProfiles: [pool('UpgradingNodeImageVersion', '1.33.1')] }, ['1.34.7']],
  ['has pools that are none', { agentPoolProfiles: [null, 'x', 7] }, []],
])('a cluster that %s', (_sentence, properties, to) => {
  expect(upgradingTo(upgrading(properties))).toEqual(to);
});

test('an upgrade that goes on keeps the time when it was first seen; one to somewhere else begins', () => {
  const first = seen(
    upgrading({ provisioningState: 'Upgrading', kubernetesVersion: '1.35.7' }),
    undefined,
    before(hours(1)),
  );
  expect(seen(upgrading({ provisioningState: 'Upgrading', kubernetesVersion: '1.35.7' }), first, now).upgrade).toEqual({
    to: ['1.35.7'],
    since: before(hours(1)),
  });
  expect(
    seen(upgrading({ provisioningState: 'Upgrading', kubernetesVersion: '1.35.8' }), first, now).upgrade?.since,
  ).toBe(now);
  expect(seen(upgrading({}), first, now)).not.toHaveProperty('upgrade');
});

test('a running upgrade holds its open gate while a tag moves, and lets go when it ends', async () => {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  const gate = async () =>
    await new Application(azure.ports()).gate({ cluster: clusterOf().resource, version: target, strict: false });
  await azure.pass(600);
  expect((await gate()).decision).toBe('open');
  azure.addCluster(
    upgrading({ ...clusterOf().properties, provisioningState: 'Upgrading', kubernetesVersion: '1.35.7' }),
  );
  await azure.pass(minutes(6) / 1000);
  for (const cache of azure.caches.values()) cache.cachingSeconds = () => Number.POSITIVE_INFINITY;
  azure.mar.put('oss/v2/kubernetes/coredns', 'v1.13.1-6', 'rebuilt');
  await azure.pass(hours(2) / 1000);
  expect(await gate()).toMatchObject({ decision: 'open', held: 'upgrade-running' });
  azure.addCluster(clusterOf());
  await azure.pass(minutes(6) / 1000);
  expect((await gate()).decision).toBe('closed');
});

test.each([
  ['Full', 'kubernetes'],
  ['controlPlaneOnly', 'kubernetes'],
  ['NodeImageOnly', 'node-image'],
  ['SomethingNew', undefined],
] as const)('an update run of type %s is of kind %s', (type, kind) => {
  expect(kindOfRun(type)).toBe(kind);
});

test.each([
  ['kubernetes', target, target],
  ['kubernetes', undefined, undefined],
  ['node-image', target, 'current'],
  ['aks-release', undefined, 'current'],
] as const)('an upgrade of kind %s to %s asks the gate of %s', (kind, named, asked) => {
  expect(versionAskedBy(kind, named)).toBe(asked);
});

test('a cluster that runs a newer version than is asked for is judged where it is', () => {
  expect(targetAt(version('1.34.7'), target)).toBe(target);
  expect(targetAt(version('1.35.8'), target)).toBe('1.35.8');
  expect(targetAt(version('1.35.8'), 'current')).toBe('1.35.8');
});
