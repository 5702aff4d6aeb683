import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { ArmClient } from '../../shared/azure/arm-client.js';
import { ArmClusters } from '../../shared/azure/clusters.js';
import { ArmFleets } from '../../shared/azure/fleets.js';
import { ArmRegistries } from '../../shared/azure/registries.js';
import { clusterId, clusterOf, gateOf, profileOf, registryId, registryOf, runOf } from '../support/builders.js';
import { FakeClusters, FakeFleets, FakeRegistries } from '../support/fakes/fake-arm.js';
import { parseResourceId } from '../../shared/model/resource-id.js';
import { credentialOf } from '../support/local-credential.js';
import { trust } from '../support/trust.js';
import { closeAll, eventually, start } from '../unit/local/azure/azure-client.js';
import { clusterReaderContract, fleetsContract, registryReaderContract } from './arm.contract.js';

const audience = 'https://management.azure.com';

describe('the fakes of ARM', () => {
  const clusters = new FakeClusters();
  for (const name of ['one', 'two']) clusters.put(clusterOf(name), profileOf('1.35.7'));
  clusters.put(clusterOf('plain', null), profileOf());
  clusterReaderContract(() => ({ reader: clusters, isolated: clusterId('one'), plain: clusterId('plain'), count: 3 }));

  const registries = new FakeRegistries();
  registries.put(registryOf());
  registryReaderContract(() => ({ reader: registries, id: registryId() }));

  fleetsContract(async () => {
    const fleets = new FakeFleets();
    fleets.putRun(runOf());
    fleets.putGate(gateOf());
    return { fleets, member: clusterId(), settle: async () => undefined };
  });
});

describe('the clients of ARM at the local Azure', () => {
  let azure: LocalAzure;
  const arm = (of: LocalAzure) => new ArmClient(of.armEndpoint, audience, credentialOf(of));
  const id = (provider: string) => `/subscriptions/${azure.subscriptionId}/resourceGroups/rg/providers/${provider}`;
  const clusterOfLocal = (name: string) => id(`Microsoft.ContainerService/managedClusters/${name}`);

  beforeAll(async () => {
    azure = await start();
    trust(azure.caPem);
  });
  afterAll(closeAll);

  clusterReaderContract(() => ({
    reader: new ArmClusters(arm(azure), azure.subscriptionId),
    isolated: clusterOfLocal('one'),
    plain: clusterOfLocal('three'),
    count: 3,
  }));

  registryReaderContract(() => ({
    reader: new ArmRegistries(credentialOf(azure), azure.armEndpoint, audience),
    id: id('Microsoft.ContainerRegistry/registries/newlayout'),
  }));

  test('a registry tells how it is set up', async () => {
    const registries = new ArmRegistries(credentialOf(azure), azure.armEndpoint, audience);
    const { settings, cacheRules } = await registries.get(
      parseResourceId(id('Microsoft.ContainerRegistry/registries/newlayout')),
    );
    expect(settings).toEqual({
      sku: 'Premium',
      location: 'westeurope',
      provisioningState: 'Succeeded',
      publicNetworkAccess: 'Disabled',
      defaultAction: 'Allow',
      bypass: 'AzureServices',
      authenticationAsArm: 'enabled',
      roleAssignmentMode: 'LegacyRegistryPermissions',
      dataEndpointHosts: ['localhost'],
      privateEndpoints: [{ name: 'newlayout-endpoint', status: 'Approved' }],
    });
    expect(cacheRules[0]?.provisioningState).toBe('Succeeded');
  });

  fleetsContract(async () => {
    const own = await start();
    trust(own.caPem);
    own.play();
    const fleets = new ArmFleets(arm(own), own.subscriptionId);
    await eventually(async () => (await fleets.listGates()).length > 0, 'the first gate');
    const settle = (gateId: string) =>
      eventually(async () => (await fleets.getGate(gateId))?.state === 'Completed', 'the approval');
    return { fleets, member: clusterOfLocal('one'), settle };
  });

  test('a subscription that throttles is told with the time to wait', async () => {
    const busy = await start({ faults: { armThrottledShare: 1, retryAfterSeconds: 7 } });
    trust(busy.caPem);
    const expected = { code: 'ARM_UNAVAILABLE', retryAfterSeconds: 7 };
    await expect(new ArmClusters(arm(busy), busy.subscriptionId).list()).rejects.toMatchObject(expected);
    const registries = new ArmRegistries(credentialOf(busy), busy.armEndpoint, audience);
    await expect(registries.get(registryOf().resource)).rejects.toMatchObject(expected);
  });

  test('an identity that gets no token is a failure to retry, not a bug', async () => {
    const { CredentialUnavailableError } = await import('@azure/identity');
    const noToken = { getToken: () => Promise.reject(new CredentialUnavailableError('no managed identity endpoint')) };
    const registries = new ArmRegistries(noToken, azure.armEndpoint, audience);
    await expect(registries.get(registryOf().resource)).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
    const clusters = new ArmClusters(new ArmClient(azure.armEndpoint, audience, noToken), azure.subscriptionId);
    await expect(clusters.list()).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  });
});
