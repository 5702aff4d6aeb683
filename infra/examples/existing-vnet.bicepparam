using '../main.bicep'

// The network, its subnets and the private DNS zones are there already, kept by another team in a hub.

param location = 'northeurope'
param name = 'artifact-sync'
param network = {
  kind: 'existing'
  appSubnetId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/spoke/subnets/artifact-sync'
  endpointSubnetId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/spoke/subnets/endpoints'
  dnsZoneResourceGroupId: '/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/dns'
}
param registries = [
  {
    resourceId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/onenetwork'
    // The hub has an endpoint to it.
    privateEndpoint: false
  }
]
param publishesEvents = false
