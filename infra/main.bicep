metadata name = 'AKS artifact sync'
metadata description = 'Everything that the app needs in one subscription. Deploy it again whenever parameters change: every name is derived from `name` and the subscription.'

targetScope = 'subscription'

import { Access, Concurrency, Features, Network, Registry, Settings, Tags } from 'types.bicep'

@description('Optional. Region of everything; that of the network where there is one. Default: that of the deployment.')
param location string = deployment().location

@description('Optional. Start of every name: letters, digits and hyphens, no hyphen at its end. Two in one subscription need two names.')
@minLength(3)
@maxLength(20)
param name string = 'artifact-sync'

@description('Optional. Resource group; made if it is not there, and given `tags` instead of those that it has.')
param resourceGroupName string = 'rg-${name}'

@description('Optional. Tags of every resource.')
param tags Tags = {}

@description('Optional. `observe` decides and publishes; `enforce` also opens the gates that `features` switches on.')
param gateMode 'observe' | 'enforce' = 'observe'

@description('Optional. Actions in Azure that the app may take beyond reading.')
param features Features = {}

@description('Optional. Resource groups of fleets and clusters in which it may take them; none: the whole subscription.')
param enforcementResourceGroups string[] = []

@description('Optional. Registries that isolated clusters pull from. For one that is not named here nobody may pull: `doctor` says so.')
param registries Registry[] = []

@description('Optional. Isolated clusters whose events are delivered at once, by resource id. What is not named here is found by the reconcile timer within minutes.')
param clusterIds string[] = []

@description('Optional. Whether events of Fleet gates and of planned changes are delivered to the functions. Needs their code, hence `packageUri` or a second deployment, and a public endpoint. Otherwise the reconcile timer finds Fleet gates within minutes.')
param deliversSubscriptionEvents bool = false

@description('Optional. Whether decisions are published to a custom Event Grid topic.')
param publishesEvents bool = true

@description('Optional. Network: public, a new one, or one that is there.')
param network Network = { kind: 'public' }

@description('Optional. Who reaches the HTTP endpoints.')
param access Access = {}

@description('Optional. Whether the app reaches the public sources of its catalogue. Without them it lives on the copy that comes with it.')
param hasCatalogEgress bool = true

@description('Optional. Limits of the scale of the app.')
param concurrency Concurrency = {}

@description('Optional. Further settings of docs/settings.md. They win over what is derived.')
param settings Settings = {}

@description('Optional. Replication of the storage account. State can be computed again: locally redundant storage will do.')
param storageSku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' = 'Standard_LRS'

@description('Optional. Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Optional. Gigabytes of logs a day after which no more are taken; -1: no cap.')
param logDailyCapGb int = 1

@description('Optional. Mail addresses that alerts go to.')
param alertEmails string[] = []

@description('Optional. Action groups that alerts go to, by resource id.')
param alertActionGroupIds string[] = []

@description('Optional. Minutes that a gate may be shut before an alert tells.')
@minValue(30)
param alertGateShutMinutes int = 240

@description('Optional. Address of the zip of a release. Empty: the code is deployed by `azd deploy` or `az functionapp deployment source config-zip`.')
@secure()
param packageUri string = ''

var suffix = uniqueString(subscription().id, resourceGroupName, name)
var appName = 'func-${name}-${take(suffix, 6)}'
var isPrivate = network.kind != 'public'
var takesEvents = deliversSubscriptionEvents && !isPrivate
var logged = filter(registries, registry => registry.?logPulls ?? false)

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: '${name}-identity'
  scope: group
  params: { name: name, location: location, tags: tags }
}

module roles 'modules/subscription-roles.bicep' = {
  name: '${name}-roles'
  params: {
    name: name
    appPrincipalId: identity.outputs.appPrincipalId
    features: features
    registrySubscriptionIds: map(registries, registry => split(registry.resourceId, '/')[2])
    enforcementResourceGroups: enforcementResourceGroups
  }
}

module policy 'modules/policy.bicep' = if (features.?policy != null) {
  name: '${name}-policy'
  params: {
    name: name
    location: location
    effect: features.?policy ?? 'Disabled'
    appPrincipalId: identity.outputs.appPrincipalId
    policyRoleId: roles.outputs.policyRoleId
  }
}

module storage 'modules/storage.bicep' = {
  name: '${name}-storage'
  scope: group
  params: {
    name: toLower('st${take(replace(name, '-', ''), 9)}${suffix}')
    location: location
    tags: tags
    skuName: storageSku
    appPrincipalId: identity.outputs.appPrincipalId
    eventsPrincipalId: identity.outputs.eventsPrincipalId
    isPrivate: isPrivate
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: '${name}-monitoring'
  scope: group
  params: {
    name: name
    location: location
    tags: tags
    appPrincipalId: identity.outputs.appPrincipalId
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
}

module eventsOut 'modules/events-out.bicep' = if (publishesEvents) {
  name: '${name}-events-out'
  scope: group
  params: {
    name: '${name}-${take(suffix, 6)}'
    location: location
    tags: tags
    appPrincipalId: identity.outputs.appPrincipalId
    isPrivate: isPrivate
  }
}

module subnets 'modules/subnets.bicep' = {
  name: '${name}-subnets'
  scope: group
  params: { name: name, location: location, tags: tags, network: network }
}

module registryAccess 'modules/registry.bicep' = [
  for registry in registries: {
    // Of several apps that share a registry, each has a deployment of its own there.
    name: '${name}-registry-${uniqueString(subscription().id, toLower(registry.resourceId))}'
    scope: resourceGroup(split(registry.resourceId, '/')[2], split(registry.resourceId, '/')[4])
    params: {
      registryName: last(split(registry.resourceId, '/'))
      appPrincipalId: identity.outputs.appPrincipalId
      roleAssignmentMode: registry.?roleAssignmentMode ?? 'rbac'
      importRoleId: roles.outputs.importRoleId
      readerRoleId: toLower(split(registry.resourceId, '/')[2]) == toLower(subscription().subscriptionId)
        ? ''
        : roles.outputs.readerRoleId
      workspaceId: registry.?logPulls ?? false ? monitoring.outputs.workspaceId : ''
    }
  }
]

module appSettings 'modules/settings.bicep' = {
  name: '${name}-settings'
  scope: group
  params: {
    storageAccountName: storage.outputs.accountName
    storageEndpoints: storage.outputs.endpoints
    clientId: identity.outputs.appClientId
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    pullLogWorkspaceId: empty(logged) ? '' : monitoring.outputs.workspaceCustomerId
    eventTopicEndpoint: eventsOut.?outputs.endpoint ?? ''
    policyAssignmentId: policy.?outputs.assignmentId ?? ''
    gateMode: gateMode
    features: features
    hasCatalogEgress: hasCatalogEgress
    enforcementResourceGroups: enforcementResourceGroups
    cloudName: environment().name
    resourceManager: environment().resourceManager
    chosen: settings
  }
}

module app 'modules/app.bicep' = {
  name: '${name}-app'
  scope: group
  params: {
    name: appName
    location: location
    tags: tags
    identityId: identity.outputs.appId
    packageContainerUrl: storage.outputs.packageContainerUrl
    settings: appSettings.outputs.settings
    concurrency: concurrency
    access: access
    takesEvents: takesEvents
    subnetId: subnets.outputs.appSubnetId
    isPrivate: isPrivate
  }
}

module endpoints 'modules/endpoints.bicep' = if (isPrivate) {
  name: '${name}-endpoints'
  scope: group
  params: {
    name: name
    location: location
    tags: tags
    subnetId: subnets.outputs.endpointSubnetId
    appSubnetId: subnets.outputs.appSubnetId
    dnsZoneResourceGroupId: network.kind == 'existing' ? network.?dnsZoneResourceGroupId ?? '' : ''
    storageAccountId: storage.outputs.accountId
    appId: app.outputs.appId
    topicId: eventsOut.?outputs.topicId ?? ''
    registryIds: map(filter(registries, registry => registry.?privateEndpoint ?? true), registry => registry.resourceId)
  }
}

module package 'modules/package.bicep' = if (!empty(packageUri)) {
  name: '${name}-package'
  scope: group
  params: { appName: app.outputs.appName, packageUri: packageUri }
  // What the app starts with: its way to storage, and its rights.
  dependsOn: [endpoints, registryAccess]
}

module eventsIn 'modules/events-in.bicep' = {
  name: '${name}-events-in'
  scope: group
  params: {
    name: name
    tags: tags
    clusterIds: clusterIds
    identityId: identity.outputs.eventsId
    storageAccountId: storage.outputs.accountId
    queueName: storage.outputs.eventQueueName
    deadLetterContainerName: storage.outputs.deadLetterContainerName
    appId: takesEvents ? app.outputs.appId : ''
  }
  dependsOn: [package]
}

module watch 'modules/watch.bicep' = {
  name: '${name}-watch'
  scope: group
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appName: appName
    emails: alertEmails
    actionGroupIds: alertActionGroupIds
    gateShutMinutes: alertGateShutMinutes
  }
}

@description('Resource group with everything.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the function app: where the code goes.')
output FUNCTION_APP_NAME string = app.outputs.appName

@description('Where people and pipelines ask. Keys: az functionapp keys list.')
output FUNCTION_APP_URL string = 'https://${app.outputs.hostName}'

@description('Object id of the identity of the app.')
output IDENTITY_PRINCIPAL_ID string = identity.outputs.appPrincipalId

@description('Custom topic with the decisions; empty: none.')
output EVENT_TOPIC_ID string = eventsOut.?outputs.topicId ?? ''
