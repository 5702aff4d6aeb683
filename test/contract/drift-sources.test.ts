import type { TokenCredential } from '@azure/core-auth';
import { startLocalAzure } from '../../local/azure/local-azure.js';
import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { parseScenario } from '../../local/azure/scenario-file.js';
import { AcrInventory } from '../../shared/azure/acr-inventory.js';
import { AcrMetadata } from '../../shared/azure/acr-metadata.js';
import { AcrTokens } from '../../shared/azure/acr-tokens.js';
import { LogAnalyticsPullLog } from '../../shared/azure/log-analytics.js';
import type { PullLog, RegistryInventory } from '../../shared/drift/ports.js';
import { RegistryClient } from '../../shared/oci/registry-client.js';
import { digestOf } from '../support/fakes/fake-manifests.js';
import { FakeInventory, FakePullLog } from '../support/fakes/memory-drift.js';
import { until } from '../support/e2e/until.js';
import { trust } from '../support/trust.js';
import { aadToken, smallScenario } from '../unit/local/azure/azure-client.js';

const long = new Date(0);
const kubelet = /^[0-9a-f-]{36}$/;
const repository = 'aks-managed-repository/oss/v2/kubernetes/coredns';
const tag = 'v1.13.1-6';

/** A registry from which the nodes of a cluster, and this app, have pulled one image each. */
interface Pulled {
  readonly loginServer: string;
  readonly inventory: RegistryInventory;
  readonly log: PullLog;
}

let azure: LocalAzure;
const credential: TokenCredential = {
  getToken: async (scopes) => {
    const resource = String(scopes).replace(/\/\.default$/, '');
    return { token: await aadToken(azure, resource), expiresOnTimestamp: Date.now() + 3_600_000 };
  },
};
const now = () => new Date();

/** Plays the upgrade of a cluster, whose nodes pull, and warms another image as the app does. */
async function pullForReal(): Promise<Pulled> {
  const [first, ...others] = smallScenario.clusters;
  const clusters = [{ ...first!, nodePulls: [`oss/v2/kubernetes/coredns:${tag}`] }, ...others];
  const [run] = smallScenario.fleets![0]!.updateRuns!;
  const stages = run!.stages.map((stage) => ({ ...stage, beforeGates: [], groups: [{ name: 'first' }] }));
  const fleets = [{ ...smallScenario.fleets![0]!, updateRuns: [{ ...run!, stages: stages.slice(0, 1) }] }];
  azure = await startLocalAzure(parseScenario({ ...smallScenario, clusters, fleets }, 'test'));
  trust(azure.caPem);
  azure.play();
  const cache = azure.world.registry('newlayout');
  await until('the nodes have pulled', () => cache.holdsTree(repository, tag));
  const loginServer = azure.loginServers.get('newlayout') ?? '';
  const tokens = new AcrTokens(loginServer, credential, now);
  await new RegistryClient(`https://${loginServer}`, tokens).get(repository, 'v1.13.1-2');
  await until('the warmed image is cached', () => cache.stored().get(repository)?.tags.has('v1.13.1-2') ?? false);
  const { logAnalyticsEndpoint, logAnalyticsWorkspaceId } = azure;
  return {
    loginServer,
    inventory: new AcrInventory(new AcrMetadata(() => tokens)),
    log: new LogAnalyticsPullLog(logAnalyticsEndpoint, logAnalyticsWorkspaceId, credential),
  };
}

async function pullInMemory(): Promise<Pulled> {
  const loginServer = 'acr.azurecr.io';
  const inventory = new FakeInventory();
  const log = new FakePullLog();
  for (const name of [tag, 'v1.13.1-2'])
    inventory.put(loginServer, { repository, tag: name, digest: digestOf(name), createdAt: now() });
  const identity = '7b1d4f0a-55a5-4d0e-9a2e-6c0f0c3a1b11';
  log.put(loginServer, { repository, tag, digest: digestOf(tag), identity, lastAt: now() });
  log.put(loginServer, { repository, digest: digestOf('child'), identity, lastAt: now() });
  return { loginServer, inventory, log };
}

describe.each([
  ['in memory', pullInMemory],
  ['of the local Azure', pullForReal],
])('registry and log %s', (_where, pull) => {
  let pulled: Pulled;
  beforeAll(async () => void (pulled = await pull()));

  test('the inventory lists what the registry holds, warmed or pulled, with digest and time', async () => {
    const tags = await pulled.inventory.list(pulled.loginServer, () => true);
    expect(tags.map((one) => one.tag).sort()).toEqual(['v1.13.1-2', tag]);
    for (const one of tags) {
      expect(one).toMatchObject({ repository, digest: expect.stringMatching(/^sha256:/) as string });
      expect(Math.abs(one.createdAt.getTime() - Date.now())).toBeLessThan(60_000);
    }
  });

  test('the inventory leaves out repositories that nobody asks for', async () => {
    expect(await pulled.inventory.list(pulled.loginServer, () => false)).toEqual([]);
  });

  test('the log tells the pulls of nodes by tag and by digest, and none of ours', async () => {
    const events = await pulled.log.list(pulled.loginServer, long);
    expect(new Set(events.map((event) => event.repository))).toEqual(new Set([repository]));
    expect(events.flatMap((event) => event.tag ?? [])).toEqual([tag]);
    expect(events.some((event) => event.tag === undefined && event.digest !== undefined)).toBe(true);
    expect(new Set(events.map(({ identity = '' }) => kubelet.test(identity)))).toEqual(new Set([true]));
  });

  test('the log tells nothing of other registries, or of times to come', async () => {
    expect(await pulled.log.list('other.azurecr.io', long)).toEqual([]);
    expect(await pulled.log.list(pulled.loginServer, new Date(Date.now() + 60_000))).toEqual([]);
  });
});

describe('a workspace that does not answer', () => {
  afterAll(() => azure.close());

  test('of which nobody knows says which right is missing', async () => {
    const log = new LogAnalyticsPullLog(azure.logAnalyticsEndpoint, azure.subscriptionId, credential);
    await expect(log.list('acr.azurecr.io', long)).rejects.toMatchObject({ code: 'LOGS_FORBIDDEN' });
  });

  test('at an address where nothing is may be asked again', async () => {
    const log = new LogAnalyticsPullLog('https://127.0.0.1:9', azure.logAnalyticsWorkspaceId, credential);
    await expect(log.list('acr.azurecr.io', long)).rejects.toMatchObject({ code: 'LOGS_UNAVAILABLE' });
  });

  test('a registry that gives no right to list says which roles would', async () => {
    const tokens = { authorize: async () => 'Bearer none' };
    const loginServer = azure.loginServers.get('newlayout') ?? '';
    await expect(new AcrInventory(new AcrMetadata(() => tokens)).list(loginServer, () => true)).rejects.toMatchObject({
      code: 'REGISTRY_FORBIDDEN',
      message: expect.stringContaining('Container Registry Repository Catalog Lister') as string,
    });
  });
});
