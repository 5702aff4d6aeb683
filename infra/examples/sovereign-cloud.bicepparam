using '../main.bicep'

// Azure Government, after `az cloud set --name AzureUSGovernment`: hosts follow from the cloud that deploys. What public documentation
// does not promise there is written down in docs/network.md.

param location = 'usgovvirginia'
param name = 'artifact-sync'
param network = { kind: 'new', addressPrefix: '10.90.0.0/25' }
param registries = [
  {
    resourceId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/onenetwork'
  }
]
param hasCatalogEgress = false
param access = { allowedIpRanges: [] }
