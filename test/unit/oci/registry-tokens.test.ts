import { SyncError } from '../../../shared/model/errors.js';
import { RegistryClient } from '../../../shared/oci/registry-client.js';
import type { TokenSource } from '../../../shared/oci/token-source.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';
import { scriptedFetch, type Script } from '../../support/scripted-fetch.js';

const endpoint = 'https://contoso.azurecr.io';
const challenge = { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://x/token"' } };
const fine = { headers: { 'docker-content-digest': digestOf('x') } };

/** Numbers its tokens, and remembers what was asked for. */
class CountingTokens implements TokenSource {
  readonly scopes: string[] = [];
  failure: SyncError | undefined;

  async authorize(_challenge: string, scope: string): Promise<string> {
    this.scopes.push(scope);
    if (this.failure) throw this.failure;
    return `Bearer ${scope} ${this.scopes.length}`;
  }
}

function arrange(...script: Script) {
  const tokens = new CountingTokens();
  const { fetcher, requests } = scriptedFetch(...script);
  const sent = () => requests.map(({ headers }) => headers.get('authorization'));
  return { client: new RegistryClient(endpoint, tokens, fetcher), tokens, sent };
}

test('asks for a token once a repository, one scope each, and after the first challenge without being challenged', async () => {
  const { client, sent } = arrange(challenge, fine, fine, fine);
  await client.head('oss/pause', '3.10');
  await client.head('oss/pause', '3.6');
  await client.head('oss/coredns', 'v1');
  expect(sent()).toEqual([
    null,
    'Bearer repository:oss/pause:pull 1',
    'Bearer repository:oss/pause:pull 1',
    'Bearer repository:oss/coredns:pull 2',
  ]);
});

test('manifests, layers and referrers of many repositories: one scope a token, so that no header outgrows its limit', async () => {
  const bytes = 'a layer';
  const blob = { digest: digestOf(bytes), size: bytes.length };
  const repositories = Array.from({ length: 300 }, (_unused, index) => `oss/v2/repository-${index}`);
  const answers = repositories.flatMap(() => [fine, { body: bytes }, { status: 404 }, { status: 404 }]);
  const { client, tokens, sent } = arrange(challenge, ...answers);
  for (const repository of repositories) {
    await client.head(repository, 'v1');
    await client.pullBlob(repository, blob);
    await client.referrers(repository, blob.digest);
  }
  expect(tokens.scopes).toEqual(repositories.map((repository) => `repository:${repository}:pull`));
  expect(Math.max(...sent().map((header) => header?.length ?? 0))).toBeLessThan(100);
});

test('a token that has expired is renewed', async () => {
  const { client, sent } = arrange(challenge, fine, challenge, fine);
  await client.head('oss/pause', '3.10');
  await client.head('oss/pause', '3.10');
  expect(sent().slice(2)).toEqual(['Bearer repository:oss/pause:pull 1', 'Bearer repository:oss/pause:pull 2']);
});

test('a registry that refuses a fresh token is not asked a third time', async () => {
  const { client, sent } = arrange(challenge, challenge);
  await expect(client.head('oss/pause', '3.10')).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' });
  expect(sent()).toHaveLength(2);
});

test('requests at the same time share one token', async () => {
  const { client, tokens } = arrange(challenge, challenge, challenge, fine, fine, fine);
  await Promise.all(['a', 'b', 'c'].map((tag) => client.head('oss/pause', tag)));
  expect(tokens.scopes).toEqual(['repository:oss/pause:pull']);
});

test('a token service that throttles is told as such with its Retry-After, and asked again the next time', async () => {
  const { client, tokens } = arrange(challenge, fine);
  tokens.failure = new SyncError('REGISTRY_THROTTLED', 'POST https://x/token: 429', { retryAfterSeconds: 9 });
  await expect(client.head('oss/pause', '3.10')).rejects.toMatchObject({
    code: 'REGISTRY_THROTTLED',
    retryAfterSeconds: 9,
  });
  tokens.failure = undefined;
  expect((await client.head('oss/pause', '3.10')).digest).toBe(digestOf('x'));
  expect(tokens.scopes).toHaveLength(2);
});
