import { overlay, type Document } from './cluster-documents.js';
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
    properties: overlay(defaultProperties(id, loginServer), registry.properties),
  };
}

/** A registry as AKS wants it: private, with an approved endpoint, and the token service that nodes use. */
function defaultProperties(id: string, loginServer: string): Document {
  return {
    loginServer,
    creationDate,
    provisioningState: 'Succeeded',
    adminUserEnabled: false,
    anonymousPullEnabled: false,
    dataEndpointEnabled: true,
    // Names that would need a DNS server: the data endpoint of a local registry is this machine.
    dataEndpointHostNames: ['localhost'],
    publicNetworkAccess: 'Disabled',
    networkRuleSet: { defaultAction: 'Allow', ipRules: [] },
    privateEndpointConnections: [describeConnection(id)],
    networkRuleBypassOptions: 'AzureServices',
    roleAssignmentMode: 'LegacyRegistryPermissions',
    policies: { azureADAuthenticationAsArmPolicy: { status: 'enabled' } },
  };
}

function describeConnection(id: string): Document {
  const name = `${id.split('/').at(-1)}-endpoint`;
  return {
    id: `${id}/privateEndpointConnections/${name}`,
    name,
    type: 'Microsoft.ContainerRegistry/registries/privateEndpointConnections',
    properties: {
      privateEndpoint: { id: id.replace(/\/providers\/.*/, `/providers/Microsoft.Network/privateEndpoints/${name}`) },
      privateLinkServiceConnectionState: { status: 'Approved', description: '', actionsRequired: 'None' },
      provisioningState: 'Succeeded',
    },
  };
}

/**
 * What the identity of the app may do on a registry, as `Microsoft.Authorization/permissions` lists it.
 * Source: Azure RBAC REST API, "Permissions - List For Resource", api-version 2022-04-01.
 */
export function describePermissions(): readonly Document[] {
  return [
    { actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] },
    { actions: ['Microsoft.ContainerRegistry/registries/importImage/action'], notActions: [] },
  ];
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
      provisioningState: rule.state,
    },
  }));
}
