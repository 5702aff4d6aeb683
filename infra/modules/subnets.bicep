metadata description = 'The subnets that the app uses: of a new network, of one that is there, or none.'

import { Network, Tags } from '../types.bicep'

@description('Required. Start of the names.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. What network the app is in.')
param network Network

module made 'network.bicep' = if (network.kind == 'new') {
  name: 'network'
  params: {
    name: name
    location: location
    tags: tags
    addressPrefix: network.kind == 'new' ? network.addressPrefix : ''
    routeTableId: network.kind == 'new' ? network.?routeTableId ?? '' : ''
    natGatewayId: network.kind == 'new' ? network.?natGatewayId ?? '' : ''
    dnsServers: network.kind == 'new' ? network.?dnsServers ?? [] : []
  }
}

@description('Resource id of the subnet of the app; empty: none.')
output appSubnetId string = network.kind == 'existing' ? network.appSubnetId : made.?outputs.appSubnetId ?? ''

@description('Resource id of the subnet for private endpoints; empty: none.')
output endpointSubnetId string = network.kind == 'existing'
  ? network.endpointSubnetId
  : made.?outputs.endpointSubnetId ?? ''
