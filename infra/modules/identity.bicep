metadata description = 'Two user-assigned identities: one that the app runs as, one by which Event Grid delivers events to storage.'

import { Tags } from '../types.bicep'

@description('Required. Start of the names of the identities.')
param name string

@description('Required. Region of the identities.')
param location string

@description('Required. Tags of every resource.')
param tags Tags

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${name}'
  location: location
  tags: tags
}

resource events 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${name}-events'
  location: location
  tags: tags
}

@description('Resource id of the identity of the app.')
output appId string = app.id

@description('Client id of the identity of the app: what its settings name.')
output appClientId string = app.properties.clientId

@description('Object id of the identity of the app: what roles are assigned to.')
output appPrincipalId string = app.properties.principalId

@description('Resource id of the identity that Event Grid delivers with.')
output eventsId string = events.id

@description('Object id of the identity that Event Grid delivers with.')
output eventsPrincipalId string = events.properties.principalId
