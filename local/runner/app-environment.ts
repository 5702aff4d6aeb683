import type { LocalAzure } from '../azure/local-azure-interface.js';
import type { LocalStorage } from '../storage.js';

/** Event Grid subscriptions of the app: which function takes the events of which topic. */
export const eventSubscriptions = [
  { topic: 'managed-clusters', functionName: 'kubernetes-version-available' },
  { topic: 'aks-resources', functionName: 'fleet-gate-changed' },
  { topic: 'container-service-events', functionName: 'upgrade-scheduled' },
] as const;

/** The application settings of a function app that is deployed into this local Azure; all that the app sees of it. */
export function appEnvironment(
  azure: LocalAzure,
  storage: LocalStorage,
  mode: 'observe' | 'enforce',
): Readonly<Record<string, string>> {
  return {
    SUBSCRIPTION_ID: azure.subscriptionId,
    ARM_ENDPOINT: azure.armEndpoint,
    MAR_ENDPOINT: azure.marEndpoint,
    MAR_HOST: azure.marHost,
    AGENTBAKER_URL: azure.agentBakerUrl,
    VULNERABILITY_API_ENDPOINT: azure.vulnerabilityApiEndpoint,
    GATE_MODE: mode,
    AzureWebJobsStorage: storage.connectionString,
    IDENTITY_ENDPOINT: azure.identityEndpoint,
    IDENTITY_HEADER: azure.identityHeader,
    LOG_ANALYTICS_ENDPOINT: azure.logAnalyticsEndpoint,
    LOG_ANALYTICS_WORKSPACE_ID: azure.logAnalyticsWorkspaceId,
    EVENT_TOPIC_ENDPOINT: azure.eventTopicEndpoint,
    NODE_EXTRA_CA_CERTS: azure.caFile,
    ...(azure.world.policyAssignment ? { POLICY_ASSIGNMENT_ID: azure.world.policyAssignment.id } : {}),
    // Imports take seconds here, and lost events should be made up for within a run.
    VERIFY_DELAY_SECONDS: '1',
    RECONCILE_SCHEDULE: '*/10 * * * * *',
    DRIFT_SCHEDULE: '*/10 * * * * *',
    CATALOG_SCHEDULE: '*/30 * * * * *',
  };
}
