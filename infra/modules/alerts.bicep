metadata description = 'Alerts on what the app says of itself: the line "health: {...}" of every reconcile round, and events. What each means: docs/operations.md.'

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

var lines = 'AppTraces | where AppRoleName =~ "${appName}"'
var health = '${lines} | where Message startswith "health: " | extend health = parse_json(substring(Message, 8))'

// `measure` is compared with `threshold`; the newest line of the window counts.
var alerts = [
  {
    name: 'gate-at-risk'
    severity: 2
    description: 'A target is not open for longer than the time allowed: its upgrade will wait, or meet a cold cache.'
    query: '${health} | summarize arg_max(TimeGenerated, health) | project value = tolong(health.longestShutMinutes)'
    operator: 'GreaterThan'
    threshold: gateShutMinutes
    window: 'PT30M'
  }
  {
    name: 'deadline-at-risk'
    severity: 1
    description: 'A cluster will pull before its cache can be complete. Told once for each deadline.'
    query: '${lines} | where Message has "event DeadlineAtRisk" | summarize value = count()'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT30M'
  }
  {
    name: 'warm-failures'
    severity: 3
    description: 'Artifacts failed to be cached and are tried again every half hour.'
    query: '${health} | summarize arg_max(TimeGenerated, health) | project value = tolong(health.failedArtifacts)'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT30M'
  }
  {
    name: 'poison-messages'
    severity: 2
    description: 'Messages were given up on within a day and not replayed.'
    query: '${health} | summarize arg_max(TimeGenerated, health) | project value = tolong(health.poison)'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT30M'
  }
  {
    name: 'catalogue-stale'
    severity: 3
    description: 'A source of the catalogue was not read for a day: plans may miss what AKS has released since.'
    query: '${health} | summarize arg_max(TimeGenerated, health) | project value = tolong(health.staleSources)'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT30M'
  }
  {
    name: 'reconcile-missed'
    severity: 1
    description: 'No reconcile round ended for half an hour: the app is down, or reads nothing.'
    query: '${lines} | where Message startswith "reconciled: " | summarize value = count()'
    operator: 'LessThan'
    threshold: 1
    window: 'PT30M'
  }
]

resource mail 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(emails)) {
  name: 'ag-${name}'
  // Action groups that are not bound to a region outlive one.
  #disable-next-line no-hardcoded-location
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'artifactsync'
    emailReceivers: [
      for (address, index) in emails: { name: 'mail-${index}', emailAddress: address, useCommonAlertSchema: true }
    ]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: 'alert-${name}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name}: ${alert.name}'
      description: '${alert.description} What to do: docs/operations.md#alert-${alert.name}'
      severity: alert.severity
      enabled: true
      autoMitigate: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT10M'
      windowSize: alert.window
      // The table comes into being with the first line of the app.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            metricMeasureColumn: 'value'
            timeAggregation: 'Maximum'
            operator: alert.operator
            threshold: alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: concat(actionGroupIds, empty(emails) ? [] : [mail.id]) }
    }
  }
]
