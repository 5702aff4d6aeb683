import { createHash } from 'node:crypto';
import { call, closeAll, coredns, start } from './azure-client.js';
import { Doc } from './document.js';

afterEach(closeAll);

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

test('MAR serves an index by tag and by digest, to anybody, with a digest that its bytes have', async () => {
  const azure = await start();
  const byTag = await call(azure, `${azure.marEndpoint}/v2/${coredns}/manifests/v1.13.1-6`);
  expect(byTag.status).toBe(200);
  expect(byTag.headers['content-type']).toBe('application/vnd.oci.image.index.v1+json');
  expect(byTag.headers['docker-content-digest']).toBe(digestOf(byTag.text));
  const byDigest = await call(azure, `${azure.marEndpoint}/v2/${coredns}/manifests/${digestOf(byTag.text)}`);
  expect(byDigest.text).toBe(byTag.text);
});

test('HEAD gives the headers of GET and no body', async () => {
  const azure = await start();
  const url = `${azure.marEndpoint}/v2/${coredns}/manifests/v1.13.1-6`;
  const get = await call(azure, url);
  const head = await call(azure, url, { method: 'HEAD' });
  expect(head.text).toBe('');
  expect(head.headers['docker-content-digest']).toBe(get.headers['docker-content-digest']);
  expect(head.headers['content-length']).toBe(String(get.text.length));
});

test('everything that an index leads to is there, in the declared size and digest', async () => {
  const azure = await start();
  const base = `${azure.marEndpoint}/v2/${coredns}`;
  const index = (await call(azure, `${base}/manifests/v1.13.1-6`)).json;
  expect(index.list('manifests').map((child) => child.at('platform/architecture'))).toEqual(['amd64', 'arm64']);
  for (const child of index.list('manifests')) {
    const manifest = await call(azure, `${base}/manifests/${child.text('digest')}`);
    expect(manifest.text).toHaveLength(Number(child.at('size')));
    expect(digestOf(manifest.text)).toBe(child.at('digest'));
    for (const blob of [new Doc(manifest.json.at('config')), ...manifest.json.list('layers')]) {
      const head = await call(azure, `${base}/blobs/${blob.text('digest')}`, { method: 'HEAD' });
      expect([head.status, head.headers['content-length']]).toEqual([200, String(blob.at('size'))]);
    }
  }
});

test('a package index has a child for every distribution and architecture', async () => {
  const azure = await start();
  const { json } = await call(azure, `${azure.marEndpoint}/v2/aks/packages/kubernetes/kubelet/manifests/v1.35.7`);
  const platforms = json
    .list('manifests')
    .map((child) => `${child.text('platform/architecture')} ${child.text('platform/os.version')}`);
  expect(platforms).toHaveLength(6);
  expect(platforms).toEqual(
    expect.arrayContaining(['amd64 ubuntu 22.04', 'amd64 ubuntu 24.04', 'arm64 azurelinux 3.0']),
  );
});

test('a fallback tarball is a single manifest', async () => {
  const azure = await start();
  const repository = 'oss/binaries/kubernetes/kubernetes-node';
  const { json } = await call(azure, `${azure.marEndpoint}/v2/${repository}/manifests/v1.35.7-linux-arm64`);
  expect(json.list('layers')).toHaveLength(1);
  expect(json.at('manifests')).toBeUndefined();
});

test('tags are listed in pages', async () => {
  const azure = await start({}, { marContent: { repositories: new Map([['a/b', new Set(['v3', 'v1', 'v2'])]]) } });
  const first = await call(azure, `${azure.marEndpoint}/v2/a/b/tags/list?n=2`);
  expect(first.json.value).toEqual({ name: 'a/b', tags: ['v1', 'v2'] });
  const next = /^<([^>]+)>; rel="next"$/.exec(String(first.headers.link))?.[1] ?? '';
  const second = await call(azure, `${azure.marEndpoint}${next}`);
  expect(second.json.at('tags')).toEqual(['v3']);
  expect(second.headers.link).toBeUndefined();
});

test.each([
  [`${coredns}/manifests/v0.0.0`, 'MANIFEST_UNKNOWN'],
  ['no/such/repository/manifests/v1', 'MANIFEST_UNKNOWN'],
  ['no/such/repository/tags/list', 'NAME_UNKNOWN'],
  [`${coredns}/blobs/sha256:${'0'.repeat(64)}`, 'BLOB_UNKNOWN'],
])('what MAR does not have is a 404 with an OCI error: %s', async (path, code) => {
  const azure = await start();
  const reply = await call(azure, `${azure.marEndpoint}/v2/${path}`);
  expect([reply.status, reply.json.at('errors/0/code')]).toEqual([404, code]);
});

test('a moved tag names new content, and the old digest stays', async () => {
  const azure = await start();
  const url = `${azure.marEndpoint}/v2/${coredns}/manifests`;
  const before = (await call(azure, `${url}/v1.13.1-6`)).headers['docker-content-digest'];
  const moved = azure.world.moveTag(coredns, 'v1.13.1-6');
  expect((await call(azure, `${url}/v1.13.1-6`)).headers['docker-content-digest']).toBe(moved);
  expect(moved).not.toBe(before);
  expect((await call(azure, `${url}/${String(before)}`)).status).toBe(200);
});

test('a scenario adds and removes artifacts, and MAR has a kube-proxy for every version of it', async () => {
  const azure = await start({ mar: { add: ['contoso/extra:v1'], remove: [`${coredns}:v1.13.1-6`] } });
  const { mar } = azure.world;
  expect(mar.tags('contoso/extra')).toEqual(['v1']);
  expect(mar.tags(coredns)).not.toContain('v1.13.1-6');
  expect(mar.tags('oss/v2/kubernetes/kube-proxy')).toEqual(expect.arrayContaining(['v1.34.10-1', 'v1.35.7-1']));
});
