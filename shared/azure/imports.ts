import { restorePoller, type ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import type { TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import type { Digest } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { parseJson } from '../model/parse-json.js';
import { parseResourceId } from '../model/resource-id.js';
import { parseRetryAfter } from '../model/retry-after.js';
import type { ImportProgress, Imports } from '../warming/ports.js';
import { importFailureOf } from './import-failures.js';
import { isArmAddress, registryClients } from './registry-clients.js';

const requestTimeout = 30_000;

/** As much of a poller's state as we look at. */
const pollerState = z.object({ state: z.object({ config: z.object({ operationLocation: z.string() }) }) });

/** What both kinds of poller have; they are thenables that poll to the end, so they are never returned or awaited. */
interface Poller {
  readonly isDone: boolean;
  serialize(): Promise<string>;
}

/**
 * `importImage` by `@azure/arm-containerregistry`. An operation is polled by whoever has its token: the poller's own serialized state.
 * By digest: an import by tag can race into "manifest unknown" (azure-cli#29974). `Force`: started twice it ends the same.
 */
export class ArmImports implements Imports {
  readonly #client: (subscriptionId: string) => ContainerRegistryManagementClient;
  /** `Retry-After` of the newest answer about an operation, by its address: pollers keep it to themselves. */
  readonly #pauses = new Map<string, number>();

  /**
   * @param source host that imports name, for example `mcr.microsoft.com`
   * @param policies see every request, as those of the budgets do
   */
  constructor(
    credential: TokenCredential,
    private readonly endpoint: string,
    audience: string,
    private readonly source: string,
    policies: readonly PipelinePolicy[] = [],
  ) {
    this.#client = registryClients({ credential, endpoint, audience, perRetry: policies, perCall: [this.#listener()] });
  }

  async start(
    registry: string,
    source: { readonly repository: string; readonly digest: Digest },
    target: { readonly repository: string; readonly tag: string },
  ): Promise<ImportProgress> {
    const { resourceGroup, name, subscriptionId } = parseResourceId(registry);
    const sourceImage = `${source.repository}@${source.digest}`;
    const parameters = {
      source: { registryUri: this.source, sourceImage },
      targetTags: [`${target.repository}:${target.tag}`],
      mode: 'Force',
    };
    const where = `import of ${sourceImage} into ${registry}`;
    try {
      const { registries } = this.#client(subscriptionId);
      const poller = registries.importImage(resourceGroup, name, parameters, { abortSignal: deadline() });
      await poller.submitted();
      return await this.#progress(poller, where);
    } catch (error) {
      throw importFailureOf(error, 'start', where);
    }
  }

  async resume(registry: string, token: string): Promise<ImportProgress> {
    const where = `import into ${registry}`;
    this.#addressIn(token, where);
    try {
      const client = this.#client(parseResourceId(registry).subscriptionId);
      const poller = restorePoller(client, token, client.registries.importImage);
      await poller.poll({ abortSignal: deadline() });
      return await this.#progress(poller, where);
    } catch (error) {
      const failure = importFailureOf(error, 'resume', where);
      // ARM forgets operations: what became of this one, the registry tells.
      if (failure instanceof SyncError && failure.code === 'REGISTRY_NOT_FOUND') return { kind: 'ended' };
      throw failure;
    }
  }

  async #progress(poller: Poller, where: string): Promise<ImportProgress> {
    if (poller.isDone) return { kind: 'ended' };
    const token = await poller.serialize();
    const address = this.#addressIn(token, where);
    const retryAfterSeconds = this.#pauses.get(address);
    this.#pauses.delete(address);
    return { kind: 'running', token, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  }

  /** An operation at another host would be handed our token. @throws SyncError ARM_UNEXPECTED */
  #addressIn(token: string, where: string): string {
    const address = pollerState.safeParse(parseJson(token)).data?.state.config.operationLocation ?? '';
    if (isArmAddress(address, this.endpoint)) return address;
    throw new SyncError('ARM_UNEXPECTED', `${where}: its operation lies outside ${this.endpoint}`);
  }

  #listener(): PipelinePolicy {
    return {
      name: 'rememberRetryAfter',
      sendRequest: async (request, next) => {
        const response = await next(request);
        const address = response.headers.get('location');
        const pause = parseRetryAfter(response.headers);
        if (address !== undefined && pause !== undefined) this.#pauses.set(address, pause);
        return response;
      },
    };
  }
}

function deadline(): AbortSignal {
  return AbortSignal.timeout(requestTimeout);
}
