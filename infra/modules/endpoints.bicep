metadata description = 'Private endpoints of everything that a private app reaches, and of the app itself, with the zones that name them.'

import { Tags } from '../types.bicep'

@description('Required. Start of the names.')
param name string

@description('Required. Region of the network.')
param location string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. Resource id of the subnet for private endpoints.')
param subnetId string

@description('Required. Resource id of the subnet of the app: its network resolves through zones that are made here.')
param appSubnetId string

@description('Required. Resource group with the private DNS zones; empty: they are made here and linked to the network of the app.')
param dnsZoneResourceGroupId string

@description('Required. Resource id of the storage account.')
param storageAccountId string

@description('Required. Resource id of the function app.')
param appId string

@description('Required. Resource id of the custom topic; empty: there is none.')
param topicId string

@description('Required. Resource ids of the registries that get an endpoint.')
param registryIds string[]

// Source: Azure private endpoint DNS, public and sovereign clouds.
var clouds = {
  AzureCloud: { web: 'azurewebsites.net', events: 'eventgrid.azure.net' }
  AzureUSGovernment: { web: 'azurewebsites.us', events: 'eventgrid.azure.us' }
  AzureChinaCloud: { web: 'chinacloudsites.cn', events: 'eventgrid.azure.cn' }
}
var cloud = clouds[environment().name]
var storageZones = map(
  ['blob', 'queue', 'table'],
  service => 'privatelink.${service}.${environment().suffixes.storage}'
)
var registryZone = 'privatelink${environment().suffixes.acrLoginServer}'
var targets = concat(
  map(range(0, 3), index => {
    label: ['blob', 'queue', 'table'][index]
    targetId: storageAccountId
    groupId: ['blob', 'queue', 'table'][index]
    zone: storageZones[index]
  }),
  [{ label: 'app', targetId: appId, groupId: 'sites', zone: 'privatelink.${cloud.web}' }],
  empty(topicId) ? [] : [{ label: 'topic', targetId: topicId, groupId: 'topic', zone: 'privatelink.${cloud.events}' }],
  map(registryIds, id => {
    // Deployments and endpoints have names of at most 64 characters, a registry one of at most 50.
    label: '${take(last(split(id, '/')), 24)}-${uniqueString(toLower(id))}'
    targetId: id
    groupId: 'registry'
    zone: registryZone
  })
)
var zoneNames = union(map(targets, target => target.zone), [])
var zoneGroupId = empty(dnsZoneResourceGroupId) ? resourceGroup().id : dnsZoneResourceGroupId

module zones 'dns-zones.bicep' = if (empty(dnsZoneResourceGroupId)) {
  name: 'dns-zones'
  params: { zoneNames: zoneNames, networkId: first(split(appSubnetId, '/subnets/')), tags: tags }
}

module endpoints 'private-endpoint.bicep' = [
  for target in targets: {
    name: 'endpoint-${target.label}'
    params: {
      name: 'pep-${name}-${target.label}'
      location: location
      tags: tags
      subnetId: subnetId
      targetId: target.targetId
      groupId: target.groupId
      dnsZoneId: '${zoneGroupId}/providers/Microsoft.Network/privateDnsZones/${target.zone}'
    }
    dependsOn: [zones]
  }
]
