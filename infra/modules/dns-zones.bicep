metadata description = 'Private DNS zones, linked to the network of the app.'

import { Tags } from '../types.bicep'

@description('Required. Names of the zones.')
param zoneNames string[]

@description('Required. Resource id of the network that resolves through them.')
param networkId string

@description('Required. Tags of every resource.')
param tags Tags

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zoneName, index) in zoneNames: {
    parent: zones[index]
    name: uniqueString(toLower(networkId))
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
  }
]
