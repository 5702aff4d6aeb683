import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { AcrTokens } from '../../shared/azure/acr-tokens.js';
import { AnonymousTokens } from '../../shared/oci/anonymous.js';
import { RegistryClient } from '../../shared/oci/registry-client.js';
import { coredns } from '../support/builders.js';
import { startDockerRegistry, type DockerRegistry } from '../support/docker-registry.js';
import { FakeClock } from '../support/fakes/clock.js';
import { FakeMar } from '../support/fakes/fake-manifests.js';
import { FakeCachingRegistry } from '../support/fakes/fake-registry.js';
import { credentialOf } from '../support/local-credential.js';
import { describeWith } from '../support/requirements.js';
import { trust } from '../support/trust.js';
import { closeAll, loginServer, start, startStill } from '../unit/local/azure/azure-client.js';
import { cachingContentContract, contentReaderContract } from './content-reader.contract.js';
import { cachingRegistryContract, manifestReaderContract } from './manifest-reader.contract.js';

const single = { repository: 'oss/binaries/kubernetes/kubernetes-node', tag: 'v1.35.7-linux-amd64' };
const signed = { repository: 'oss/v2/kubernetes/pause', tag: '3.10.1' };
const cachedCoredns = { ...coredns, repository: `aks-managed-repository/${coredns.repository}` };

describe('the fake of MAR', () => {
  const reader = new FakeMar();
  reader.put(coredns.repository, coredns.tag);
  reader.put(coredns.repository, 'v1.0.0');
  reader.put(single.repository, single.tag, undefined, 0);
  reader.sign(signed.repository, reader.put(signed.repository, signed.tag).digest);
  manifestReaderContract(() => ({ reader, index: coredns, single, tags: [coredns.tag, 'v1.0.0'] }));
  contentReaderContract(() => ({ reader, index: coredns, signed }));
});

describe('the fake of a registry that caches', () => {
  const open = async () => {
    const clock = new FakeClock();
    const mar = new FakeMar();
    mar.put(coredns.repository, coredns.tag);
    const reader = new FakeCachingRegistry(mar, clock);
    return { reader, index: cachedCoredns, cached: async () => clock.advance(60) };
  };
  cachingRegistryContract(open);
  cachingContentContract(open);
});

describe('the client at the local MAR', () => {
  let azure: LocalAzure;
  let reader: RegistryClient;
  beforeAll(async () => {
    azure = await start({
      mar: { add: [`${signed.repository}:${signed.tag}`], signed: [`${signed.repository}:${signed.tag}`] },
    });
    trust(azure.caPem);
    reader = new RegistryClient(azure.marEndpoint, new AnonymousTokens());
  });
  afterAll(closeAll);
  manifestReaderContract(() => ({
    reader,
    index: coredns,
    single,
    tags: azure.world.mar.tags(coredns.repository) ?? [],
  }));
  contentReaderContract(() => ({ reader, index: coredns, signed }));
});

describe('the client at a local Azure Container Registry', () => {
  afterEach(closeAll);
  const open = async () => {
    const { azure, pass } = await startStill();
    trust(azure.caPem);
    const server = loginServer(azure, 'newlayout');
    const reader = new RegistryClient(
      `https://${server}`,
      new AcrTokens(server, credentialOf(azure), () => new Date()),
    );
    return { reader, index: cachedCoredns, cached: async () => pass(60) };
  };
  cachingRegistryContract(open);
  cachingContentContract(open);
});

describeWith(
  { command: 'docker-registry', debianPackage: 'docker-registry' },
  'the client at a registry that nobody here wrote',
  () => {
    let registry: DockerRegistry;
    let reader: RegistryClient;
    beforeAll(async () => {
      registry = await startDockerRegistry();
      for (const tag of [coredns.tag, 'v1.0.0']) await registry.push(coredns.repository, tag);
      await registry.push(single.repository, single.tag);
      await registry.push(signed.repository, signed.tag, { isSigned: true, layerBytes: 5_000_000 });
      reader = new RegistryClient(registry.endpoint, new AnonymousTokens());
    });
    afterAll(() => registry.close());
    manifestReaderContract(() => ({ reader, index: coredns, single, tags: [coredns.tag, 'v1.0.0'] }));
    contentReaderContract(() => ({ reader, index: coredns, signed }));
  },
);
