import type { Document } from './cluster-documents.js';
import type { ScenarioRegistry } from './scenario.js';

const creationDate = '2026-01-15T08:30:00.000Z';

export function registryId(subscriptionId: string, registry: ScenarioRegistry): string {
  const scope = `/subscriptions/${subscriptionId}/resourceGroups/${registry.resourceGroup}`;
  return `${scope}/providers/Microsoft.ContainerRegistry/registries/${registry.name}`;
}

/** Source: Microsoft.ContainerRegistry registries, api-version 2025-11-01. */
export function describeRegistry(
  id: string,
  registry: ScenarioRegistry,
  loginServer: string,
  location: string,
): Document {
  return {
    id,
    name: registry.name,
    type: 'Microsoft.ContainerRegistry/registries',
    location,
    tags: {},
    sku: { name: registry.sku, tier: registry.sku },
    properties: {
      loginServer,
      creationDate,
      provisioningState: 'Succeeded',
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      dataEndpointEnabled: false,
      publicNetworkAccess: 'Disabled',
      networkRuleBypassOptions: 'AzureServices',
      roleAssignmentMode: 'LegacyRegistryPermissions',
      policies: { azureADAuthenticationAsArmPolicy: { status: 'enabled' } },
    },
  };
}

export function describeCacheRules(id: string, registry: ScenarioRegistry): readonly Document[] {
  return registry.cacheRules.map((rule) => ({
    id: `${id}/cacheRules/${rule.name}`,
    name: rule.name,
    type: 'Microsoft.ContainerRegistry/registries/cacheRules',
    properties: {
      sourceRepository: rule.source,
      targetRepository: rule.target,
      creationDate,
      provisioningState: 'Succeeded',
    },
  }));
}
