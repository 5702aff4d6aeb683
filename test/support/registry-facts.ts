import type { CacheRule, RegistrySettings } from '../../shared/model/registry.js';
import type { RegistryContext, RegistryFacts, RegistryProbes } from '../../shared/warming/registry-facts.js';
import { newLayout, registryOf } from './builders.js';

/** A registry as AKS wants it. */
export const soundSettings: RegistrySettings = {
  sku: 'Premium',
  location: 'westeurope',
  provisioningState: 'Succeeded',
  publicNetworkAccess: 'Disabled',
  defaultAction: 'Allow',
  bypass: 'AzureServices',
  authenticationAsArm: 'enabled',
  roleAssignmentMode: 'LegacyRegistryPermissions',
  dataEndpointHosts: [],
  privateEndpoints: [{ name: 'endpoint', status: 'Approved' }],
};

/** What is asked of it from a network with its private endpoint, by an identity that may do all. */
export const soundProbes: RegistryProbes = {
  dns: [
    { host: 'acr.azurecr.io', use: 'registry', answer: { kind: 'private', addresses: ['10.1.0.5'] } },
    { host: 'acr.westeurope.data.azurecr.io', use: 'data', answer: { kind: 'private', addresses: ['10.1.0.4'] } },
  ],
  reach: { kind: 'allowed' },
  pull: { kind: 'allowed' },
  permissions: [{ actions: ['*/read', 'Microsoft.ContainerRegistry/registries/importImage/action'], notActions: [] }],
  unhealthyCredentials: new Map(),
};

export const soundRule: CacheRule = { ...newLayout, provisioningState: 'Succeeded' };

export const customerContext: RegistryContext = { marHost: 'mcr.microsoft.com', owner: 'customer', egress: 'none' };

export interface FactChanges {
  readonly rules?: readonly CacheRule[];
  readonly settings?: Partial<RegistrySettings>;
  readonly probes?: Partial<RegistryProbes>;
}

/** A registry in good order, with something changed. */
export function factsOf({ rules = [soundRule], settings, probes }: FactChanges = {}): RegistryFacts {
  return {
    registry: { ...registryOf('acr', rules), settings: { ...soundSettings, ...settings } },
    probes: { ...soundProbes, ...probes },
  };
}
