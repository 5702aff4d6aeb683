import { armActionOf } from '../../../../local/azure/arm-actions.js';

const cluster = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/one';
const registry = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/one';

test.each([
  [
    'GET',
    '/subscriptions/s/providers/Microsoft.ContainerService/managedClusters',
    'microsoft.containerservice/managedclusters/read',
  ],
  ['GET', cluster, 'microsoft.containerservice/managedclusters/read'],
  ['GET', `${cluster}/upgradeProfiles/default`, 'microsoft.containerservice/managedclusters/upgradeprofiles/read'],
  [
    'GET',
    `${cluster}/providers/Microsoft.KubernetesConfiguration/extensions`,
    'microsoft.kubernetesconfiguration/extensions/read',
  ],
  [
    'PUT',
    `${cluster}/maintenanceConfigurations/default`,
    'microsoft.containerservice/managedclusters/maintenanceconfigurations/write',
  ],
  [
    'PATCH',
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/fleets/f/gates/x',
    'microsoft.containerservice/fleets/gates/write',
  ],
  ['DELETE', registry, 'microsoft.containerregistry/registries/delete'],
  ['POST', `${registry}/importImage`, 'microsoft.containerregistry/registries/importimage/action'],
  [
    'GET',
    '/subscriptions/s/providers/Microsoft.ContainerRegistry/locations/westeurope/operationResults/1',
    'microsoft.containerregistry/locations/operationresults/read',
  ],
])('%s %s needs %s', (method, path, action) => {
  expect(armActionOf(method, path)).toBe(action);
});
