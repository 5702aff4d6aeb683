using '../main.bicep'

// A look at what the app would do: public endpoints, identities instead of keys, nothing opened in Azure.
//   az deployment sub create --location westeurope --template-file infra/main.bicep --parameters infra/examples/public-evaluation.bicepparam

param location = 'westeurope'
param name = 'artifact-sync'
param gateMode = 'observe'
param registries = [
  {
    resourceId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/onenetwork'
  }
]
param clusterIds = [
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.ContainerService/managedClusters/shop'
]
