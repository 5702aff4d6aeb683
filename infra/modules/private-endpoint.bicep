metadata description = 'One private endpoint with its DNS records.'

import { Tags } from '../types.bicep'

@description('Required. Name of the endpoint.')
param name string

@description('Required. Region: that of the subnet.')
param location string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. Resource id of the subnet.')
param subnetId string

@description('Required. Resource id of what is reached through it.')
param targetId string

@description('Required. Part of the target, for example blob, queue, table, registry, topic, sites.')
param groupId string

@description('Required. Resource id of the private DNS zone that gets its records: for a registry that is one of its login server and one of its regional data endpoint.')
param dnsZoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    customNetworkInterfaceName: 'nic-${name}'
    privateLinkServiceConnections: [
      { name: groupId, properties: { privateLinkServiceId: targetId, groupIds: [groupId] } }
    ]
  }

  resource records 'privateDnsZoneGroups' = {
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: groupId, properties: { privateDnsZoneId: dnsZoneId } }] }
  }
}
