import { createHash } from 'node:crypto';
import { SyncError } from '../../../shared/model/errors.js';
import { RegistryClient } from '../../../shared/oci/registry-client.js';
import type { TokenSource } from '../../../shared/oci/token-source.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';
import { scriptedFetch, type Script } from '../../support/scripted-fetch.js';

const endpoint = 'https://contoso.azurecr.io';
const index = JSON.stringify({
  schemaVersion: 2,
  manifests: [{ digest: digestOf('a') }, { digest: digestOf('b') }, { digest: digestOf('a') }],
});
const indexDigest = `sha256:${createHash('sha256').update(index).digest('hex')}`;

const tokens: TokenSource = { authorize: async (_challenge, scope) => `Bearer ${scope}` };

function arrange(...script: Script) {
  const { fetcher, requests } = scriptedFetch(...script);
  return { client: new RegistryClient(endpoint, tokens, fetcher), requests };
}

test.each(['http://contoso.azurecr.io', 'http://10.0.0.4:5000', 'ftp://127.0.0.1'])(
  '%s is no registry to speak to',
  (url) => {
    expect(() => new RegistryClient(url, tokens)).toThrow(SyncError);
  },
);

test.each(['http://127.0.0.1:5000', 'http://localhost:5000', 'http://[::1]:5000', 'https://mcr.microsoft.com'])(
  '%s is a registry to speak to',
  (url) => {
    expect(() => new RegistryClient(url, tokens)).not.toThrow();
  },
);

test('HEAD tells the digest of the header and that the registry itself has it', async () => {
  const { client, requests } = arrange({ headers: { 'docker-content-digest': digestOf('x') } });
  expect(await client.head('oss/pause', '3.10')).toEqual({ digest: digestOf('x'), origin: 'registry' });
  expect(requests).toMatchObject([{ method: 'HEAD', url: `${endpoint}/v2/oss/pause/manifests/3.10` }]);
  expect(requests[0]?.headers.get('accept')).toContain('application/vnd.oci.image.index.v1+json');
});

test.each(['upstream', 'Upstream', ' upstream '])(
  'the header X-Azure-Origin "%s" tells that it is not cached',
  async (origin) => {
    const { client } = arrange({ headers: { 'docker-content-digest': digestOf('x'), 'x-azure-origin': origin } });
    expect((await client.head('oss/pause', '3.10')).origin).toBe('upstream');
  },
);

test.each([undefined, 'sha256:short', 'md5:abc'])(
  'HEAD with a digest of "%s" reads the manifest and computes it',
  async (header) => {
    const headers = header === undefined ? {} : { 'docker-content-digest': header };
    const { client } = arrange({ headers }, { body: index });
    expect((await client.head('oss/pause', '3.10')).digest).toBe(indexDigest);
  },
);

test('GET computes the digest from the bytes, whatever the header says, and lists every child once', async () => {
  const { client } = arrange({ body: index, headers: { 'docker-content-digest': digestOf('a lie') } });
  const children = [digestOf('a'), digestOf('b')];
  expect(await client.get('oss/pause', '3.10')).toEqual({
    digest: indexDigest,
    origin: 'registry',
    children,
    blobs: [],
  });
});

test('GET by digest refuses other bytes', async () => {
  const { client } = arrange({ body: index });
  await expect(client.get('oss/pause', digestOf('asked'))).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});

test.each([
  [404, 'MANIFEST_UNKNOWN', false],
  [401, 'REGISTRY_FORBIDDEN', true],
  [403, 'REGISTRY_FORBIDDEN', true],
  [424, 'UPSTREAM_UNAVAILABLE', true],
  [429, 'REGISTRY_THROTTLED', true],
  [500, 'REGISTRY_UNAVAILABLE', true],
  [502, 'UPSTREAM_UNAVAILABLE', true],
  [503, 'REGISTRY_UNAVAILABLE', true],
] as const)('an answer of %i is %s; tried again: %s', async (status, code, canRetry) => {
  const { client } = arrange({ status }, { status });
  const failure = client.head('oss/pause', '3.10');
  await expect(failure).rejects.toMatchObject({ code, canRetry });
});

test('a failure tells the first error of the registry, without control characters, and Retry-After', async () => {
  const body = JSON.stringify({
    errors: [{ code: 'TOOMANYREQUESTS', message: `slow\u001b[31m down${'!'.repeat(900)}` }],
  });
  const { client } = arrange({ status: 429, body, headers: { 'retry-after': '17' } });
  const failure: unknown = await client.get('oss/pause', '3.10').catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'REGISTRY_THROTTLED', retryAfterSeconds: 17 });
  expect(String(failure)).toContain('429 TOOMANYREQUESTS: slow [31m down!');
  expect(String(failure).length).toBeLessThan(500);
});

test.each(['<html>', '[]', 'null', '{"errors":"no"}', '{"errors":[7]}'])(
  'an error body of %s is not repeated',
  async (body) => {
    const { client } = arrange({ status: 500, body });
    await expect(client.get('oss/pause', '3.10')).rejects.toMatchObject({
      message: `GET ${endpoint}/v2/oss/pause/manifests/3.10: 500`,
    });
  },
);

test('a registry that does not answer is told with the reason', async () => {
  const { client } = arrange(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 10.0.0.4:443') }));
  await expect(client.head('oss/pause', '3.10')).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: expect.stringContaining('no answer (connect ECONNREFUSED 10.0.0.4:443)') as string,
  });
});

test.each(['get', 'tags'] as const)(
  'a connection that breaks in the middle of %s is a failure to retry, not a bug',
  async (method) => {
    const { client } = arrange({ body: brokenStream() });
    await expect(client[method]('oss/pause', '3.10')).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
  },
);

test('a body without an end is not read to it', async () => {
  const { client } = arrange({ body: endlessStream() });
  await expect(client.get('oss/pause', '3.10')).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
});

describe('a list of tags', () => {
  const page = (tags: unknown, link?: string) => ({
    body: JSON.stringify({ name: 'oss/pause', tags }),
    headers: link === undefined ? {} : { link: `<${link}>; rel="next"` },
  });

  test('is read page by page', async () => {
    const { client, requests } = arrange(page(['a', 'b'], '/v2/oss/pause/tags/list?n=2&last=b'), page(['c']));
    expect(await client.tags('oss/pause')).toEqual(['a', 'b', 'c']);
    expect(requests.map(({ url }) => url)).toEqual([
      `${endpoint}/v2/oss/pause/tags/list?n=1000`,
      `${endpoint}/v2/oss/pause/tags/list?n=2&last=b`,
    ]);
  });

  test('goes on at the same host, whatever the link names', async () => {
    const { client, requests } = arrange(
      page(['a'], 'https://evil.example/v2/oss/pause/tags/list?last=a'),
      page(['b']),
    );
    expect(await client.tags('oss/pause')).toEqual(['a', 'b']);
    expect(requests[1]?.url).toBe(`${endpoint}/v2/oss/pause/tags/list?last=a`);
  });

  test.each(['/v2/other/tags/list?last=a', 'https://evil.example/'])(
    'with a next page at %s is not taken for complete',
    async (link) => {
      const { client } = arrange(page(['a'], link));
      await expect(client.tags('oss/pause')).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
    },
  );

  test('that pages in a circle is not taken for complete', async () => {
    const circle = Array.from({ length: 101 }, () => page(['a'], '/v2/oss/pause/tags/list?last=a'));
    const { client, requests } = arrange(...circle);
    await expect(client.tags('oss/pause')).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
    expect(requests).toHaveLength(100);
  });

  test('of null is empty', async () => {
    expect(await arrange(page(null)).client.tags('oss/pause')).toEqual([]);
  });

  test.each(['', '<html>', '{"tags":[1]}', '{"tags":"a"}', '[]'])('of the form %s is refused', async (body) => {
    await expect(arrange({ body }).client.tags('oss/pause')).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  });
});

function brokenStream(): ReadableStream<Uint8Array> {
  let chunks = 0;
  return new ReadableStream({
    pull(controller) {
      chunks += 1;
      if (chunks === 1) controller.enqueue(new TextEncoder().encode('{"schemaVersion":'));
      else controller.error(new TypeError('terminated'));
    },
  });
}

function endlessStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) });
}
