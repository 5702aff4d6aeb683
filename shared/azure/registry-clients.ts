import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import type { TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { retryClosedReads } from './closed-connection.js';

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
        ...perCall.map((policy) => ({ policy, position: 'perCall' as const })),
        { policy: retryClosedReads, position: 'perCall' },
        ...perRetry.map((policy) => ({ policy, position: 'perRetry' as const })),
      ],
    });
    clients.set(subscriptionId, created);
    return created;
  };
}
