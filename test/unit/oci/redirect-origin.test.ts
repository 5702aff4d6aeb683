import { RegistryClient } from '../../../shared/oci/registry-client.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';
import { scriptedFetch, type Script } from '../../support/scripted-fetch.js';

const layer = { digest: digestOf('a layer'), size: 7 };

function arrange(...script: Script) {
  const { fetcher } = scriptedFetch(...script);
  return new RegistryClient('https://contoso.azurecr.io', { authorize: async () => 'Bearer secret' }, fetcher);
}

const elsewhere = { location: 'https://westeurope.data.mcr.microsoft.com/a-layer' };
const stored = { headers: { 'content-length': '7' } };

test('a blob that a cache rule proxies by a redirect is upstream, though the host behind it says nothing of that', async () => {
  const proxied = { status: 307, headers: { ...elsewhere, 'x-azure-origin': 'upstream' } };
  expect(await arrange(proxied, stored).headBlob('oss/pause', layer.digest)).toEqual({ size: 7, origin: 'upstream' });
});

test('a blob that the registry serves from its own data endpoint is in the registry', async () => {
  const held = { status: 307, headers: { location: 'https://contoso.westeurope.data.azurecr.io/a-layer' } };
  expect(await arrange(held, stored).headBlob('oss/pause', layer.digest)).toEqual({ size: 7, origin: 'registry' });
});

test('the body behind such a redirect is still read', async () => {
  const proxied = { status: 307, headers: { ...elsewhere, 'x-azure-origin': 'upstream' } };
  await arrange(proxied, { body: 'a layer' }).pullBlob('oss/pause', layer);
});
