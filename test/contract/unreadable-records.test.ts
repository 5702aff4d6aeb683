import { odata, type TableClient } from '@azure/data-tables';
import { startStorage, type LocalStorage } from '../../local/storage.js';
import { Application } from '../../shared/app/application.js';
import type { Ports } from '../../shared/app/ports.js';
import { Storage } from '../../shared/azure/storage.js';
import { TableArtifactStates } from '../../shared/azure/table-artifact-states.js';
import { TableHolds } from '../../shared/azure/table-holds.js';
import { TableTargets } from '../../shared/azure/table-targets.js';
import { artifactName } from '../../shared/model/artifact.js';
import { parseClusterId } from '../../shared/model/resource-id.js';
import { clusterId, clusterOf, coredns, registryOf, target } from '../support/builders.js';
import { FakeSubscription } from '../support/fakes/fake-subscription.js';

const azure = new FakeSubscription();
let local: LocalStorage;
let tables: { readonly artifacts: TableClient; readonly targets: TableClient; readonly holds: TableClient };
let ports: Ports;
let app: Application;

/** A subscription whose gate has opened; its records of artifacts and targets are in tables. All of it passes through Azurite. */
beforeAll(async () => {
  local = await startStorage();
  const noCredential = () => {
    throw new Error('a connection string needs no credential');
  };
  const storage = new Storage({ kind: 'connection-string', connectionString: local.connectionString }, noCredential);
  await storage.ensure();
  tables = {
    artifacts: storage.table('syncArtifacts'),
    targets: storage.table('syncTargets'),
    holds: storage.table('syncHolds'),
  };
  azure.addRegistry();
  azure.addCluster(clusterOf());
  const states = new TableArtifactStates(tables.artifacts);
  ports = { ...azure.ports(), states, targets: new TableTargets(tables.targets, azure.clock.now) };
  app = new Application(ports);
  await app.sync({ cluster: parseClusterId(clusterId()), kubernetesVersion: target, dryRun: false });
  await azure.pass(120, ports);
});

afterAll(() => local.close());

const gate = async () => await app.gate({ cluster: parseClusterId(clusterId()), version: target, strict: false });

/** Writes a column that only a later release could read, and waits until no answer comes from memory any more. */
async function damage(table: TableClient, tell: string, columns: Record<string, unknown>): Promise<void> {
  const rows = table.listEntities({ queryOptions: { filter: odata`tag eq ${tell} or kubernetesVersion eq ${tell}` } });
  for await (const { partitionKey = '', rowKey = '' } of rows)
    await table.updateEntity({ partitionKey, rowKey, ...columns }, 'Merge');
  azure.clock.advance(2);
}

/** What the next rounds of reconciliation make of it. */
async function heal(): Promise<void> {
  expect((await app.reconcile()).failures).toEqual([]);
  await azure.pass(120, ports);
  expect((await gate()).decision).toBe('open');
}

test('an artifact whose record cannot be read shuts the gates that need it, says so, and is proven anew', async () => {
  expect((await gate()).decision).toBe('open');
  await damage(tables.artifacts, coredns.tag, { phase: 'cosmic', digest: 'md5:1' });
  const reason = 'its record in table syncArtifacts cannot be read (digest, phase): the next plan writes it anew';
  const missing = [{ artifact: artifactName(coredns), state: 'failed', reason, failureClass: 'ours' }];
  expect(await gate()).toMatchObject({ decision: 'closed', missing });
  const task = { registry: registryOf().resource.key, ...coredns, step: 99 };
  expect(await app.warm(task, 1)).toContain('unknown');
  await heal();
  expect(await azure.problems.list(5)).toMatchObject([
    { source: 'table syncArtifacts', reason: expect.stringContaining(artifactName(coredns)) as string },
  ]);
});

test('a target whose record cannot be read is unknown, stops no other, and is planned anew', async () => {
  expect((await gate()).decision).toBe('open');
  await damage(tables.targets, target, { set0: new Uint8Array([1, 2, 3]) });
  expect(await gate()).toMatchObject({ decision: 'unknown', reasons: [expect.stringContaining('syncTargets')] });
  await heal();
});

test('a hold whose record cannot be read is none, and gives way to the next one', async () => {
  const holds = new TableHolds(tables.holds);
  const at = azure.clock.now();
  const told = { configuration: 'default', state: 'covered', before: null, reasons: [] } as const;
  const record = { ...told, clusterId: clusterId(), since: at, recordedAt: at };
  await holds.save(record, undefined);
  for await (const { partitionKey = '', rowKey = '' } of tables.holds.listEntities())
    await tables.holds.updateEntity({ partitionKey, rowKey, state: 'cosmic' }, 'Merge');
  expect(await holds.ofCluster(clusterId())).toEqual([]);
  expect(await holds.save(record, undefined)).toBeDefined();
  expect(await holds.save(record, undefined)).toBeUndefined();
  expect(await holds.list()).toEqual([record]);
});
