metadata description = 'Alerts and workbook.'

import { Tags } from '../types.bicep'

@description('Required. Start of the names.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. Resource id of the workspace with the logs of the app.')
param workspaceId string

@description('Required. Name of the function app.')
param appName string

@description('Required. Mail addresses that are told.')
param emails string[]

@description('Required. Action groups that are told, by resource id.')
param actionGroupIds string[]

@description('Required. Minutes after which a gate that is still shut counts as at risk.')
param gateShutMinutes int

module alerts 'alerts.bicep' = {
  name: '${name}-alerts'
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: workspaceId
    appName: appName
    emails: emails
    actionGroupIds: actionGroupIds
    gateShutMinutes: gateShutMinutes
  }
}

module workbook 'workbook.bicep' = {
  name: '${name}-workbook'
  params: {
    title: 'AKS artifact sync: ${name}'
    location: location
    tags: tags
    workspaceId: workspaceId
    appName: appName
  }
}
