import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { ArmClient } from '../../shared/azure/arm-client.js';
import { isPrivate, NetworkProber } from '../../shared/azure/registry-prober.js';
import { parseResourceId } from '../../shared/model/resource-id.js';
import { allows } from '../../shared/warming/access-findings.js';
import { credentialOf } from '../support/local-credential.js';
import { trust } from '../support/trust.js';
import { cachedCoredns, closeAll, loginServer, start } from '../unit/local/azure/azure-client.js';

let azure: LocalAzure;
let prober: NetworkProber;
beforeAll(async () => {
  azure = await start();
  trust(azure.caPem);
  const arm = new ArmClient(azure.armEndpoint, 'https://management.azure.com', credentialOf(azure));
  prober = new NetworkProber(arm, credentialOf(azure), () => new Date());
});
afterAll(closeAll);

const registry = () =>
  parseResourceId(
    `/subscriptions/${azure.subscriptionId}/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/newlayout`,
  );

test('a registry that challenges can be reached', async () => {
  expect(await prober.reach(loginServer(azure, 'newlayout'))).toEqual({ kind: 'allowed' });
});

test('where nothing listens, nothing can be reached', async () => {
  expect(await prober.reach('127.0.0.1:1')).toMatchObject({ kind: 'refused' });
});

test('a manifest that is not there is refused to nobody, and asking starts no import', async () => {
  expect(await prober.pull(loginServer(azure, 'newlayout'), cachedCoredns)).toEqual({ kind: 'allowed' });
  expect(azure.world.registry('newlayout').counters.imports.size).toBe(0);
});

test('an identity without a token may not pull', async () => {
  const nobody = { getToken: () => Promise.reject(new Error('no identity')) };
  const arm = new ArmClient(azure.armEndpoint, 'https://management.azure.com', nobody);
  const other = new NetworkProber(arm, nobody, () => new Date());
  expect(await other.pull(loginServer(azure, 'newlayout'), cachedCoredns)).toMatchObject({ kind: 'refused' });
});

test('permissions are those that ARM lists', async () => {
  const permissions = await prober.permissions(registry());
  if ('unread' in permissions) throw new Error(permissions.unread);
  expect(allows(permissions, 'Microsoft.ContainerRegistry/registries/importImage/action')).toBe(true);
  expect(allows(permissions, 'Microsoft.ContainerRegistry/registries/write')).toBe(false);
});

test('credentials that ARM has not are healthy as far as anybody knows', async () => {
  expect(await prober.unhealthyCredentials([`${registry().id}/credentialSets/none`])).toEqual(new Map());
});

test('names resolve as on this machine', async () => {
  expect(await prober.resolve('localhost')).toMatchObject({ kind: 'private' });
  expect(await prober.resolve('no-such-host.invalid')).toMatchObject({ kind: 'missing' });
  expect(await prober.resolve('20.1.2.3')).toEqual({ kind: 'public', addresses: ['20.1.2.3'] });
});

test.each([
  ['10.1.2.3', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['100.64.0.1', true],
  ['192.168.1.1', true],
  ['20.42.1.1', false],
  ['fd00::1', true],
  ['2603:1030::1', false],
])('%s is private: %s', (address, expected) => {
  expect(isPrivate(address)).toBe(expected);
});
