import { nameResource } from '../../../shared/gate/audit.js';

const group = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService';
const assignment = '/providers/Microsoft.Authorization/policyAssignments';

test.each([
  [`${group}/managedClusters/payments`, 'payments'],
  [`${group}/managedClusters/payments/maintenanceConfigurations/default`, 'payments/default'],
  [`${group}/fleets/contoso/gates/2b9eb47c`, 'contoso/2b9eb47c'],
  [`/subscriptions/s${assignment}/versions`, 'versions'],
  [`/providers/Microsoft.Management/managementGroups/mg${assignment}/versions`, 'versions'],
  ['/SUBSCRIPTIONS/s/PROVIDERS/x/y/z', 'z'],
  ['/c', '/c'],
  ['', ''],
])('people call %s %s', (resource, name) => {
  expect(nameResource(resource)).toBe(name);
});
