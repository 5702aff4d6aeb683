using '../main.bicep'

// Nothing is reached through a public endpoint: a network of its own, private endpoints, alerts, gates opened where that is switched on.
// The app still needs a way out to the Microsoft Artifact Registry, here by the route table of a firewall: docs/network.md.

param location = 'westeurope'
param name = 'artifact-sync'
param gateMode = 'enforce'
param features = {
  fleetApprovals: true
  import: true
  maintenanceHolds: true
  maintenanceCreation: true
  policy: 'Audit'
}
param enforcementResourceGroups = ['fleets', 'payments', 'shop']
param network = {
  kind: 'new'
  addressPrefix: '10.90.0.0/24'
  routeTableId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/network/providers/Microsoft.Network/routeTables/to-the-firewall'
}
param registries = [
  {
    resourceId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/onenetwork'
    logPulls: true
  }
  {
    resourceId: '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/shared/providers/Microsoft.ContainerRegistry/registries/sharedregistryofeveryteamandregioninproduction1'
    roleAssignmentMode: 'abac'
  }
]
param clusterIds = [
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/payments/providers/Microsoft.ContainerService/managedClusters/payments_production_west-europe_with_a_name_of_63_characters_1'
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.ContainerService/managedClusters/shop'
]
param hasCatalogEgress = false
param storageSku = 'Standard_ZRS'
param access = {
  entra: { clientId: '22222222-2222-2222-2222-222222222222' }
}
param concurrency = {
  maximumInstances: 100
  alwaysReady: [{ name: 'function:warm-artifact', instanceCount: 1 }]
}
param settings = { PROOF_MAX_AGE_HOURS: '6', BUDGET_SHARE_PERCENT: '50' }
param logRetentionDays = 90
param alertEmails = ['platform@example.com']
param tags = { owner: 'platform', service: 'artifact-sync' }
