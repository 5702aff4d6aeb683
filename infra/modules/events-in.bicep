metadata description = 'Events that reach the app: of single clusters by queue, of the subscription by function. What never comes, the reconcile timer finds.'

import { Tags } from '../types.bicep'

@description('Required. Start of the names.')
param name string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. Clusters whose events are delivered, by resource id.')
param clusterIds string[]

@description('Required. Resource id of the identity that Event Grid delivers with.')
param identityId string

@description('Required. Resource id of the storage account of the app.')
param storageAccountId string

@description('Required. Queue that takes the events.')
param queueName string

@description('Required. Container for events that could not be delivered.')
param deadLetterContainerName string

@description('Required. Resource id of the function app whose functions take the events of the subscription; empty: they are not delivered.')
param appId string

resource clusters 'Microsoft.ContainerService/managedClusters@2025-05-01' existing = [
  for id in clusterIds: {
    scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
    name: last(split(id, '/'))
  }
]

module clusterEvents 'cluster-events.bicep' = [
  for (id, index) in clusterIds: {
    name: '${name}-cluster-${uniqueString(toLower(id))}'
    params: {
      clusterId: id
      location: clusters[index].location
      tags: tags
      identityId: identityId
      storageAccountId: storageAccountId
      queueName: queueName
      deadLetterContainerName: deadLetterContainerName
    }
  }
]

module subscriptionEvents 'subscription-events.bicep' = if (!empty(appId)) {
  name: '${name}-subscription-events'
  params: { name: name, tags: tags, appId: appId }
}
