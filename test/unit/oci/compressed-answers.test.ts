import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { AnonymousTokens } from '../../../shared/oci/anonymous.js';
import { RegistryClient } from '../../../shared/oci/registry-client.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const layer = 'a layer '.repeat(1000);
const blob = { digest: digestOf(layer), size: layer.length };

/** What stands before the registry compresses for whoever takes it, as content delivery networks do. */
const server = createServer(({ headers, method }, response) => {
  const isPacked = headers['accept-encoding']?.includes('gzip') ?? false;
  const body = isPacked ? gzipSync(layer) : Buffer.from(layer);
  response
    .writeHead(200, { 'content-length': body.length, ...(isPacked ? { 'content-encoding': 'gzip' } : {}) })
    .end(method === 'HEAD' ? undefined : body);
});
let client: RegistryClient;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  client = new RegistryClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, new AnonymousTokens());
});

afterAll(async () => {
  const closed = once(server.close(), 'close');
  server.closeAllConnections();
  await closed;
});

test('a layer is asked for as it is: its size is that of the layer, and so are its bytes', async () => {
  expect((await client.headBlob('oss/pause', blob.digest)).size).toBe(blob.size);
  await client.pullBlob('oss/pause', blob);
});
