import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { watchPolicy } from '../../../shared/azure/watch-policy.js';
import { accountOfMar, accountOfRegistry, watchFetch } from '../../../shared/oci/watched-fetch.js';
import { RegistryClient } from '../../../shared/oci/registry-client.js';
import { AnonymousTokens } from '../../../shared/oci/anonymous.js';
import { limitsUnder, OwnLedgers } from '../../../shared/warming/budget-ledger.js';
import { SharedBudgets } from '../../../shared/warming/budgets.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { scriptedFetch } from '../../support/scripted-fetch.js';

const host = 'acr.azurecr.io';
const clock = new FakeClock();
const budgetsOf = () =>
  new SharedBudgets(new OwnLedgers(), limitsUnder({ share: 0.5, marReadsPerMinute: 3000 }), clock.now);

test.each([
  [`https://${host}/v2/a/b/manifests/1`, 'manifest-read'],
  [`https://${host}/v2/a/referrers/blobs/sha256:00`, 'manifest-read'],
  [`https://${host}/v2/a/referrers/sha256:00`, 'referrers'],
  [`https://${host}/oauth2/token`, 'token'],
  [`https://${host}/acr/v1/_catalog?n=1`, 'manifest-read'],
])('%s counts as %s', (url, operation) => {
  expect(accountOfRegistry(host)(new URL(url))).toEqual({ registry: host, operation });
});

test('what another host serves is not counted, and MAR has one budget', () => {
  expect(accountOfRegistry(host)(new URL('https://blob.core.windows.net/x'))).toBeUndefined();
  const account = accountOfMar('https://mcr.microsoft.com')(new URL('https://mcr.microsoft.com/v2/a/tags/list'));
  expect(account).toEqual({ registry: 'mar', operation: 'upstream-read' });
});

test('in a pause nothing is sent, and the caller is told how long it still lasts', async () => {
  const { fetcher, requests } = scriptedFetch({ status: 429, headers: { 'retry-after': '20' } }, { status: 404 });
  const client = new RegistryClient(
    `https://${host}`,
    new AnonymousTokens(),
    watchFetch(budgetsOf(), accountOfRegistry(host), fetcher),
  );
  await expect(client.get('a', '1')).rejects.toMatchObject({ code: 'REGISTRY_THROTTLED', retryAfterSeconds: 20 });
  clock.advance(5);
  await expect(client.get('a', '2')).rejects.toMatchObject({ code: 'REGISTRY_THROTTLED', retryAfterSeconds: 15 });
  expect(requests.length).toBe(1);
  clock.advance(15);
  await expect(client.get('a', '3')).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
  expect(requests.length).toBe(2);
});

test('a pause until a date lasts as long, by the clock of the server', async () => {
  const headers = { date: 'Mon, 23 Nov 2026 16:00:00 GMT', 'retry-after': 'Mon, 23 Nov 2026 16:00:40 GMT' };
  const { fetcher, requests } = scriptedFetch({ status: 429, headers });
  const client = new RegistryClient(
    `https://${host}`,
    new AnonymousTokens(),
    watchFetch(budgetsOf(), accountOfRegistry(host), fetcher),
  );
  await expect(client.get('a', '1')).rejects.toMatchObject({ code: 'REGISTRY_THROTTLED', retryAfterSeconds: 40 });
  clock.advance(30);
  await expect(client.get('a', '2')).rejects.toMatchObject({ code: 'REGISTRY_THROTTLED', retryAfterSeconds: 10 });
  expect(requests.length).toBe(1);
});

test('ARM is left alone too, reads and writes apart', async () => {
  const policy = watchPolicy(budgetsOf());
  const sent: string[] = [];
  const ask = (method: 'GET' | 'POST') =>
    policy.sendRequest(createPipelineRequest({ url: 'https://management.azure.com/x', method }), async (request) => {
      sent.push(request.method);
      return { request, status: 429, headers: createHttpHeaders({ 'retry-after': '7' }) };
    });
  await ask('POST');
  const refused = await ask('POST');
  expect([refused.status, refused.headers.get('retry-after'), sent]).toEqual([429, '7', ['POST']]);
  await ask('GET');
  expect(sent).toEqual(['POST', 'GET']);
});
