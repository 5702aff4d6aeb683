import { AcrMetadata } from '../../shared/azure/acr-metadata.js';
import { AcrStoredManifests } from '../../shared/azure/acr-stored-manifests.js';
import { AcrTokens } from '../../shared/azure/acr-tokens.js';
import { RegistryClient } from '../../shared/oci/registry-client.js';
import { coredns } from '../support/builders.js';
import { FakeClock } from '../support/fakes/clock.js';
import { FakeMar } from '../support/fakes/fake-manifests.js';
import { FakeCachingRegistry } from '../support/fakes/fake-registry.js';
import { FakeStoredManifests } from '../support/fakes/fake-stored-manifests.js';
import { credentialOf } from '../support/local-credential.js';
import { trust } from '../support/trust.js';
import { closeAll, loginServer, startStill } from '../unit/local/azure/azure-client.js';
import { storedManifestsContract } from './stored-manifests.contract.js';

describe('the fake of an inventory', () => {
  storedManifestsContract(async () => {
    const clock = new FakeClock();
    const mar = new FakeMar();
    mar.put(coredns.repository, coredns.tag);
    const reader = new FakeCachingRegistry(mar, clock);
    const server = 'acr.azurecr.io';
    return {
      reader,
      stored: new FakeStoredManifests(new Map([[server, reader]])),
      loginServer: server,
      cached: async () => clock.advance(60),
      evict: (repository) => reader.evict(repository),
    };
  });
});

describe('the client at a local Azure Container Registry', () => {
  afterEach(closeAll);
  storedManifestsContract(async () => {
    const { azure, pass } = await startStill();
    trust(azure.caPem);
    const server = loginServer(azure, 'newlayout');
    const tokens = new AcrTokens(server, credentialOf(azure), () => new Date());
    const cache = azure.world.registry('newlayout');
    return {
      reader: new RegistryClient(`https://${server}`, tokens),
      stored: new AcrStoredManifests(new AcrMetadata(() => tokens)),
      loginServer: server,
      cached: async () => pass(60),
      evict: (repository) => void cache.store.delete(repository),
    };
  });
});
