import { SyncError } from '../model/errors.js';
import type { Registry } from '../model/registry.js';
import type { ResourceId } from '../model/resource-id.js';
import type { RegistryReader } from '../requirements/ports.js';
import type { ArmClient } from './arm-client.js';
import { parseCacheRule, parseRegistryDocument, registryApiVersion } from './registry-documents.js';

/**
 * Registries and their cache rules. Not by `@azure/arm-containerregistry`: where ARM, or a proxy in its place, answers without a document
 * that throws a bare TypeError, whatever the status tells.
 */
export class ArmRegistries implements RegistryReader {
  constructor(private readonly arm: ArmClient) {}

  async get(registry: ResourceId): Promise<Registry> {
    const { subscriptionId, resourceGroup, name } = registry;
    const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerRegistry/registries/${name}`;
    const found = await this.arm.get(path, registryApiVersion);
    if (!found) throw new SyncError('REGISTRY_NOT_FOUND', `registry ${registry.id}: 404`);
    const described = parseRegistryDocument(found.body);
    const rules = await this.arm.list(`${path}/cacheRules`, registryApiVersion);
    return { ...described, resource: registry, cacheRules: rules.map(parseCacheRule) };
  }
}
