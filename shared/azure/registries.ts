import type { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import type { TokenCredential } from '@azure/core-auth';
import { isRestError, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { SyncError } from '../model/errors.js';
import type { CacheRule, Registry } from '../model/registry.js';
import type { ResourceId } from '../model/resource-id.js';
import { parseRetryAfter } from '../model/retry-after.js';
import type { RegistryReader } from '../requirements/ports.js';
import { registryClients } from './registry-clients.js';
import { parseCacheRule, parseRegistryDocument } from './registry-documents.js';

/** Registries and their cache rules by `@azure/arm-containerregistry`. */
export class ArmRegistries implements RegistryReader {
  readonly #client: (subscriptionId: string) => ContainerRegistryManagementClient;

  constructor(
    credential: TokenCredential,
    endpoint: string,
    audience: string,
    policies: readonly PipelinePolicy[] = [],
    /** All of a registry is read within this. */
    private readonly patienceMs = 30_000,
  ) {
    this.#client = registryClients({ credential, endpoint, audience, perRetry: policies });
  }

  async get(registry: ResourceId): Promise<Registry> {
    const client = this.#client(registry.subscriptionId);
    try {
      const options = { abortSignal: AbortSignal.timeout(this.patienceMs) };
      const found = await client.registries.get(registry.resourceGroup, registry.name, options);
      const described = parseRegistryDocument({ ...found, id: registry.id });
      const cacheRules: CacheRule[] = [];
      for await (const rule of client.cacheRules.list(registry.resourceGroup, registry.name, options)) {
        if (rule.name && rule.sourceRepository && rule.targetRepository) cacheRules.push(parseCacheRule(rule));
      }
      return { ...described, resource: registry, cacheRules };
    } catch (error) {
      throw translate(error, registry);
    }
  }
}

/** Credentials that give no token are no bug either: the identity endpoint may be down, or the identity not assigned. */
const credentialErrors = ['AuthenticationError', 'AggregateAuthenticationError', 'CredentialUnavailableError'];

function translate(error: unknown, registry: ResourceId): unknown {
  if (error instanceof Error && credentialErrors.includes(error.name)) {
    const message = `registry ${registry.id}: no token for Azure Resource Manager`;
    return new SyncError('ARM_UNAVAILABLE', message, { cause: error });
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new SyncError('ARM_UNAVAILABLE', `registry ${registry.id}: no answer in time`, { cause: error });
  // The typed client takes every success for what it expects.
  if (error instanceof TypeError)
    return new SyncError('ARM_UNEXPECTED', `registry ${registry.id}: ARM answered no such document`, { cause: error });
  if (!isRestError(error)) return error;
  const message = `registry ${registry.id}: ${error.statusCode ?? 'no answer'} ${error.code ?? ''}`.trim();
  const retryAfterSeconds = parseRetryAfter(error.response?.headers.get('retry-after') ?? null);
  const options = { cause: error, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  if (error.statusCode === 404) return new SyncError('REGISTRY_NOT_FOUND', message, options);
  if (error.statusCode === 401 || error.statusCode === 403) return new SyncError('ARM_FORBIDDEN', message, options);
  return new SyncError('ARM_UNAVAILABLE', message, options);
}
