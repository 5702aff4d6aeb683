import { RegistryClient } from '../../../shared/oci/registry-client.js';
import type { TokenSource } from '../../../shared/oci/token-source.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';
import { scriptedFetch, type Script } from '../../support/scripted-fetch.js';

const endpoint = 'https://contoso.azurecr.io';
const body = 'the bytes of a layer';
const blob = { digest: digestOf(body), size: body.length };
const url = `${endpoint}/v2/oss/pause/blobs/${blob.digest}`;
const challenge = { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://x/token"' } };
const redirectTo = (location: string) => ({ status: 307, headers: { location } });

const tokens: TokenSource = { authorize: async () => 'Bearer secret' };

function arrange(script: Script, at = endpoint) {
  const { fetcher, requests } = scriptedFetch(...script);
  return { client: new RegistryClient(at, tokens, fetcher), requests };
}

test('HEAD tells the size, and that the registry has it', async () => {
  const { client, requests } = arrange([{ headers: { 'content-length': '20' } }]);
  expect(await client.headBlob('oss/pause', blob.digest)).toEqual({ size: 20, origin: 'registry' });
  expect(requests).toMatchObject([{ method: 'HEAD', url }]);
});

test('HEAD of a registry that tells no size, and proxies', async () => {
  const { client } = arrange([{ headers: { 'x-azure-origin': 'upstream' } }]);
  expect(await client.headBlob('oss/pause', blob.digest)).toEqual({ size: undefined, origin: 'upstream' });
});

test.each([
  [404, 'BLOB_UNKNOWN'],
  [424, 'UPSTREAM_UNAVAILABLE'],
  [429, 'REGISTRY_THROTTLED'],
  [502, 'UPSTREAM_UNAVAILABLE'],
])('an answer of %i is %s, by HEAD and GET', async (status, code) => {
  const { client } = arrange([{ status }, { status }]);
  await expect(client.headBlob('oss/pause', blob.digest)).rejects.toMatchObject({ code });
  await expect(client.pullBlob('oss/pause', blob)).rejects.toMatchObject({ code });
});

test('a body is read to its end and found to be what was asked for', async () => {
  const { client, requests } = arrange([{ body }]);
  await client.pullBlob('oss/pause', blob);
  expect(requests).toMatchObject([{ method: 'GET', url }]);
});

test.each([
  ['other bytes of the same length', body.toUpperCase()],
  ['fewer bytes', body.slice(1)],
  ['nothing', ''],
])('%s are a mismatch', async (_sentence, served) => {
  await expect(arrange([{ body: served }]).client.pullBlob('oss/pause', blob)).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
  });
});

test('a body without an end is a mismatch at the first byte too many', async () => {
  let chunks = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      chunks += 1;
      controller.enqueue(new Uint8Array(10));
    },
  });
  await expect(arrange([{ body: endless }]).client.pullBlob('oss/pause', blob)).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
  });
  expect(chunks).toBeLessThan(6);
});

test('a connection that breaks in the middle is a failure to retry', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new TypeError('terminated')),
  });
  await expect(arrange([{ body: broken }]).client.pullBlob('oss/pause', blob)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
  });
});

describe('a redirect', () => {
  const storage = 'https://contoso.westeurope.data.azurecr.io/blob?sig=open-sesame';

  test('is followed, and never carries the token to another host', async () => {
    const { client, requests } = arrange([challenge, redirectTo(storage), { body }]);
    await client.pullBlob('oss/pause', blob);
    expect(requests.map(({ url: asked, headers }) => [asked, headers.get('authorization')])).toEqual([
      [url, null],
      [url, 'Bearer secret'],
      [storage, null],
    ]);
  });

  test('back to the registry does not get the token again', async () => {
    const { client, requests } = arrange([challenge, redirectTo(storage), redirectTo(url), { body }]);
    await client.pullBlob('oss/pause', blob);
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual([null, 'Bearer secret', null, null]);
  });

  test('within the registry keeps it', async () => {
    const { client, requests } = arrange([challenge, redirectTo('/elsewhere'), { body }]);
    await client.pullBlob('oss/pause', blob);
    expect(requests.at(-1)).toMatchObject({ url: `${endpoint}/elsewhere` });
    expect(requests.at(-1)?.headers.get('authorization')).toBe('Bearer secret');
  });

  test('of a HEAD stays a HEAD, and the size is that of the end', async () => {
    const { client, requests } = arrange([redirectTo(storage), { headers: { 'content-length': '20' } }]);
    expect((await client.headBlob('oss/pause', blob.digest)).size).toBe(20);
    expect(requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  });

  test.each([
    'http://contoso.blob.core.windows.net/blob?sig=open-sesame',
    'http://169.254.169.254/metadata/identity/oauth2/token?sig=open-sesame',
    'https://127.0.0.1:8443/?sig=open-sesame',
    'http://localhost/?sig=open-sesame',
    'file:///etc/passwd?sig=open-sesame',
    'https://?sig=open-sesame',
  ])('to %s is not followed, and its signature is not told', async (location) => {
    const { client, requests } = arrange([redirectTo(location)]);
    const failure: unknown = await client.pullBlob('oss/pause', blob).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
    expect(String(failure)).not.toContain('sesame');
    expect(requests).toHaveLength(1);
  });

  test('within this machine is followed for a registry of this machine', async () => {
    const { client } = arrange([redirectTo('http://127.0.0.1:5001/blob'), { body }], 'http://127.0.0.1:5000');
    await client.pullBlob('oss/pause', blob);
  });

  test('in a circle ends', async () => {
    const { client, requests } = arrange(Array.from({ length: 9 }, () => redirectTo(url)));
    await expect(client.pullBlob('oss/pause', blob)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
    expect(requests).toHaveLength(6);
  });
});

describe('referrers', () => {
  const listed = { body: JSON.stringify({ schemaVersion: 2, manifests: [{ digest: digestOf('signature') }] }) };

  test('are what the API lists', async () => {
    const { client, requests } = arrange([listed]);
    expect(await client.referrers('oss/pause', blob.digest)).toEqual([digestOf('signature')]);
    expect(requests[0]?.url).toBe(`${endpoint}/v2/oss/pause/referrers/${blob.digest}`);
  });

  test('are found behind the fallback tag where there is no API', async () => {
    const { client, requests } = arrange([{ status: 404 }, listed]);
    expect(await client.referrers('oss/pause', blob.digest)).toEqual([digestOf('signature')]);
    expect(requests[1]?.url).toBe(`${endpoint}/v2/oss/pause/manifests/sha256-${blob.digest.slice(7)}`);
  });

  test('are none where there is neither', async () => {
    const { client } = arrange([{ status: 404 }, { status: 404 }]);
    expect(await client.referrers('oss/pause', blob.digest)).toEqual([]);
  });

  test('that the registry cannot get from upstream are told as such', async () => {
    const { client } = arrange([{ status: 424 }]);
    await expect(client.referrers('oss/pause', blob.digest)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});
