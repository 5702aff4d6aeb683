metadata description = 'Events of one cluster, delivered to the queue of the app by identity. A cluster has one system topic at most.'

import { Tags } from '../types.bicep'

@description('Required. Resource id of the cluster.')
param clusterId string

@description('Required. Region of the cluster: that of its system topic.')
param location string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. Resource id of the identity that Event Grid delivers with.')
param identityId string

@description('Required. Resource id of the storage account with the queue and the container for what could not be delivered.')
param storageAccountId string

@description('Required. Queue that takes the events.')
param queueName string

@description('Required. Container for events that could not be delivered.')
param deadLetterContainerName string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  // At most 50 letters, digits and hyphens; a cluster may have 63, underscores among them. AKS writes `resourcegroups` in ids, others
  // `resourceGroups`: a topic more than one is refused.
  name: 'egst-${take(replace(last(split(clusterId, '/')), '_', '-'), 31)}-${uniqueString(toLower(clusterId))}'
  location: location
  tags: tags
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: { source: clusterId, topicType: 'Microsoft.ContainerService.ManagedClusters' }

  resource newVersions 'eventSubscriptions' = {
    name: 'artifact-sync'
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      filter: {
        includedEventTypes: ['Microsoft.ContainerService.NewKubernetesVersionAvailable']
        enableAdvancedFilteringOnArrays: true
      }
      deliveryWithResourceIdentity: {
        identity: { type: 'UserAssigned', userAssignedIdentity: identityId }
        destination: {
          endpointType: 'StorageQueue'
          properties: {
            resourceId: storageAccountId
            queueName: queueName
            queueMessageTimeToLiveInSeconds: 604800
          }
        }
      }
      deadLetterWithResourceIdentity: {
        identity: { type: 'UserAssigned', userAssignedIdentity: identityId }
        deadLetterDestination: {
          endpointType: 'StorageBlob'
          properties: { resourceId: storageAccountId, blobContainerName: deadLetterContainerName }
        }
      }
      retryPolicy: { eventTimeToLiveInMinutes: 1440, maxDeliveryAttempts: 30 }
    }
  }
}
