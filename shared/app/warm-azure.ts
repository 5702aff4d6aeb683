import { DefaultAzureCredential } from '@azure/identity';
import { AcrTokens } from '../azure/acr-tokens.js';
import { ArmImports } from '../azure/imports.js';
import { ArmRegistries } from '../azure/registries.js';
import { watchPolicy } from '../azure/watch-policy.js';
import type { Registry } from '../model/registry.js';
import type { ResourceId } from '../model/resource-id.js';
import type { RequestWatch } from '../oci/watched-fetch.js';
import type { TokenSource } from '../oci/token-source.js';
import type { Imports } from '../warming/ports.js';

/** As the settings of the same names. */
const armEndpoint = (process.env['ARM_ENDPOINT'] || 'https://management.azure.com').replace(/\/+$/, '');
const audience = (process.env['ARM_AUDIENCE'] || armEndpoint).replace(/\/+$/, '');

/** The identity of this machine, or of whoever is signed in here, at the data plane of a registry. */
export function acrTokens(loginServer: string, fetcher: typeof fetch): TokenSource {
  return new AcrTokens(loginServer, new DefaultAzureCredential(), () => new Date(), fetcher);
}

/** What ARM tells of a registry. @throws SyncError as `RegistryReader.get` */
export async function findRegistry(resource: ResourceId, watch: RequestWatch): Promise<Registry> {
  const policies = [watchPolicy(watch)];
  return await new ArmRegistries(new DefaultAzureCredential(), armEndpoint, audience, policies).get(resource);
}

export function armImports(marHost: string, watch: RequestWatch): Imports {
  return new ArmImports(new DefaultAzureCredential(), armEndpoint, audience, marHost, [watchPolicy(watch)]);
}
