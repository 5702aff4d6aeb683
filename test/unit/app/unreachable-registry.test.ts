import { Application } from '../../../shared/app/application.js';
import { SyncError, type FailureCode } from '../../../shared/model/errors.js';
import { parseClusterId } from '../../../shared/model/resource-id.js';
import { clusterId, clusterOf, gateId, gateOf, hours, minutes, runOf, target } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

/** A cluster whose gates are open; the next round over its registry is due in a moment. */
async function arrange() {
  const azure = new FakeSubscription();
  const cache = azure.addRegistry();
  azure.addCluster(clusterOf());
  const app = new Application(azure.ports());
  await app.syncCluster(clusterOf().resource);
  await azure.pass(hours(3) / 1000 + 240);
  const lose = (code: FailureCode = 'REGISTRY_UNAVAILABLE') => {
    azure.storedManifests.fault = cache.fault = () => {
      throw new SyncError(code, 'GET https://acr.azurecr.io: no answer (connect ECONNREFUSED)');
    };
  };
  const giveBack = () => {
    azure.storedManifests.fault = cache.fault = () => undefined;
  };
  const ask = async () => {
    const cluster = parseClusterId(clusterId());
    return await new Application(azure.ports()).gate({ cluster, version: target, strict: false });
  };
  return { azure, app, lose, giveBack, ask };
}

test.each(['REGISTRY_UNAVAILABLE', 'REGISTRY_FORBIDDEN'] as const)(
  'an open gate whose registry answers %s becomes unknown and says why, and opens by itself when it is back',
  async (code) => {
    const { azure, app, lose, giveBack, ask } = await arrange();
    expect(await ask()).toMatchObject({ decision: 'open' });
    lose(code);
    await azure.pass(minutes(20) / 1000);
    const shut = await ask();
    expect(shut).toMatchObject({ decision: 'unknown', missing: [] });
    expect(shut.reasons).toHaveLength(1);
    expect(shut.message).toMatch(
      /registry unreachable: acr\.azurecr\.io could not be reached since 2026-\S+, last tried 2026-\S+ \(\w+: GET https.*ECONNREFUSED\)\)\. \w/,
    );
    const { clusters, outages } = await app.status();
    expect(outages).toMatchObject([{ side: 'registry', loginServer: 'acr.azurecr.io' }]);
    for (const { decision, reasons } of clusters[0]?.targets ?? [])
      expect([decision, ...reasons]).toEqual(['unknown', ...shut.reasons]);
    expect((await azure.judgements.list()).map(({ decision }) => decision)).toEqual(['unknown', 'unknown']);
    giveBack();
    await azure.pass(minutes(10) / 1000);
    expect(await ask()).toMatchObject({ decision: 'open', reasons: [] });
    expect((await azure.judgements.list()).map(({ decision }) => decision)).toEqual(['open', 'open']);
    expect((await app.status()).outages).toEqual([]);
  },
);

test('a registry that is away for some minutes shuts no gate, and people see it', async () => {
  const { azure, app, lose, giveBack, ask } = await arrange();
  const seen = new Set<string>();
  lose();
  for (let second = 0; second < 1200; second += 20) {
    await azure.pass(20);
    seen.add((await ask()).decision);
    if (second !== 300) continue;
    const [outage] = (await app.status()).outages;
    expect(Date.parse(outage?.lastProbe ?? '') - Date.parse(outage?.since ?? '')).toBe(210_000);
    giveBack();
  }
  expect([[...seen], (await app.status()).outages]).toEqual([['open'], []]);
});

test.each(['REGISTRY_THROTTLED', 'UPSTREAM_UNAVAILABLE'] as const)(
  '%s for an hour leaves the gate to its proofs',
  async (code) => {
    const { azure, lose, ask } = await arrange();
    lose(code);
    await azure.pass(hours(1) / 1000);
    expect((await ask()).decision).toBe('open');
  },
);

test('an outage of a day keeps gates unknown throughout, and one look in vain after it holds nothing', async () => {
  const { azure, lose, giveBack, ask } = await arrange();
  lose();
  await azure.pass(minutes(20) / 1000);
  for (let hour = 0; hour < 24; hour += 1) {
    await azure.pass(hours(1) / 1000);
    expect((await ask()).decision).toBe('unknown');
  }
  expect((await ask()).reasons[0]).toMatch(/^registry unreachable/);
  giveBack();
  await azure.pass(minutes(30) / 1000);
  expect((await ask()).decision).toBe('open');
});

test('where looks have ceased, the outage holds its gates as long as proofs from before it last', async () => {
  const { azure, lose, ask } = await arrange();
  lose();
  await azure.pass(minutes(20) / 1000);
  azure.clock.advance(hours(3) / 1000);
  expect((await ask()).reasons[0]).toMatch(/^registry unreachable/);
  azure.clock.advance(hours(24) / 1000);
  const late = await ask();
  expect([late.decision, late.reasons.join().includes('registry unreachable')]).toEqual(['unknown', false]);
});

test('an app that was stopped for hours and finds its registry lost still opens no gate in between', async () => {
  const { azure, lose, giveBack, ask } = await arrange();
  lose();
  await azure.pass(minutes(20) / 1000);
  azure.clock.advance(hours(3) / 1000);
  const seen = new Set<string>();
  for (let second = 0; second < 1200; second += 20) {
    await azure.pass(20);
    seen.add((await ask()).decision);
  }
  expect([...seen]).toEqual(['unknown']);
  giveBack();
  await azure.pass(minutes(10) / 1000);
  expect((await ask()).decision).toBe('open');
});

test('a subscription that cannot be listed, as after the identity lost all of its roles, opens no gate of a registry that is lost', async () => {
  const { azure, lose, ask } = await arrange();
  lose('REGISTRY_FORBIDDEN');
  await azure.pass(minutes(20) / 1000);
  azure.clusters.list = () => Promise.reject(new SyncError('ARM_FORBIDDEN', 'no role'));
  azure.clock.advance(hours(2.5) / 1000);
  expect((await ask()).decision).toBe('unknown');
});

test('a Fleet gate waits for a registry that cannot be reached, says so, and is approved once it is back', async () => {
  const { azure, lose, giveBack } = await arrange();
  lose();
  await azure.pass(minutes(20) / 1000);
  azure.fleets.putRun(runOf([clusterId()]));
  azure.fleets.putGate(gateOf());
  await azure.pass(minutes(10) / 1000);
  const [waiting] = await azure.fleetRecords.list();
  expect(waiting).toMatchObject({ action: 'waiting' });
  expect(waiting?.reasons.join()).toMatch(/is unknown: registry unreachable: acr\.azurecr\.io/);
  giveBack();
  await azure.pass(minutes(10) / 1000);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
});

test('proofs that a Fleet gate has renewed in vain tell of the outage, long before a round is due', async () => {
  const { azure, giveBack, lose, ask } = await arrange();
  await azure.pass(minutes(30) / 1000);
  lose();
  azure.fleets.putRun(runOf([clusterId()]));
  azure.fleets.putGate(gateOf());
  await azure.pass(minutes(15) / 1000);
  expect((await ask()).reasons[0]).toMatch(/^registry unreachable/);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Pending');
  giveBack();
  await azure.pass(minutes(15) / 1000);
  expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
});

test('a broken glass opens what an unreachable registry keeps shut', async () => {
  const { azure, app, lose, ask } = await arrange();
  lose();
  await azure.pass(minutes(20) / 1000);
  const cluster = parseClusterId(clusterId());
  await app.breakGlass({ cluster, version: target, hours: 4, reason: 'CVE', who: 'kim' });
  const gate = await ask();
  expect(gate).toMatchObject({ decision: 'open', breakGlass: { who: 'kim' } });
  expect(gate.reasons.join()).toContain('registry unreachable');
});

test('an upgrade that runs keeps its gate open though the registry is lost', async () => {
  const { azure, lose, ask } = await arrange();
  const properties = { ...clusterOf().properties, provisioningState: 'Upgrading', kubernetesVersion: target };
  azure.addCluster(clusterOf('one', 'acr', { properties }));
  lose();
  await azure.pass(minutes(20) / 1000);
  expect(await ask()).toMatchObject({ decision: 'open', held: 'upgrade-running' });
  expect((await ask()).reasons.join()).toContain('registry unreachable');
});
