metadata description = 'Azure Policy: the definition that denies versions which are not cached, its assignment to the subscription, and the right of the app to keep its lists. Every deployment empties the lists; the next round of the app fills them.'

targetScope = 'subscription'

@description('Required. Start of the names.')
param name string

@description('Required. Region of the deployment.')
param location string

@description('Required. What happens to a version that is not cached.')
param effect 'Audit' | 'Deny' | 'Disabled'

@description('Required. Object id of the identity of the app.')
param appPrincipalId string

@description('Required. Resource id of the role that keeps the lists.')
param policyRoleId string

resource definition 'Microsoft.Authorization/policyDefinitions@2023-04-01' = {
  name: '${name}-kubernetes-versions'
  properties: loadJsonContent('../policy/kubernetes-versions.json')
}

resource assignment 'Microsoft.Authorization/policyAssignments@2024-04-01' = {
  name: '${name}-versions'
  location: location
  properties: {
    displayName: definition.properties.displayName
    policyDefinitionId: definition.id
    parameters: { effect: { value: effect } }
    nonComplianceMessages: [
      { message: 'The artifacts of this version are not proven to be cached: ask AKS artifact sync.' }
    ]
  }
}

// This assignment and no other.
resource keepsLists 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: assignment
  name: guid(assignment.id, appPrincipalId, policyRoleId)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: policyRoleId
  }
}

@description('Resource id of the assignment.')
output assignmentId string = assignment.id
