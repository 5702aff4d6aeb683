metadata name = 'Events of one cluster'
metadata description = 'What main.bicep makes for a cluster of `clusterIds`, for one that came later: `status` prints the command. Deployed into the resource group of the app. Idempotent, also beside main.bicep.'

import { Tags } from 'types.bicep'

@description('Required. Resource id of the cluster.')
param clusterId string

@description('Required. Name of the storage account of the app.')
param storageAccountName string

@description('Optional. The `name` that the app was deployed with.')
param name string = 'artifact-sync'

@description('Optional. Tags of every resource.')
param tags Tags = {}

resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' existing = {
  scope: resourceGroup(split(clusterId, '/')[2], split(clusterId, '/')[4])
  name: last(split(clusterId, '/'))
}

module events 'modules/cluster-events.bicep' = {
  name: '${name}-cluster-${uniqueString(toLower(clusterId))}'
  params: {
    clusterId: clusterId
    location: cluster.location
    tags: tags
    identityId: resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id-${name}-events')
    storageAccountId: resourceId('Microsoft.Storage/storageAccounts', storageAccountName)
    queueName: 'events'
    deadLetterContainerName: 'event-dead-letters'
  }
}
