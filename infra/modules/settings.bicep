metadata description = 'Application settings, from what was deployed. Deploys nothing.'

import { Features, Settings, StorageEndpoints } from '../types.bicep'

@description('Required. Name of the storage account.')
param storageAccountName string

@description('Required. Addresses of the storage account.')
param storageEndpoints StorageEndpoints

@description('Required. Client id of the identity of the app.')
param clientId string

@description('Required. Where telemetry goes.')
param insightsConnectionString string

@description('Required. Workspace that gets what is pulled from the registries, by workspace id; empty: none.')
param pullLogWorkspaceId string

@description('Required. Where decisions are published; empty: nowhere.')
param eventTopicEndpoint string

@description('Required. Policy assignment whose lists the app keeps; empty: none.')
param policyAssignmentId string

@description('Required. Whether gates are opened in Azure.')
param gateMode 'observe' | 'enforce'

@description('Required. Which actions beyond reading the app may take.')
param features Features

@description('Required. Whether the app reaches public sources of the catalogue beside the Microsoft Artifact Registry.')
param hasCatalogEgress bool

@description('Required. Resource groups in which gates are opened; none: everywhere.')
param enforcementResourceGroups string[]

@description('Required. Name of the cloud, for example AzureCloud.')
param cloudName string

@description('Required. Address of Azure Resource Manager in that cloud.')
param resourceManager string

@description('Required. Settings that people chose: they win.')
param chosen Settings

// Source: Azure documentation of the sovereign clouds; the app knows the public cloud by itself.
var clouds = {
  AzureCloud: {}
  AzureUSGovernment: { LOG_ANALYTICS_ENDPOINT: 'https://api.loganalytics.us' }
  AzureChinaCloud: {
    LOG_ANALYTICS_ENDPOINT: 'https://api.loganalytics.azure.cn'
    MAR_ENDPOINT: 'https://mcr.azure.cn'
    MAR_HOST: 'mcr.azure.cn'
  }
}
// The host makes addresses in the public cloud from an account name; elsewhere it must be told them.
var storage = cloudName == 'AzureCloud'
  ? { AzureWebJobsStorage__accountName: storageAccountName }
  : {
      AzureWebJobsStorage__blobServiceUri: storageEndpoints.blob
      AzureWebJobsStorage__queueServiceUri: storageEndpoints.queue
      AzureWebJobsStorage__tableServiceUri: storageEndpoints.table
    }
var derived = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  AZURE_CLIENT_ID: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
  SUBSCRIPTION_ID: subscription().subscriptionId
  ARM_ENDPOINT: resourceManager
  GATE_MODE: gateMode
}
var pullLog = empty(pullLogWorkspaceId) ? {} : { LOG_ANALYTICS_WORKSPACE_ID: pullLogWorkspaceId }
var topic = empty(eventTopicEndpoint) ? {} : { EVENT_TOPIC_ENDPOINT: eventTopicEndpoint }
var policy = empty(policyAssignmentId) ? {} : { POLICY_ASSIGNMENT_ID: policyAssignmentId }
// No empty values: the host, on .NET 8, removes a variable that it is told to set to nothing.
var sources = hasCatalogEgress ? {} : { AGENTBAKER_URL: 'off', VULNERABILITY_API_ENDPOINT: 'off' }
var scopes = empty(enforcementResourceGroups)
  ? {}
  : {
      ENFORCE_SCOPES: join(map(enforcementResourceGroups, group => '${subscription().id}/resourceGroups/${group}'), ',')
    }
var holds = features.?maintenanceHolds ?? false
// To observe costs no permission; to enforce without one would be refused at every cluster.
var maintenance = holds
  // Not string(): that writes "True".
  ? { MAINTENANCE_CREATE: features.?maintenanceCreation ?? false ? 'true' : 'false' }
  : gateMode == 'enforce' ? { MAINTENANCE_HOLDS: 'off' } : {}

@description('Settings of the function app.')
output settings Settings = union(
  derived,
  storage,
  clouds[cloudName],
  pullLog,
  topic,
  sources,
  scopes,
  maintenance,
  policy,
  chosen
)
