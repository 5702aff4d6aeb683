import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import type { TokenCredential } from '@azure/core-auth';
import { isRestError, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { SyncError } from '../model/errors.js';
import type { CacheRule, Registry } from '../model/registry.js';
import type { ResourceId } from '../model/resource-id.js';
import { parseRetryAfter } from '../model/retry-after.js';
import type { RegistryReader } from '../requirements/ports.js';
import { parseCacheRule, parseRegistryDocument } from './registry-documents.js';

/** Registries and their cache rules by `@azure/arm-containerregistry`. */
export class ArmRegistries implements RegistryReader {
  readonly #clients = new Map<string, ContainerRegistryManagementClient>();

  constructor(
    private readonly credential: TokenCredential,
    private readonly endpoint: string,
    private readonly audience: string,
    private readonly policies: readonly PipelinePolicy[] = [],
  ) {}

  async get(registry: ResourceId): Promise<Registry> {
    const client = this.#client(registry.subscriptionId);
    try {
      const found = await client.registries.get(registry.resourceGroup, registry.name);
      const described = parseRegistryDocument({ ...found, id: registry.id });
      const cacheRules: CacheRule[] = [];
      for await (const rule of client.cacheRules.list(registry.resourceGroup, registry.name)) {
        if (rule.name && rule.sourceRepository && rule.targetRepository) cacheRules.push(parseCacheRule(rule));
      }
      return { ...described, resource: registry, cacheRules };
    } catch (error) {
      throw translate(error, registry);
    }
  }

  /** A registry may lie in another subscription than the clusters that use it. */
  #client(subscriptionId: string): ContainerRegistryManagementClient {
    const known = this.#clients.get(subscriptionId);
    if (known) return known;
    const created = new ContainerRegistryManagementClient(this.credential, subscriptionId, {
      endpoint: this.endpoint,
      credentials: { scopes: [`${this.audience}/.default`] },
      retryOptions: { maxRetries: 0 },
      additionalPolicies: this.policies.map((policy) => ({ policy, position: 'perRetry' as const })),
    });
    this.#clients.set(subscriptionId, created);
    return created;
  }
}

/** Credentials that give no token are no bug either: the identity endpoint may be down, or the identity not assigned. */
const credentialErrors = ['AuthenticationError', 'AggregateAuthenticationError', 'CredentialUnavailableError'];

function translate(error: unknown, registry: ResourceId): unknown {
  if (error instanceof Error && credentialErrors.includes(error.name)) {
    const message = `registry ${registry.id}: no token for Azure Resource Manager`;
    return new SyncError('ARM_UNAVAILABLE', message, { cause: error });
  }
  if (!isRestError(error)) return error;
  const message = `registry ${registry.id}: ${error.statusCode ?? 'no answer'} ${error.code ?? ''}`.trim();
  if (error.statusCode === 404) return new SyncError('REGISTRY_NOT_FOUND', message, { cause: error });
  if (error.statusCode === 401 || error.statusCode === 403)
    return new SyncError('ARM_FORBIDDEN', message, { cause: error });
  const retryAfterSeconds = parseRetryAfter(error.response?.headers.get('retry-after') ?? null);
  return new SyncError('ARM_UNAVAILABLE', message, {
    cause: error,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
