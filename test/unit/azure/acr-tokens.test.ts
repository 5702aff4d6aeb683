import type { TokenCredential } from '@azure/core-auth';
import { AcrTokens } from '../../../shared/azure/acr-tokens.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { scriptedFetch, type Script } from '../../support/scripted-fetch.js';

const scope = 'repository:aks-managed-repository/oss/pause:pull';
const exchanged = { body: '{"refresh_token":"refresh-1"}' };
const granted = { body: '{"access_token":"access-1"}' };

function arrange(...script: Script) {
  const { fetcher, requests } = scriptedFetch(...script);
  const clock = new FakeClock();
  const asked: (string | string[])[] = [];
  const credential: TokenCredential = {
    getToken: async (scopes) => {
      asked.push(scopes);
      return { token: 'entra-secret', expiresOnTimestamp: 0 };
    },
  };
  return { tokens: new AcrTokens('contoso.azurecr.io', credential, clock.now, fetcher), requests, clock, asked };
}

test('exchanges the Entra token at the registry and redeems it for one repository', async () => {
  const { tokens, requests, asked } = arrange(exchanged, granted);
  expect(await tokens.authorize('Bearer realm="https://contoso.azurecr.io/oauth2/token"', scope)).toBe(
    'Bearer access-1',
  );
  expect(asked).toEqual(['https://containerregistry.azure.net/.default']);
  expect(requests.map(({ url }) => url)).toEqual([
    'https://contoso.azurecr.io/oauth2/exchange',
    'https://contoso.azurecr.io/oauth2/token',
  ]);
  expect(Object.fromEntries(new URLSearchParams(requests[1]?.body))).toEqual({
    grant_type: 'refresh_token',
    service: 'contoso.azurecr.io',
    scope,
    refresh_token: 'refresh-1',
  });
});

test('sends the Entra token to its own host alone, whatever a challenge names, and follows no redirect', async () => {
  const { tokens, requests } = arrange(exchanged, granted);
  await tokens.authorize('Bearer realm="https://evil.example/oauth2/token",service="evil.example"', scope);
  expect(new Set(requests.map(({ url }) => new URL(url).host))).toEqual(new Set(['contoso.azurecr.io']));
  expect(requests.map(({ redirect }) => redirect)).toEqual(['error', 'error']);
  expect(requests.filter(({ body }) => body.includes('entra-secret')).map(({ url }) => url)).toEqual([
    'https://contoso.azurecr.io/oauth2/exchange',
  ]);
});

test('exchanges once for all repositories, also when they ask at the same time, until an hour has passed', async () => {
  const { tokens, requests, clock } = arrange(exchanged, granted, granted, granted, exchanged, granted);
  await Promise.all([tokens.authorize('', scope), tokens.authorize('', scope)]);
  clock.advance(3599);
  await tokens.authorize('', scope);
  const exchanges = () => requests.filter(({ url }) => url.endsWith('/exchange')).length;
  expect(exchanges()).toBe(1);
  clock.advance(1);
  await tokens.authorize('', scope);
  expect(exchanges()).toBe(2);
});

test.each([424, 502, 503])(
  'a token service that answers %i is the registry that fails, not its upstream',
  async (status) => {
    const { tokens } = arrange({ status });
    await expect(tokens.authorize('', scope)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
  },
);

test('a refresh token that is refused is forgotten', async () => {
  const { tokens, requests } = arrange(exchanged, { status: 401 }, exchanged, granted);
  await expect(tokens.authorize('', scope)).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' });
  expect(await tokens.authorize('', scope)).toBe('Bearer access-1');
  expect(requests.filter(({ url }) => url.endsWith('/exchange'))).toHaveLength(2);
});

test('a failed exchange is not kept', async () => {
  const { tokens } = arrange({ status: 503 }, exchanged, granted);
  await expect(tokens.authorize('', scope)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
  expect(await tokens.authorize('', scope)).toBe('Bearer access-1');
});

test.each([
  ['does not answer', [new TypeError('fetch failed')], 'REGISTRY_UNAVAILABLE'],
  ['throttles the exchange', [{ status: 429, headers: { 'retry-after': '30' } }], 'REGISTRY_THROTTLED'],
  ['knows no exchange', [{ status: 404 }], 'REGISTRY_UNAVAILABLE'],
  ['refuses the identity', [{ status: 401 }], 'REGISTRY_FORBIDDEN'],
  ['answers a page', [{ body: '<html>' }], 'REGISTRY_UNAVAILABLE'],
  ['answers no refresh token', [{ body: '{"refresh_token":""}' }], 'REGISTRY_UNAVAILABLE'],
  ['answers no access token', [exchanged, { body: '{}' }], 'REGISTRY_UNAVAILABLE'],
] as const)(
  'a registry that %s is a failure to retry, without the token in its message',
  async (_sentence, script, code) => {
    const { tokens } = arrange(...script);
    const failure: unknown = await tokens.authorize('', scope).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, canRetry: true });
    expect(String(failure)).not.toMatch(/entra-secret|refresh-1/);
  },
);

test('an identity that gets no token is told as such', async () => {
  const credential: TokenCredential = {
    getToken: () => Promise.reject(new Error('no managed identity endpoint found')),
  };
  const tokens = new AcrTokens('contoso.azurecr.io', credential, new FakeClock().now, scriptedFetch().fetcher);
  await expect(tokens.authorize('', scope)).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' });
});
