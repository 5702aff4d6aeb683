import { AnonymousTokens } from '../../../shared/oci/anonymous.js';
import { parseBearerChallenge } from '../../../shared/oci/token-source.js';
import { scriptedFetch, type Script } from '../../support/scripted-fetch.js';

const challenge = 'Bearer realm="https://mcr.example/token?old=1",service="mcr.example",scope="registry:catalog:*"';
const scope = 'repository:oss/v2/kubernetes/pause:pull';

const ask = (header: string, ...script: Script) => {
  const { fetcher, requests } = scriptedFetch(...script);
  return { token: new AnonymousTokens(fetcher).authorize(header, scope), requests };
};

test.each([
  ['token', '{"token":"abc"}'],
  ['access_token', '{"access_token":"abc"}'],
])('asks the realm for our scope, not the one of the challenge, and takes its %s', async (_field, body) => {
  const { token, requests } = ask(challenge, { body });
  expect(await token).toBe('Bearer abc');
  const url = new URL(requests[0]?.url ?? '');
  expect(Object.fromEntries(url.searchParams)).toEqual({ old: '1', service: 'mcr.example', scope });
  expect(requests[0]?.redirect).toBe('error');
});

test.each([
  ['no challenge', ''],
  ['a challenge for a password', 'Basic realm="x"'],
  ['a challenge without a realm', 'Bearer service="x"'],
  ['the metadata service of the host', 'Bearer realm="http://169.254.169.254/metadata/identity"'],
  ['a file', 'Bearer realm="file:///etc/passwd"'],
  ['a path', 'Bearer realm="/token"'],
])('%s is not followed', async (_sentence, header) => {
  const { token, requests } = ask(header);
  await expect(token).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' });
  expect(requests).toEqual([]);
});

test('a token service over http is asked on this machine only', async () => {
  expect(await ask('Bearer realm="http://127.0.0.1:5001/token"', { body: '{"token":"abc"}' }).token).toBe('Bearer abc');
});

test.each([
  ['does not answer', new TypeError('fetch failed'), 'REGISTRY_UNAVAILABLE'],
  ['throttles', { status: 429, headers: { 'retry-after': '9' } }, 'REGISTRY_THROTTLED'],
  ['is not there, which says nothing about any manifest', { status: 404 }, 'REGISTRY_UNAVAILABLE'],
  ['answers a page', { body: '<html>' }, 'REGISTRY_UNAVAILABLE'],
  ['answers no token', { body: '{}' }, 'REGISTRY_UNAVAILABLE'],
] as const)('a token service that %s is a failure to retry', async (_sentence, answer, code) => {
  await expect(ask(challenge, answer).token).rejects.toMatchObject({ code, canRetry: true });
});

test.each([
  ['Bearer realm="https://a/t",service="s"', { realm: 'https://a/t', service: 's' }],
  ['bearer Realm="https://a/t"', { realm: 'https://a/t', service: '' }],
  ['Bearer realm=https://a/t', undefined],
  ['Bearerrealm="https://a/t"', undefined],
])('the challenge %s is read as %o', (header, expected) => {
  expect(parseBearerChallenge(header)).toEqual(expected);
});
