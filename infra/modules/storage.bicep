metadata description = 'The storage account of the host and of the app: no shared keys, everything in it created here, roles of the two identities.'

import { StorageEndpoints, Tags } from '../types.bicep'

@description('Required. Name of the storage account.')
param name string

@description('Required. Region of the account.')
param location string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. Object id of the identity of the app.')
param appPrincipalId string

@description('Required. Object id of the identity that Event Grid delivers with.')
param eventsPrincipalId string

@description('Required. Whether the account is reached through private endpoints alone. Event Grid then comes in as a trusted service.')
param isPrivate bool

@description('Required. Replication, for example Standard_LRS.')
param skuName string

// The names are those of shared/azure/storage.ts; a test compares them.
var queueNames = [
  'plan'
  'plan-poison'
  'warm'
  'warm-poison'
  'gate'
  'gate-poison'
  'events'
  'events-poison'
]
var tableNames = [
  'syncArtifacts'
  'syncTargets'
  'syncJudgements'
  'syncFleetGates'
  'syncClusters'
  'syncProblems'
  'syncObserved'
  'syncDrift'
  'syncBudgets'
  'syncRegistries'
  'syncOutages'
  'syncPoison'
  'syncAudit'
  'syncBreakGlass'
  'syncHolds'
  'syncDeadlines'
]
var catalogContainer = 'catalog'
var packageContainer = 'app-package'
var deadLetterContainer = 'event-dead-letters'

// Source: Azure built-in roles, storage.
var roleIds = {
  blobOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  blobContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  queueContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  queueSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  tableContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: skuName }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    // "Enabled" with "Deny" lets nobody in but private endpoints and, by their identity, trusted services such as Event Grid.
    networkAcls: { bypass: 'AzureServices', defaultAction: isPrivate ? 'Deny' : 'Allow' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: { deleteRetentionPolicy: { enabled: true, days: 7 } }

    resource catalog 'containers' = { name: catalogContainer }
    resource package 'containers' = { name: packageContainer }
    resource deadLetters 'containers' = { name: deadLetterContainer }
  }

  resource queues 'queueServices' = {
    name: 'default'

    resource queue 'queues' = [for queueName in queueNames: { name: queueName }]
  }

  resource tables 'tableServices' = {
    name: 'default'

    resource table 'tables' = [for tableName in tableNames: { name: tableName }]
  }

  resource forgetDeadLetters 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'forget-dead-letters'
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['${deadLetterContainer}/'] }
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } }
            }
          }
        ]
      }
    }
    dependsOn: [blobs]
  }
}

// The host keeps leases, keys and timers in containers that it makes itself: hence the account as scope.
resource appRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in [roleIds.blobOwner, roleIds.queueContributor, roleIds.tableContributor]: {
    scope: account
    name: guid(account.id, appPrincipalId, roleId)
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
    }
  }
]

resource eventQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = {
  parent: account::queues
  name: 'events'
}

resource sendsEvents 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: eventQueue
  name: guid(account.id, eventsPrincipalId, roleIds.queueSender)
  properties: {
    principalId: eventsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.queueSender)
  }
  dependsOn: [account::queues::queue]
}

resource writesDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::blobs::deadLetters
  name: guid(account.id, eventsPrincipalId, roleIds.blobContributor)
  properties: {
    principalId: eventsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.blobContributor)
  }
}

@description('Resource id of the account.')
output accountId string = account.id

@description('Name of the account.')
output accountName string = account.name

@description('Addresses of the services of the account.')
output endpoints StorageEndpoints = {
  blob: account.properties.primaryEndpoints.blob
  queue: account.properties.primaryEndpoints.queue
  table: account.properties.primaryEndpoints.table
}

@description('Where the package of the app lies: the function app reads it with its identity.')
output packageContainerUrl string = '${account.properties.primaryEndpoints.blob}${packageContainer}'

@description('Queue that Event Grid delivers to.')
output eventQueueName string = 'events'

@description('Container for events that could not be delivered.')
output deadLetterContainerName string = deadLetterContainer
