import type { CacheRule as CacheRuleDocument, ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import type { TokenCredential } from '@azure/core-auth';
import { isRestError, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { SyncError } from '../model/errors.js';
import type { Registry } from '../model/registry.js';
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
    const { found, rules } = await this.#ask(registry);
    const described = parseRegistryDocument({ ...found, id: registry.id });
    const named = rules.filter((rule) => rule.name && rule.sourceRepository && rule.targetRepository);
    return { ...described, resource: registry, cacheRules: named.map(parseCacheRule) };
  }

  async #ask({ subscriptionId, resourceGroup, name, id }: ResourceId) {
    const { registries, cacheRules } = this.#client(subscriptionId);
    const options = { abortSignal: AbortSignal.timeout(this.patienceMs) };
    try {
      const found = await registries.get(resourceGroup, name, options);
      const rules: CacheRuleDocument[] = [];
      for await (const rule of cacheRules.list(resourceGroup, name, options)) rules.push(rule);
      return { found, rules };
    } catch (error) {
      throw translate(error, id);
    }
  }
}

/** Credentials that give no token are no bug either: the identity endpoint may be down, or the identity not assigned. */
const credentialErrors = ['AuthenticationError', 'AggregateAuthenticationError', 'CredentialUnavailableError'];

function translate(error: unknown, id: string): unknown {
  if (error instanceof Error && credentialErrors.includes(error.name)) {
    const message = `registry ${id}: no token for Azure Resource Manager`;
    return new SyncError('ARM_UNAVAILABLE', message, { cause: error });
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new SyncError('ARM_UNAVAILABLE', `registry ${id}: no answer in time`, { cause: error });
  // The typed client takes every success for what it expects.
  if (error instanceof TypeError)
    return new SyncError('ARM_UNEXPECTED', `registry ${id}: ARM answered no such document`, { cause: error });
  if (!isRestError(error)) return error;
  const message = `registry ${id}: ${error.statusCode ?? 'no answer'} ${error.code ?? ''}`.trim();
  const retryAfterSeconds = error.response && parseRetryAfter(error.response.headers);
  const options = { cause: error, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  if (error.statusCode === 404) return new SyncError('REGISTRY_NOT_FOUND', message, options);
  if (error.statusCode === 401 || error.statusCode === 403) return new SyncError('ARM_FORBIDDEN', message, options);
  return new SyncError('ARM_UNAVAILABLE', message, options);
}
