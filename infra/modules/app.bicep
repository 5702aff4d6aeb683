metadata description = 'The function app on Flex Consumption. Its package is put into the storage container by a deployment of code, or by package.bicep.'

import { Access, Concurrency, Settings, Tags } from '../types.bicep'

@description('Required. Name of the function app: unique in Azure.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. Resource id of the identity that the app runs as.')
param identityId string

@description('Required. Container that holds the package of the app.')
param packageContainerUrl string

@description('Required. Application settings.')
param settings Settings

@description('Required. Limits of its scale: they bound what it can cost.')
param concurrency Concurrency

@description('Required. Who reaches its HTTP endpoints.')
param access Access

@description('Required. Whether Event Grid delivers to its functions: it then gets in whatever addresses are allowed.')
param takesEvents bool

@description('Required. Subnet for its outbound traffic; empty: none.')
param subnetId string

@description('Required. Whether it is reached through a private endpoint alone.')
param isPrivate bool

var allowedRules = map(range(0, length(access.?allowedIpRanges ?? [])), index => {
  name: 'allowed-${index}'
  priority: 100 + index
  action: 'Allow'
  ipAddress: (access.?allowedIpRanges ?? [])[index]
})
var eventGridRule = {
  name: 'event-grid'
  priority: 1000
  action: 'Allow'
  tag: 'ServiceTag'
  ipAddress: 'AzureEventGrid'
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  // By this tag `azd deploy` finds where the code goes.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    keyVaultReferenceIdentity: identityId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      // The runtime is told here: FUNCTIONS_WORKER_RUNTIME and its like are refused on this plan.
      runtime: { name: 'node', version: '22' }
      scaleAndConcurrency: {
        maximumInstanceCount: concurrency.?maximumInstances ?? 40
        instanceMemoryMB: concurrency.?instanceMemoryMB ?? 2048
        alwaysReady: concurrency.?alwaysReady ?? []
      }
    }
    siteConfig: {
      appSettings: [for setting in items(settings): { name: setting.key, value: setting.value }]
      cors: { allowedOrigins: [], supportCredentials: false }
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ipSecurityRestrictionsDefaultAction: empty(allowedRules) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: concat(allowedRules, takesEvents && !empty(allowedRules) ? [eventGridRule] : [])
    }
  }

  // Code is deployed with Entra identities, never with a publishing password.
  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource signIn 'config' = {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: access.?entra != null }
      globalValidation: {
        requireAuthentication: access.?entra != null
        unauthenticatedClientAction: 'Return401'
        // Event Grid authenticates by a system key of its own.
        excludedPaths: ['/runtime/webhooks/eventgrid']
      }
      identityProviders: {
        azureActiveDirectory: {
          enabled: access.?entra != null
          registration: {
            clientId: access.?entra.?clientId ?? ''
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          }
          validation: {
            allowedAudiences: empty(access.?entra.?clientId ?? '')
              ? []
              : [access.?entra.?clientId ?? '', 'api://${access.?entra.?clientId ?? ''}']
            defaultAuthorizationPolicy: { allowedApplications: access.?entra.?allowedApplications ?? [] }
          }
        }
      }
      login: { tokenStore: { enabled: false } }
      httpSettings: { requireHttps: true }
    }
  }
}

@description('Resource id of the function app.')
output appId string = app.id

@description('Name of the function app.')
output appName string = app.name

@description('Host name of the function app.')
output hostName string = app.properties.defaultHostName
