metadata description = 'Workbook over the lines that the app writes.'

import { Tags } from '../types.bicep'

@description('Required. Title.')
param title string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags Tags

@description('Required. Resource id of the workspace with the logs of the app.')
param workspaceId string

@description('Required. Name of the function app.')
param appName string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, appName, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: title
    category: 'workbook'
    sourceId: workspaceId
    version: '1.0'
    serializedData: replace(
      replace(loadTextContent('../workbook.json'), '{{appName}}', appName),
      '{{workspaceId}}',
      workspaceId
    )
  }
}

@description('Resource id of the workbook.')
output workbookId string = workbook.id
