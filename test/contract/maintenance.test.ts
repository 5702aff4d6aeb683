import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { ArmClient } from '../../shared/azure/arm-client.js';
import { ArmMaintenanceConfigurations } from '../../shared/azure/maintenance-configurations.js';
import { evaluateMaintenance } from '../../shared/gate/maintenance/evaluate-maintenance.js';
import type { MaintenanceDocument } from '../../shared/gate/maintenance/maintenance-ports.js';
import { clusterId } from '../support/builders.js';
import { FakeMaintenance } from '../support/fakes/fake-maintenance.js';
import { credentialOf } from '../support/local-credential.js';
import { arrangeMaintained, auto, christmas, holdOf, ownWindow } from '../support/maintained.js';
import { trust } from '../support/trust.js';
import { closeAll, start } from '../unit/local/azure/azure-client.js';
import { maintenanceContract } from './maintenance.contract.js';

const audience = 'https://management.azure.com';

afterAll(closeAll);

describe.each(['given', 'none'] as const)('the fake of maintenance configurations, ETags %s', (etags) => {
  maintenanceContract(async () => {
    const configurations = new FakeMaintenance(() => new Date());
    configurations.etags = etags;
    return {
      ...{ configurations, clusterId: clusterId() },
      edit: (name, document) => {
        if (document) configurations.set(clusterId(), name, document);
        else configurations.delete(clusterId(), name);
      },
      beginOperation: () => {
        configurations.operation = 'Upgrading';
      },
    };
  });
});

function connect(azure: LocalAzure): ArmMaintenanceConfigurations {
  trust(azure.caPem);
  return new ArmMaintenanceConfigurations(
    new ArmClient(azure.armEndpoint, audience, credentialOf(azure)),
    azure.subscriptionId,
  );
}

function clusterOne(azure: LocalAzure) {
  const cluster = azure.world.clusters.get('one');
  if (!cluster) throw new Error('the scenario has no cluster "one"');
  return cluster;
}

describe.each(['given', 'none'] as const)('maintenance configurations of the local Azure, ETags %s', (etags) => {
  maintenanceContract(async () => {
    const azure = await start({}, { maintenanceETags: etags });
    const cluster = clusterOne(azure);
    return {
      ...{ configurations: connect(azure), clusterId: cluster.id },
      edit: (name, document) => {
        if (document) cluster.maintenance.set(name, propertiesOf(document));
        else cluster.maintenance.delete(name);
      },
      beginOperation: () => {
        cluster.provisioningState = 'Upgrading';
      },
    };
  });
});

test('only clusters of the own subscription are ever asked for', async () => {
  const azure = await start();
  const foreign = clusterOne(azure).id.replace(azure.subscriptionId, '99999999-2222-3333-4444-555555555555');
  await expect(connect(azure).list(foreign)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('a throttled write is told with the time to wait, and done by the next delivery of the message', async () => {
  const busy = await start({ faults: { armThrottledShare: 1, retryAfterSeconds: 7 } });
  await expect(connect(busy).list(clusterOne(busy).id)).rejects.toMatchObject({
    code: 'ARM_UNAVAILABLE',
    retryAfterSeconds: 7,
  });
});

test('the opener holds and releases over raw ARM: what the user has is as it was', async () => {
  const began = today();
  const azure = await start();
  const cluster = clusterOne(azure);
  const inMemory = arrangeMaintained();
  const window = (ownWindow['properties'] as { maintenanceWindow: { startDate?: string } }).maintenanceWindow;
  cluster.maintenance.set(auto, { maintenanceWindow: { ...window, startDate: '2025-03-01' } });
  const configurations = connect(azure);
  // The same cluster under its name at the local Azure.
  const maintenance = {
    list: () => configurations.list(cluster.id),
    put: (...[, name, document, before]: Parameters<typeof configurations.put>) =>
      configurations.put(cluster.id, name, document, before),
    remove: (...[, before]: Parameters<typeof configurations.remove>) => configurations.remove(cluster.id, before),
  };
  const ports = () => ({ ...inMemory.ports(), maintenance });
  await evaluateMaintenance({ kind: 'maintenance', clusterId: clusterId() }, ports());
  expect(cluster.maintenance.entries(auto)).toEqual([christmas, { start: '2026-09-01', end: '2026-09-04' }]);
  expect(await holdOf(inMemory)).toMatchObject({ state: 'held' });
  await inMemory.pass(240, ports());
  // Of the day of its last change, which may be yesterday by now.
  const { startDate, ...rest } = cluster.maintenance.find(auto)?.properties['maintenanceWindow'] as typeof window;
  expect(rest).toEqual(window);
  expect([began, today()]).toContain(startDate);
});

/** In UTC, as the window of the test. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function propertiesOf(document: MaintenanceDocument): Readonly<Record<string, unknown>> {
  return document['properties'] as Readonly<Record<string, unknown>>;
}
