import { request } from 'node:https';
import {
  aadToken,
  acrToken,
  cachedCoredns,
  call,
  callAcr,
  closeAll,
  coredns,
  eventually,
  loginServer,
  postForm,
  smallScenario,
  start,
  startStill,
} from './azure-client.js';

afterEach(closeAll);

const manifest = `/v2/${cachedCoredns}/manifests/v1.13.1-6`;

test('an anonymous request is challenged with realm, service and scope', async () => {
  const azure = await start();
  const host = loginServer(azure, 'newlayout');
  const base = await call(azure, `https://${host}/v2/`);
  expect(base.status).toBe(401);
  expect(base.headers['www-authenticate']).toBe(`Bearer realm="https://${host}/oauth2/token",service="${host}"`);
  const pull = await call(azure, `https://${host}${manifest}`);
  expect(pull.headers['www-authenticate']).toContain(`scope="repository:${cachedCoredns}:pull"`);
  expect(pull.json.at('errors/0/code')).toBe('UNAUTHORIZED');
});

test('a token opens its own repository only', async () => {
  const azure = await start();
  const token = await acrToken(azure, 'newlayout', 'repository:other:pull');
  const url = `https://${loginServer(azure, 'newlayout')}${manifest}`;
  const reply = await call(azure, url, { headers: { authorization: `Bearer ${token}` } });
  expect(reply.status).toBe(401);
  expect(reply.headers['www-authenticate']).toContain('error="insufficient_scope"');
});

test.each([
  ['https://containerregistry.azure.net', 200],
  ['https://management.azure.com/', 200],
  ['https://vault.azure.net', 401],
])('a registry exchanges an Entra token for %s with %i', async (resource, status) => {
  const azure = await start();
  const service = loginServer(azure, 'newlayout');
  const form = { grant_type: 'access_token', service, access_token: await aadToken(azure, resource) };
  expect((await postForm(azure, `https://${service}/oauth2/exchange`, form)).status).toBe(status);
});

test('a token of one registry is worth nothing at another', async () => {
  const azure = await start();
  const token = await acrToken(azure, 'newlayout', `repository:${coredns}:pull`);
  const url = `https://${loginServer(azure, 'oldlayout')}/v2/${coredns}/manifests/v1.13.1-6`;
  expect((await call(azure, url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
});

test('the first pull is proxied with a header that goes when the import is done', async () => {
  const { azure, pass } = await startStill();
  const registry = azure.world.registry('newlayout');
  const first = await callAcr(azure, 'newlayout', manifest);
  const digest = String(first.headers['docker-content-digest']);
  expect([first.status, first.headers['x-azure-origin']]).toEqual([200, 'upstream']);
  expect(registry.holds(cachedCoredns, digest)).toBe(false);
  pass(1);
  expect(registry.holds(cachedCoredns, digest)).toBe(true);
  const later = await callAcr(azure, 'newlayout', manifest, { method: 'HEAD' });
  expect([later.status, later.headers['x-azure-origin']]).toEqual([200, undefined]);
});

test('HEAD answers 200 for what is not cached, and starts no import', async () => {
  const azure = await start();
  const head = await callAcr(azure, 'newlayout', manifest, { method: 'HEAD' });
  expect([head.status, head.headers['x-azure-origin']]).toEqual([200, 'upstream']);
  expect(azure.world.registry('newlayout').counters.imports.size).toBe(0);
});

test('an index does not bring its children, a child brings config and layers', async () => {
  const { azure, pass } = await startStill();
  const registry = azure.world.registry('newlayout');
  const index = await callAcr(azure, 'newlayout', manifest);
  const digest = String(index.headers['docker-content-digest']);
  pass(1);
  expect(registry.holds(cachedCoredns, digest)).toBe(true);
  for (const child of index.json.list('manifests').map((one) => one.text('digest'))) {
    expect(registry.holds(cachedCoredns, child)).toBe(false);
    const reply = await callAcr(azure, 'newlayout', `/v2/${cachedCoredns}/manifests/${child}`);
    expect(reply.headers['x-azure-origin']).toBe('upstream');
  }
  expect(registry.holdsTree(cachedCoredns, 'v1.13.1-6')).toBe(false);
  pass(1);
  expect(registry.holdsTree(cachedCoredns, 'v1.13.1-6')).toBe(true);
});

test('pulls during an import start no second one', async () => {
  const { azure } = await startStill();
  await Promise.all([1, 2, 3].map(() => callAcr(azure, 'newlayout', manifest)));
  const { imports, pulls } = azure.world.registry('newlayout').counters;
  expect([...imports.values()]).toEqual([1]);
  expect([...pulls.values()]).toEqual([3]);
});

test('the old layout serves the repositories of MAR at its root', async () => {
  const azure = await start();
  const reply = await callAcr(azure, 'oldlayout', `/v2/${coredns}/manifests/v1.13.1-6`);
  expect([reply.status, reply.headers['x-azure-origin']]).toEqual([200, 'upstream']);
});

test('a moved tag is noticed late', async () => {
  const [registry, other] = smallScenario.registries ?? [];
  const settings = { ...registry!, importSeconds: [1, 1] as [number, number], tagRefreshSeconds: 60 };
  const { azure, pass } = await startStill({ registries: [settings, other!] });
  const old = (await callAcr(azure, 'newlayout', manifest)).headers['docker-content-digest'];
  pass(1);
  expect(azure.world.registry('newlayout').holds(cachedCoredns, String(old))).toBe(true);
  const moved = azure.world.moveTag(coredns, 'v1.13.1-6');
  expect((await callAcr(azure, 'newlayout', manifest)).headers['docker-content-digest']).toBe(old);
  pass(60);
  await callAcr(azure, 'newlayout', manifest);
  pass(1);
  const { headers } = await callAcr(azure, 'newlayout', manifest);
  expect([headers['docker-content-digest'], headers['x-azure-origin']]).toEqual([moved, undefined]);
});

test.each(['PUT', 'POST', 'PATCH'])('%s into the target of a cache rule is refused', async (method) => {
  const azure = await start();
  const path = method === 'PUT' ? manifest : `/v2/${cachedCoredns}/blobs/uploads/`;
  const reply = await callAcr(azure, 'newlayout', path, { method, body: '{}' });
  expect([reply.status, reply.json.at('errors/0/code')]).toEqual([403, 'DENIED']);
  expect(reply.json.text('errors/0/message')).toContain('cache rule');
});

test.each([
  [`/v2/${cachedCoredns}/manifests/v0.0.0`, 'MANIFEST_UNKNOWN'],
  ['/v2/elsewhere/manifests/v1', 'NAME_UNKNOWN'],
])('what neither registry nor upstream has is a 404: %s', async (path, code) => {
  const azure = await start();
  const reply = await callAcr(azure, 'newlayout', path);
  expect([reply.status, reply.json.at('errors/0/code')]).toEqual([404, code]);
});

test('the inventory lists what is stored, not what upstream has', async () => {
  const azure = await start();
  expect((await callAcr(azure, 'newlayout', '/acr/v1/_catalog')).json.at('repositories')).toEqual([]);
  const digest = String((await callAcr(azure, 'newlayout', manifest)).headers['docker-content-digest']);
  await eventually(() => azure.world.registry('newlayout').holds(cachedCoredns, digest), 'the import');
  expect((await callAcr(azure, 'newlayout', '/acr/v1/_catalog')).json.at('repositories')).toEqual([cachedCoredns]);
  const { json } = await callAcr(azure, 'newlayout', `/acr/v1/${cachedCoredns}/_manifests`);
  expect(json.at('manifests')).toMatchObject([{ digest, tags: ['v1.13.1-6'] }]);
  const tags = await callAcr(azure, 'newlayout', `/acr/v1/${cachedCoredns}/_tags`);
  expect(tags.json.at('tags')).toMatchObject([{ name: 'v1.13.1-6', digest }]);
});

test('a blob is fetched from upstream once', async () => {
  const azure = await start();
  const index = (await callAcr(azure, 'newlayout', manifest)).json;
  const child = await callAcr(
    azure,
    'newlayout',
    `/v2/${cachedCoredns}/manifests/${index.text('manifests/0/digest')}`,
    {},
  );
  const blob = `/v2/${cachedCoredns}/blobs/${child.json.text('layers/1/digest')}`;
  expect((await callAcr(azure, 'newlayout', blob)).status).toBe(200);
  expect((await callAcr(azure, 'newlayout', blob)).headers['x-azure-origin']).toBeUndefined();
});

test('an artifact that never caches stays upstream, others do not', async () => {
  const azure = await start({ faults: { neverCaches: [{ registry: 'newlayout', artifact: `${coredns}:v1.13.1-6` }] } });
  const registry = azure.world.registry('newlayout');
  const stuck = String((await callAcr(azure, 'newlayout', manifest)).headers['docker-content-digest']);
  const other = await callAcr(azure, 'newlayout', `/v2/${cachedCoredns}/manifests/v1.13.1-2`);
  await eventually(
    () => registry.holds(cachedCoredns, String(other.headers['docker-content-digest'])),
    'the other import',
  );
  expect(registry.holds(cachedCoredns, stuck)).toBe(false);
});

test.each([
  ['registryThrottledShare', 'v1.13.1-6', 429],
  ['upstreamErrorShare', 'v1.13.1-6', 502],
  ['childFailedShare', 'digest', 424],
] as const)('%s fails reads of what is not cached', async (fault, reference, status) => {
  const azure = await start({ faults: { [fault]: 1, retryAfterSeconds: 7 } });
  const digest = azure.world.mar.manifest(coredns, 'v1.13.1-6')?.digest ?? '';
  const path = `/v2/${cachedCoredns}/manifests/${reference === 'digest' ? digest : reference}`;
  const reply = await callAcr(azure, 'newlayout', path);
  expect(reply.status).toBe(status);
  if (status === 429) expect(reply.headers['retry-after']).toBe('7');
});

test('the same seed fails the same requests, another seed others', async () => {
  const statuses = async (seed: number): Promise<number[]> => {
    const azure = await start({ seed, faults: { registryThrottledShare: 0.5 } });
    const replies = [];
    for (let round = 0; round < 12; round += 1)
      replies.push(await callAcr(azure, 'newlayout', manifest, { method: 'HEAD' }));
    return replies.map((reply) => reply.status);
  };
  const first = await statuses(1);
  expect(new Set(first)).toEqual(new Set([200, 429]));
  expect(await statuses(1)).toEqual(first);
  expect(await statuses(2)).not.toEqual(first);
});

test('a client that does not know the throwaway CA does not get through', async () => {
  const azure = await start();
  const attempt = new Promise((resolve, reject) => {
    request(`${azure.marEndpoint}/v2/`, resolve).on('error', reject).end();
  });
  await expect(attempt).rejects.toThrow(/certificate/);
});
