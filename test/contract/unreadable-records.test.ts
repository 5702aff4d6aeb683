import { odata, type TableClient } from '@azure/data-tables';
import { startStorage, type LocalStorage } from '../../local/storage.js';
import { Application, type Ports } from '../../shared/app/application.js';
import { Storage, type TableName } from '../../shared/azure/storage.js';
import { TableArtifactStates } from '../../shared/azure/table-artifact-states.js';
import { TableTargets } from '../../shared/azure/table-targets.js';
import { artifactName } from '../../shared/model/artifact.js';
import { parseClusterId } from '../../shared/model/resource-id.js';
import { clusterId, clusterOf, coredns, registryOf, target } from '../support/builders.js';
import { FakeSubscription } from '../support/fakes/fake-subscription.js';

let local: LocalStorage;
let storage: Storage;

beforeAll(async () => {
  local = await startStorage();
  const noCredential = () => {
    throw new Error('not needed');
  };
  storage = new Storage({ kind: 'connection-string', connectionString: local.connectionString }, noCredential);
  await storage.ensure();
}, 60_000);
afterAll(() => local.close());

async function emptied(name: TableName): Promise<TableClient> {
  const table = storage.table(name);
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
    await table.deleteEntity(partitionKey, rowKey);
  return table;
}

/** A subscription whose gate has opened; its records of artifacts and targets are in tables. */
async function arrange() {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  const tables = { artifacts: await emptied('syncArtifacts'), targets: await emptied('syncTargets') };
  const ports: Ports = {
    ...azure.ports(),
    states: new TableArtifactStates(tables.artifacts),
    targets: new TableTargets(tables.targets, azure.clock.now),
  };
  const app = new Application(ports);
  await app.sync({ cluster: parseClusterId(clusterId()), kubernetesVersion: target, dryRun: false });
  await azure.pass(120, ports);
  const gate = async () => await app.gate({ cluster: parseClusterId(clusterId()), version: target, strict: false });
  expect((await gate()).decision).toBe('open');
  return { azure, ports, app, tables, gate };
}

/** Writes a column that only a later release could read. */
async function damage(table: TableClient, tell: string, columns: Record<string, unknown>): Promise<void> {
  const rows = table.listEntities({ queryOptions: { filter: odata`tag eq ${tell} or kubernetesVersion eq ${tell}` } });
  for await (const { partitionKey = '', rowKey = '' } of rows)
    await table.updateEntity({ partitionKey, rowKey, ...columns }, 'Merge');
}

test('an artifact whose record cannot be read shuts the gates that need it, says so, and is proven anew', async () => {
  const { azure, ports, app, tables, gate } = await arrange();
  await damage(tables.artifacts, coredns.tag, { phase: 'cosmic', digest: 'md5:1' });
  const reason = 'its record in table syncArtifacts cannot be read (digest, phase): the next plan writes it anew';
  const missing = [{ artifact: artifactName(coredns), state: 'failed', reason, failureClass: 'ours' }];
  expect(await gate()).toMatchObject({ decision: 'closed', missing });
  expect((await app.reconcile()).failures).toEqual([]);
  await azure.pass(120, ports);
  expect((await gate()).decision).toBe('open');
  expect(await azure.problems.list(5)).toMatchObject([
    { source: 'table syncArtifacts', reason: expect.stringContaining(artifactName(coredns)) as string },
  ]);
});

test('a task of an artifact whose record cannot be read does nothing, and leaves it to the next plan', async () => {
  const { ports, app, tables } = await arrange();
  await damage(tables.artifacts, coredns.tag, { dueAt: 'soon' });
  const registry = registryOf().resource.key;
  expect(await app.warm({ registry, ...coredns, step: 99 }, 1)).toContain('unknown');
  expect((await ports.states.get(registry, coredns))?.unreadable).toBe('dueAt');
});

test('a target whose record cannot be read is unknown, stops no other, and is planned anew', async () => {
  const { azure, ports, app, tables, gate } = await arrange();
  await damage(tables.targets, target, { set0: new Uint8Array([1, 2, 3]) });
  expect(await gate()).toMatchObject({ decision: 'unknown', reasons: [expect.stringContaining('syncTargets')] });
  expect((await app.reconcile()).failures).toEqual([]);
  await azure.pass(120, ports);
  expect((await gate()).decision).toBe('open');
});
