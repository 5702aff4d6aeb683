import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import type { TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import { parseJson } from '../model/parse-json.js';
import { retryClosedReads } from './closed-connection.js';

const details = z.array(z.object({})).nullish();
const refusal = z.object({
  error: z.object({ code: z.string(), message: z.string(), details, additionalInfo: details }),
});

/** Where and as whom ARM is asked. */
export interface RegistryClientOptions {
  readonly credential: TokenCredential;
  readonly endpoint: string;
  readonly audience: string;
  /** See every request, those that are tried again too. */
  readonly perRetry: readonly PipelinePolicy[];
  /** See the answer that a call ends with. */
  readonly perCall?: readonly PipelinePolicy[];
}

/**
 * The typed client reads a document from every refusal and throws a bare TypeError where ARM, or a proxy in its place, sends none: it gets an
 * empty one. Status and headers stay.
 */
const readableRefusals: PipelinePolicy = {
  name: 'readableRefusals',
  sendRequest: async (request, next) => {
    const response = await next(request);
    if (response.status < 400 || refusal.safeParse(parseJson(response.bodyAsText ?? '')).success) return response;
    response.headers.set('content-type', 'application/json');
    return { ...response, bodyAsText: '{}' };
  },
};

/** Whether an address is ARM's own, or that of one of its regions; whatever else would be handed our token. */
export function isArmAddress(address: string, endpoint: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const own = new URL(endpoint);
  if (url?.origin === own.origin) return true;
  return url?.protocol === 'https:' && url.port === own.port && url.hostname.endsWith(`.${own.hostname}`);
}

/** The typed client follows the address of a next page wherever it leads. */
function keepToArm(endpoint: string): PipelinePolicy {
  return {
    name: 'keepToArm',
    sendRequest: (request, next) => {
      if (isArmAddress(request.url, endpoint)) return next(request);
      throw new SyncError('ARM_UNEXPECTED', `an answer of ARM leads outside ${endpoint}, where nothing is asked`);
    },
  };
}

/** The client of a subscription, made once: a registry may lie in another one than the clusters that use it. */
export function registryClients({
  credential,
  endpoint,
  audience,
  perRetry,
  perCall = [],
}: RegistryClientOptions): (subscriptionId: string) => ContainerRegistryManagementClient {
  const clients = new Map<string, ContainerRegistryManagementClient>();
  return (subscriptionId) => {
    const known = clients.get(subscriptionId);
    if (known) return known;
    const created = new ContainerRegistryManagementClient(credential, subscriptionId, {
      endpoint,
      credentials: { scopes: [`${audience}/.default`] },
      retryOptions: { maxRetries: 0 },
      additionalPolicies: [
        { policy: keepToArm(endpoint), position: 'perCall' },
        { policy: readableRefusals, position: 'perCall' },
        ...perCall.map((policy) => ({ policy, position: 'perCall' as const })),
        { policy: retryClosedReads, position: 'perCall' },
        ...perRetry.map((policy) => ({ policy, position: 'perRetry' as const })),
      ],
    });
    clients.set(subscriptionId, created);
    return created;
  };
}
