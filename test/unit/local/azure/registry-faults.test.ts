import { createHash } from 'node:crypto';
import { request } from 'node:https';
import type { LocalAzure } from '../../../../local/azure/local-azure-interface.js';
import type { ScenarioInput } from '../../../../local/azure/scenario.js';
import {
  cachedCoredns,
  call,
  callAcr,
  closeAll,
  coredns,
  eventually,
  smallScenario,
  start,
  startStill,
} from './azure-client.js';

afterEach(closeAll);

const tag = 'v1.13.1-6';
const index = `/v2/${cachedCoredns}/manifests/${tag}`;

type Registry = NonNullable<ScenarioInput['registries']>[number];

/** The small scenario with another behaviour of the registry `newlayout`. */
function startWith(settings: Partial<Registry>, faults: ScenarioInput['faults'] = {}): Promise<LocalAzure> {
  return start({ ...withRegistry(settings), faults });
}

function withRegistry(settings: Partial<Registry>): Pick<ScenarioInput, 'registries'> {
  const [registry, ...others] = smallScenario.registries ?? [];
  if (!registry) throw new Error('the small scenario has no registry');
  return { registries: [{ ...registry, ...settings }, ...others] };
}

/** The digest of the first child of the index, and its second layer. */
function pieces(azure: LocalAzure): { readonly child: string; readonly layer: string } {
  const tree = azure.world.mar.tree(coredns, tag);
  const [child = ''] = tree?.root.children ?? [];
  return { child, layer: [...tree!.manifests.values()].find(({ digest }) => digest === child)?.blobs[2] ?? '' };
}

async function pullChild(azure: LocalAzure): Promise<{ readonly child: string; readonly layer: string }> {
  const found = pieces(azure);
  await callAcr(azure, 'newlayout', `/v2/${cachedCoredns}/manifests/${found.child}`);
  await eventually(() => azure.world.registry('newlayout').holds(cachedCoredns, found.child), 'the import');
  return found;
}

const headBlob = (azure: LocalAzure, layer: string) =>
  callAcr(azure, 'newlayout', `/v2/${cachedCoredns}/blobs/${layer}`, { method: 'HEAD' });

test('a stored blob is served by a redirect to a host that refuses tokens', async () => {
  const azure = await start();
  const { layer } = await pullChild(azure);
  const reply = await headBlob(azure, layer);
  expect(reply.status).toBe(307);
  const location = String(reply.headers['location']);
  expect((await call(azure, location, { method: 'HEAD' })).headers['content-length']).toBe('1500');
  expect((await call(azure, location, { headers: { authorization: 'Bearer x' } })).status).toBe(400);
  expect((await call(azure, location.replace(/sig=./, 'sig=x'))).status).toBe(403);
});

test.each([
  ['proxied', 200, 'upstream'],
  ['unknown', 404, undefined],
] as const)(
  'HEAD of a blob that is not cached is %s where the scenario says so',
  async (uncachedBlobs, status, origin) => {
    const azure = await startWith({ uncachedBlobs });
    const reply = await headBlob(azure, pieces(azure).layer);
    expect([reply.status, reply.headers['x-azure-origin']]).toEqual([status, origin]);
  },
);

test('blobs may come later than their manifest', async () => {
  const { azure, pass } = await startStill(withRegistry({ lateBlobSeconds: [30, 40], dataEndpoint: false }));
  const { child, layer } = pieces(azure);
  await callAcr(azure, 'newlayout', `/v2/${cachedCoredns}/manifests/${child}`);
  pass(1);
  expect(azure.world.registry('newlayout').holds(cachedCoredns, child)).toBe(true);
  expect((await headBlob(azure, layer)).headers['x-azure-origin']).toBe('upstream');
  pass(40);
  expect((await headBlob(azure, layer)).headers['x-azure-origin']).toBeUndefined();
});

test('caching that fails in silence is begun again by the next pull', async () => {
  const azure = await startWith({}, { cachingFailedShare: 1 });
  const { imports } = azure.world.registry('newlayout').counters;
  for (const times of [1, 2]) {
    await eventually(async () => {
      await callAcr(azure, 'newlayout', index);
      return [...imports.values()][0] === times;
    }, `import ${times}`);
  }
  expect(azure.world.registry('newlayout').stored().size).toBe(0);
});

test.each([
  [true, 200],
  [false, 404],
])('a deleted cached repository is pulled again: %s', async (repullsDeleted, status) => {
  const azure = await startWith({ repullsDeleted });
  await pullChild(azure);
  azure.world.registry('newlayout').store.delete(cachedCoredns);
  expect((await callAcr(azure, 'newlayout', index)).status).toBe(status);
});

test('a damaged blob keeps its name and size and has other bytes', async () => {
  const azure = await startWith({ dataEndpoint: false });
  const { layer } = await pullChild(azure);
  const path = `/v2/${cachedCoredns}/blobs/${layer}`;
  const before = await callAcr(azure, 'newlayout', path);
  azure.world.registry('newlayout').store.damageBlob(cachedCoredns, layer);
  const after = await callAcr(azure, 'newlayout', path);
  expect(after.headers['content-length']).toBe(before.headers['content-length']);
  expect(after.text).not.toBe(before.text);
});

test('while MAR is down it answers 503, registries 502 for what they lack and nothing else', async () => {
  const azure = await start();
  const { child } = await pullChild(azure);
  azure.world.mar.isDown = true;
  expect((await call(azure, `${azure.marEndpoint}/v2/`)).status).toBe(503);
  expect((await callAcr(azure, 'newlayout', index)).status).toBe(502);
  expect((await callAcr(azure, 'newlayout', `/v2/${cachedCoredns}/referrers/${child}`)).status).toBe(424);
  expect((await callAcr(azure, 'newlayout', `/v2/${cachedCoredns}/manifests/${child}`)).status).toBe(200);
});

test('MAR is down for as long as the scenario says', async () => {
  const { azure, pass } = await startStill({ faults: { marDown: { afterSeconds: 10, seconds: 30 } } });
  const statuses: number[] = [];
  for (const seconds of [9, 1, 29, 1]) {
    pass(seconds);
    statuses.push((await call(azure, `${azure.marEndpoint}/v2/`)).status);
  }
  expect(statuses).toEqual([200, 503, 503, 200]);
});

test('the referrers API fails as often as the scenario says', async () => {
  const azure = await startWith({}, { referrersFailedShare: 1 });
  expect((await callAcr(azure, 'newlayout', `/v2/${cachedCoredns}/referrers/${pieces(azure).child}`)).status).toBe(424);
});

test('requests beyond a limit get 429 and the time until the next one; each kind has its own', async () => {
  const { azure } = await startStill(withRegistry({ limits: { reads: 2 } }));
  const statuses = [];
  for (let request = 0; request < 3; request += 1) {
    const reply = await callAcr(azure, 'newlayout', index, { method: 'HEAD' });
    statuses.push([reply.status, reply.headers['retry-after']]);
  }
  expect(statuses).toEqual([
    [200, undefined],
    [200, undefined],
    [429, '30'],
  ]);
});

test('a clock that is ahead shows in dates and in the inventory', async () => {
  const azure = await startWith({ clockSkewSeconds: 3600 });
  await callAcr(azure, 'newlayout', index);
  await eventually(() => azure.world.registry('newlayout').timesOf(cachedCoredns, tag) !== undefined, 'the import');
  const { headers, json } = await callAcr(azure, 'newlayout', `/acr/v1/${cachedCoredns}/_tags`);
  const ahead = Date.now() + 3_000_000;
  expect(Date.parse(String(headers['date']))).toBeGreaterThan(ahead);
  expect(Date.parse(json.text('tags/0/createdTime'))).toBeGreaterThan(ahead);
});

test('a large layer is made while it is read, and is what its manifest says', async () => {
  const artifact = `${coredns}:${tag}`;
  const azure = await start({ mar: { layers: [{ artifact, bytes: 3_000_001 }] } });
  const blobs = [...(azure.world.mar.tree(coredns, tag)?.blobs.values() ?? [])];
  const large = blobs.find(({ size }) => size === 3_000_001);
  const reply = await fetchHash(azure, `${azure.marEndpoint}/v2/${coredns}/blobs/${large?.digest ?? ''}`);
  expect(reply).toEqual({ digest: large?.digest, size: 3_000_001 });
});

function fetchHash(azure: LocalAzure, url: string): Promise<{ readonly digest: string; readonly size: number }> {
  return new Promise((resolve, reject) => {
    request(url, { ca: azure.caPem }, (incoming) => {
      const hash = createHash('sha256');
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        hash.update(chunk);
        size += chunk.length;
      });
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ digest: `sha256:${hash.digest('hex')}`, size }));
    })
      .on('error', reject)
      .end();
  });
}
