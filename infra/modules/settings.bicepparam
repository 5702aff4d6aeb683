using 'settings.bicep'

// Everything that may be set, in a cloud with hosts of its own: tests give what comes out to the app.

param storageAccountName = 'account1'
param storageEndpoints = {
  blob: 'https://account1.blob.core.chinacloudapi.cn/'
  queue: 'https://account1.queue.core.chinacloudapi.cn/'
  table: 'https://account1.table.core.chinacloudapi.cn/'
}
param clientId = '55555555-5555-5555-5555-555555555555'
param insightsConnectionString = 'InstrumentationKey=none'
param pullLogWorkspaceId = '66666666-6666-6666-6666-666666666666'
param eventTopicEndpoint = 'https://topic.chinanorth3-1.eventgrid.azure.cn/api/events'
param policyAssignmentId = '/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization/policyAssignments/artifact-sync-versions'
param gateMode = 'enforce'
param features = {
  fleetApprovals: true
  import: true
  maintenanceHolds: true
  maintenanceCreation: true
  policy: 'Deny'
}
param hasCatalogEgress = false
param enforcementResourceGroups = ['fleets', 'Payments']
param cloudName = 'AzureChinaCloud'
param resourceManager = 'https://management.chinacloudapi.cn'
param chosen = { PROOF_MAX_AGE_HOURS: '12' }
