import { Application } from '../../../shared/app/application.js';
import { parseBreakRequest, parseMendRequest } from '../../../shared/app/break-glass-requests.js';
import { parseGateRequest } from '../../../shared/app/requests.js';
import { renderDashboard } from '../../../shared/app/dashboard.js';
import { clusterId, clusterOf, gateId, gateOf, hours, profileOf, runOf, target } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';
import { addMember, setProof } from '../../support/open-member.js';

const order = { cluster: clusterId(), kubernetesVersion: '1.35.7', reason: 'CVE <1>', expiresInHours: 2 };
const asked = parseGateRequest(new URLSearchParams({ cluster: clusterId(), version: target }));

async function arrange() {
  const azure = new FakeSubscription();
  await addMember(azure, clusterOf());
  await setProof(azure, 'missing');
  return { azure, app: new Application(azure.ports()) };
}

const breakOrder = (changes: object = {}, signedIn: string | null = 'kim@contoso.test') =>
  parseBreakRequest(JSON.stringify({ ...order, ...changes }), signedIn);
const mendOrder = () => parseMendRequest(JSON.stringify({ cluster: clusterId(), kubernetesVersion: target }), 'lee');

test('a broken glass opens one gate in plain sight until it expires, and stands in the trail', async () => {
  const { azure, app } = await arrange();
  expect((await app.gate(asked)).decision).toBe('closed');
  expect(await app.breakGlass(breakOrder())).toMatchObject({ who: 'kim@contoso.test', mode: 'enforce' });
  const gate = await app.gate(asked);
  expect(gate).toMatchObject({ decision: 'open', breakGlass: { who: 'kim@contoso.test', reason: 'CVE <1>' } });
  expect(gate.missing).toHaveLength(1);
  const status = await app.status();
  expect(status.breakGlasses).toMatchObject([{ clusterId: clusterId(), kubernetesVersion: target }]);
  expect(status.changes).toMatchObject([{ action: 'break-glass', outcome: 'done', who: 'kim@contoso.test' }]);
  expect(renderDashboard(status)).toContain('CVE &#60;1&#62;');
  azure.clock.advance(hours(2) / 1000);
  expect((await app.gate(asked)).decision).toBe('closed');
  expect((await app.status()).breakGlasses).toEqual([]);
});

test('a mended glass opens nothing; both are told, and mending nothing is fine', async () => {
  const { azure, app } = await arrange();
  await app.breakGlass(breakOrder());
  azure.clock.advance(1);
  expect((await app.mendGlass(mendOrder())).mended).toMatchObject({ who: 'kim@contoso.test' });
  expect((await app.mendGlass(mendOrder())).mended).toBeNull();
  expect((await app.gate(asked)).decision).toBe('closed');
  const { entries } = await app.audit({ most: 10 });
  expect(entries).toMatchObject([
    { action: 'mend-glass', who: 'lee', before: { who: 'kim@contoso.test' }, after: null },
    { action: 'break-glass', before: null, after: { reason: 'CVE <1>' }, because: [`opens ${target}: CVE <1>`] },
  ]);
});

test('a Fleet gate of its member is approved at once, in the name of who broke it; in mode observe it is not', async () => {
  const { azure, app } = await arrange();
  azure.fleets.putRun(runOf([clusterId()]));
  azure.fleets.putGate(gateOf());
  await app.evaluate({ kind: 'fleet-gate', gateId: gateId() });
  await app.breakGlass(breakOrder());
  await azure.drain(azure.ports('observe'));
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Pending');
  await app.evaluate({ kind: 'fleet-gate', gateId: gateId() });
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
  const { entries } = await app.audit({ most: 1 });
  expect(JSON.stringify((await app.audit({ most: 10 })).entries)).toContain('one: break glass: kim@contoso.test');
  expect(entries).toHaveLength(1);
});

test.each([
  ['proofs that cannot be renewed', clusterOf()],
  [
    'a plan of the cluster as it was',
    clusterOf('one', 'acr', { properties: { addonProfiles: { a: { enabled: true } } } }),
  ],
])('a Fleet gate whose member is open on proof, and waits for %s, is approved at once, too', async (_what, cluster) => {
  const { azure, app } = await arrange();
  await setProof(azure, 'proven');
  azure.clusters.put(cluster, profileOf(target));
  azure.fleets.putRun(runOf([clusterId()]));
  azure.fleets.putGate(gateOf());
  azure.clock.advance(hours(1) / 1000);
  await app.evaluate({ kind: 'fleet-gate', gateId: gateId() });
  expect((await app.gate(asked)).decision).toBe('open');
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Pending');
  await app.breakGlass(breakOrder());
  await app.evaluate({ kind: 'fleet-gate', gateId: gateId() });
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
});

test('of a version that was never planned it is told to others, too, and so is its end', async () => {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  azure.clusters.put(clusterOf(), profileOf());
  const app = new Application(azure.ports());
  await app.breakGlass(breakOrder({ kubernetesVersion: '1.36.0' }));
  await azure.drain();
  const told = () => azure.topic.taken.map(({ type, data }) => `${type} ${String(data['kubernetesVersion'])}`);
  expect(told()).toContain('GateOpened 1.36.0');
  await azure.pass(hours(3) / 1000);
  expect(told().filter((one) => one.endsWith('1.36.0'))).toEqual(['GateOpened 1.36.0', 'GateClosed 1.36.0']);
});

test.each([
  ['nobody says who', {}, null, 'who: is missing'],
  ['there is no reason', { reason: ' ' }, 'kim', 'reason: '],
  ['it would never expire', { expiresInHours: 1000 }, 'kim', 'expiresInHours: must be a number of hours'],
  ['it would expire at once', { expiresInHours: 0 }, 'kim', 'expiresInHours: must be a number of hours'],
  ['the cluster is none', { cluster: '/x' }, 'kim', 'cluster: '],
  ['the version is none', { kubernetesVersion: 'newest' }, 'kim', 'kubernetesVersion: must be a Kubernetes version'],
  ['there is a field that nobody knows', { force: true }, 'kim', 'force'],
])('a glass is not broken where %s', (_sentence, changes, signedIn, message) => {
  expect(() => breakOrder(changes, signedIn)).toThrow(message);
});

test('who is signed in counts more than who one says to be', () => {
  expect(breakOrder({ who: 'mallory' }).who).toBe('kim@contoso.test');
  expect(breakOrder({ who: 'kim' }, null).who).toBe('kim');
});

test.each([{ version: 'current' }, { upgrade: 'node-image' }, { upgrade: 'aks-release', version: '1.35.7' }])(
  'the gate %j is that of the version which the cluster runs',
  async (query) => {
    const { azure, app } = await arrange();
    const request = parseGateRequest(new URLSearchParams({ cluster: clusterId(), ...query }));
    expect(await app.gate(request)).toMatchObject({ decision: 'unknown', kubernetesVersion: 'current' });
    await app.sync({ cluster: clusterOf().resource, kubernetesVersion: undefined, dryRun: true });
    await azure.seenClusters.save([
      { ...{ id: clusterId(), name: 'one', kubernetesVersion: target, isolated: true }, seenAt: azure.clock.now() },
    ]);
    expect(await app.gate(request)).toMatchObject({ decision: 'closed', kubernetesVersion: target });
  },
);
