metadata description = 'What the identity of the app may do in one registry, and the log of what is pulled from it. Deployed into the resource group of the registry.'

@description('Required. Name of the registry.')
param registryName string

@description('Required. Object id of the identity of the app.')
param appPrincipalId string

@description('Required. Role assignment mode of the registry: decides which roles it honours.')
param roleAssignmentMode 'rbac' | 'abac'

@description('Required. Resource id of the role that lets the app import; empty: it may not.')
param importRoleId string

@description('Required. Resource id of the role that reads it in Azure Resource Manager; empty: the app has it for the whole subscription.')
param readerRoleId string

@description('Required. Resource id of the workspace that gets what is pulled; empty: none.')
param workspaceId string

// AcrPull reads, lists and pulls; with repository permissions reading and listing are two roles.
var roleIds = roleAssignmentMode == 'rbac'
  ? ['7f951dda-4ed3-4680-a7ca-43fe172d538d']
  : ['b93aa761-3e63-49ed-ac28-beffa264f7ac', 'bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7']

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = {
  name: registryName
}

resource pulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in roleIds: {
    scope: registry
    name: guid(toLower(registry.id), appPrincipalId, roleId)
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
    }
  }
]

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(readerRoleId)) {
  scope: registry
  name: guid(toLower(registry.id), appPrincipalId, readerRoleId)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: readerRoleId
  }
}

resource imports 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(importRoleId)) {
  scope: registry
  name: guid(toLower(registry.id), appPrincipalId, importRoleId)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: importRoleId
  }
}

resource pullLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(workspaceId)) {
  scope: registry
  // A registry that several apps share sends its log to each of them.
  name: 'artifact-sync-pulls-${uniqueString(toLower(workspaceId))}'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'ContainerRegistryRepositoryEvents', enabled: true }]
  }
}
