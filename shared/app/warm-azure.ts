import { DefaultAzureCredential } from '@azure/identity';
import { AcrTokens } from '../azure/acr-tokens.js';
import { ArmImports } from '../azure/imports.js';
import { ArmRegistries } from '../azure/registries.js';
import type { Registry } from '../model/registry.js';
import type { ResourceId } from '../model/resource-id.js';
import type { TokenSource } from '../oci/token-source.js';
import type { Imports } from '../warming/ports.js';

/** As the settings of the same names. */
const armEndpoint = process.env['ARM_ENDPOINT'] ?? 'https://management.azure.com';
const audience = process.env['ARM_AUDIENCE'] ?? armEndpoint;

/** The identity of this machine, or of whoever is signed in here, at the data plane of a registry. */
export function acrTokens(loginServer: string, fetcher: typeof fetch): TokenSource {
  return new AcrTokens(loginServer, new DefaultAzureCredential(), () => new Date(), fetcher);
}

/** What ARM tells of a registry. @throws SyncError as `RegistryReader.get` */
export async function findRegistry(resource: ResourceId): Promise<Registry> {
  return await new ArmRegistries(new DefaultAzureCredential(), armEndpoint, audience).get(resource);
}

export function armImports(marHost: string): Imports {
  return new ArmImports(new DefaultAzureCredential(), armEndpoint, audience, marHost);
}
