metadata description = 'Custom roles with exactly the actions that the code uses (permissions.json), and who has them in the subscription.'

targetScope = 'subscription'

import { Features } from '../types.bicep'

@description('Required. Start of the names: a role name is unique in a tenant.')
param name string

@description('Required. Object id of the identity of the app.')
param appPrincipalId string

@description('Required. Which actions beyond reading the app may take.')
param features Features

@description('Required. Subscriptions of the registries that the app serves, by id.')
param registrySubscriptionIds string[]

@description('Required. Resource groups in which it may take them; empty: the subscription.')
param enforcementResourceGroups string[]

var assignableScopes = union([subscription().id], map(registrySubscriptionIds, id => '/subscriptions/${toLower(id)}'))
var permissions = loadJsonContent('../permissions.json')
// Operations of imports lie in the subscription, not in a registry.
var readingFor = [...['read'], ...(features.?import ?? false ? ['importStatus'] : [])]
var reads = map(
  filter(permissions, permission => contains(readingFor, permission.feature)),
  permission => permission.action
)
var imports = map(filter(permissions, permission => permission.feature == 'import'), permission => permission.action)
var keeps = map(filter(permissions, permission => permission.feature == 'policy'), permission => permission.action)
var holds = features.?maintenanceHolds ?? false
var allowed = [
  ...(features.?fleetApprovals ?? false ? ['fleetApprovals'] : [])
  ...(holds ? ['maintenanceHolds'] : [])
  ...(holds && (features.?maintenanceCreation ?? false) ? ['maintenanceCreation'] : [])
]
var enforces = map(
  filter(permissions, permission => contains(allowed, permission.feature)),
  permission => permission.action
)

resource reader 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, name, 'reader')
  properties: {
    roleName: '${name} reader (${subscription().subscriptionId})'
    description: 'Reads clusters, fleets and registries: what AKS artifact sync plans from.'
    type: 'CustomRole'
    assignableScopes: assignableScopes
    permissions: [{ actions: reads, notActions: [] }]
  }
}

resource importer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (features.?import ?? false) {
  name: guid(subscription().id, name, 'importer')
  properties: {
    roleName: '${name} importer (${subscription().subscriptionId})'
    description: 'Imports artifacts into registries, for AKS artifact sync.'
    type: 'CustomRole'
    assignableScopes: assignableScopes
    permissions: [{ actions: imports, notActions: [] }]
  }
}

resource enforcer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (!empty(enforces)) {
  name: guid(subscription().id, name, 'enforcer')
  properties: {
    roleName: '${name} enforcer (${subscription().subscriptionId})'
    description: 'Opens the gates of upgrades that are switched on, for AKS artifact sync.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: enforces, notActions: [] }]
  }
}

resource policyKeeper 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (features.?policy != null) {
  name: guid(subscription().id, name, 'policy-keeper')
  properties: {
    roleName: '${name} policy keeper (${subscription().subscriptionId})'
    description: 'Keeps the lists of one policy assignment, for AKS artifact sync.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: keeps, notActions: [] }]
  }
}

// Clusters are found anywhere in the subscription, hence no narrower scope.
resource readsAll 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, appPrincipalId, 'reader')
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: reader.id
  }
}

resource enforcesAll 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(enforces) && empty(enforcementResourceGroups)) {
  name: guid(subscription().id, appPrincipalId, 'enforcer')
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: enforcer.id
  }
}

module enforcesHere 'role-assignment.bicep' = [
  for group in enforcementResourceGroups: if (!empty(enforces)) {
    name: 'enforcer-${uniqueString(group)}'
    scope: resourceGroup(group)
    params: { principalId: appPrincipalId, roleDefinitionId: enforcer.id }
  }
]

@description('Resource id of the role that imports; empty where importing is off.')
output importRoleId string = features.?import ?? false ? importer.id : ''

@description('Resource id of the role that keeps the lists of the policy; empty where there is none.')
output policyRoleId string = features.?policy != null ? policyKeeper.id : ''

@description('Resource id of the role that reads: registries of other subscriptions need it, too.')
output readerRoleId string = reader.id
