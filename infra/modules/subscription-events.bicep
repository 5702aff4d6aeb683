metadata description = 'Events of the subscription: Fleet gates, and what AKS is going to do by itself. Global topics have no identity, hence delivery to the functions.'

import { Tags } from '../types.bicep'

@description('Required. Start of the names.')
param name string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. Resource id of the function app. Its code must be there: Event Grid asks whether the functions exist.')
param appId string

// One system topic of a type is all that a subscription may have.
var sources = [
  {
    name: 'fleet-gates'
    topicType: 'Microsoft.ResourceNotifications.AKSResources'
    functionName: 'fleet-gate-changed'
    eventTypes: [
      'Microsoft.ResourceNotifications.AKSResources.FleetGateCreated'
      'Microsoft.ResourceNotifications.AKSResources.FleetGateUpdated'
    ]
  }
  {
    name: 'scheduled'
    topicType: 'Microsoft.ResourceNotifications.ContainerServiceEventResources'
    functionName: 'upgrade-scheduled'
    eventTypes: ['Microsoft.ResourceNotifications.ContainerServiceEventResources.ScheduledEventEmitted']
  }
]

resource topics 'Microsoft.EventGrid/systemTopics@2025-02-15' = [
  for source in sources: {
    name: 'egst-${name}-${source.name}'
    // Not a choice: events of a subscription come from a global source.
    #disable-next-line no-hardcoded-location
    location: 'global'
    tags: tags
    properties: { source: subscription().id, topicType: source.topicType }
  }
]

resource subscriptions 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [
  for (source, index) in sources: {
    parent: topics[index]
    name: 'artifact-sync'
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      filter: { includedEventTypes: source.eventTypes, enableAdvancedFilteringOnArrays: true }
      destination: {
        endpointType: 'AzureFunction'
        properties: {
          resourceId: '${appId}/functions/${source.functionName}'
          maxEventsPerBatch: 1
          preferredBatchSizeInKilobytes: 64
        }
      }
      retryPolicy: { eventTimeToLiveInMinutes: 1440, maxDeliveryAttempts: 30 }
    }
  }
]
