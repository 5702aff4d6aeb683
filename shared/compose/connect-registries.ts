import type { TokenCredential } from '@azure/core-auth';
import { AcrInventory } from '../azure/acr-inventory.js';
import { AcrMetadata } from '../azure/acr-metadata.js';
import { AcrStoredManifests } from '../azure/acr-stored-manifests.js';
import { AcrTokens } from '../azure/acr-tokens.js';
import type { Ports } from '../app/ports.js';
import type { Config } from '../config.js';
import { AnonymousTokens } from '../oci/anonymous.js';
import { RegistryClient } from '../oci/registry-client.js';
import { accountOfMar, accountOfRegistry, watchFetch } from '../oci/watched-fetch.js';
import type { SharedBudgets } from '../warming/budgets.js';
import { RememberingReader } from '../warming/remember-reader.js';

/** As long as a registry takes to notice a moved tag (Azure/acr#860). */
const rememberMarMs = 5 * 60_000;

/** Data planes: MAR and the registries. Budgets learn from every answer. */
export function connectRegistries(
  config: Config,
  credential: TokenCredential,
  budgets: SharedBudgets,
  now: () => Date,
) {
  const fetchOf = onePerRegistry((loginServer) => watchFetch(budgets, accountOfRegistry(loginServer)));
  const tokens = onePerRegistry((loginServer) => new AcrTokens(loginServer, credential, now, fetchOf(loginServer)));
  const metadata = new AcrMetadata(tokens, (input, init) =>
    fetchOf(new URL(input instanceof Request ? input.url : input).host)(input, init),
  );
  return {
    upstream: connectMar(config, budgets, now),
    registry: onePerRegistry(
      (loginServer) => new RegistryClient(`https://${loginServer}`, tokens(loginServer), fetchOf(loginServer)),
    ),
    inventory: new AcrInventory(metadata),
    storedManifests: new AcrStoredManifests(metadata),
  } satisfies Partial<Ports>;
}

function connectMar({ marEndpoint }: Config, budgets: SharedBudgets, now: () => Date): RememberingReader {
  const fetcher = watchFetch(budgets, accountOfMar(marEndpoint));
  const client = new RegistryClient(marEndpoint, new AnonymousTokens(fetcher), fetcher);
  return new RememberingReader(client, rememberMarMs, now);
}

/** One client a registry, so that its tokens are shared by the invocations of this instance. */
function onePerRegistry<Client>(create: (loginServer: string) => Client): (loginServer: string) => Client {
  const clients = new Map<string, Client>();
  return (loginServer) => {
    const client = clients.get(loginServer) ?? create(loginServer);
    clients.set(loginServer, client);
    return client;
  };
}
