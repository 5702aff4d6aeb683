import type { TokenCredential } from '@azure/core-auth';
import { ArmClient } from '../../shared/azure/arm-client.js';
import { ArmImports } from '../../shared/azure/imports.js';
import { LogAnalyticsPullLog } from '../../shared/azure/log-analytics.js';
import { ArmRegistries } from '../../shared/azure/registries.js';
import { registryId, registryOf, subscriptionId } from '../support/builders.js';
import { digestOf } from '../support/fakes/fake-manifests.js';
import { serveHttps, type HttpsServer } from '../support/https-server.js';

const audience = 'https://management.azure.com';
const credential: TokenCredential = {
  getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }),
};

let server: HttpsServer;
let endpoint: string;
/** Requests under which the connection is closed, before all others are refused. */
let resets = 0;
let asked = 0;

beforeAll(async () => {
  server = await serveHttps((request, response) => {
    asked += 1;
    if (resets > 0) request.socket.destroy();
    else response.writeHead(403, { 'content-type': 'application/json' }).end('{"error":{}}');
    resets -= 1;
  });
  ({ endpoint } = server);
});

afterAll(() => server.close());

const source = { repository: 'a', digest: digestOf('a') };
const target = { repository: 'a', tag: '1' };
const arm = () => new ArmClient(endpoint, audience, credential);

describe.each<[string, () => Promise<unknown>, string]>([
  ['a resource of ARM', () => arm().get('/x', '2025-10-01'), 'ARM'],
  ['a list of ARM', () => arm().list('/x', '2025-10-01'), 'ARM'],
  ['a registry', () => new ArmRegistries(credential, endpoint, audience).get(registryOf().resource), 'ARM'],
  ['a log', () => new LogAnalyticsPullLog(endpoint, subscriptionId, credential).list('a', new Date(0)), 'LOGS'],
])('whoever reads %s', (_what, read, service) => {
  test('asks again at once when the connection is closed under the request', async () => {
    [resets, asked] = [1, 0];
    await expect(read()).rejects.toMatchObject({ code: `${service}_FORBIDDEN` });
    expect(asked).toBe(2);
  });

  test('asks no third time', async () => {
    [resets, asked] = [2, 0];
    await expect(read()).rejects.toMatchObject({ code: `${service}_UNAVAILABLE` });
    expect(asked).toBe(2);
  });
});

test.each<[string, () => Promise<unknown>]>([
  ['a change', () => arm().patch('/x', '2025-10-01', {}, '"7"')],
  ['a replacement', () => arm().write('PUT', '/x', '2025-10-01', { 'if-match': '"7"' }, {})],
  ['a removal', () => arm().write('DELETE', '/x', '2025-10-01', { 'if-match': '"7"' })],
  ['an import', () => new ArmImports(credential, endpoint, audience, 'mar').start(registryId(), source, target)],
])('%s that was not answered is not sent again: nobody knows whether it was made', async (_what, change) => {
  [resets, asked] = [1, 0];
  await expect(change()).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  expect(asked).toBe(1);
});
