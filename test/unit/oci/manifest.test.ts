import fc from 'fast-check';
import { SyncError } from '../../../shared/model/errors.js';
import { blobsOf, childrenOf, referrersOf } from '../../../shared/oci/manifest.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const index = (...manifests: readonly unknown[]) => JSON.stringify({ schemaVersion: 2, manifests });

const layer = (name: string) => ({ digest: digestOf(name), size: 9 });
const manifest = (changes: object) =>
  JSON.stringify({ schemaVersion: 2, config: { digest: digestOf('c'), size: 7 }, layers: [layer('l')], ...changes });

test('an index lists its children in its order, each once', () => {
  const [a, b] = [{ digest: digestOf('a') }, { digest: digestOf('b') }];
  expect(childrenOf(index(b, a, b), 'x')).toEqual([b.digest, a.digest]);
});

test('a single manifest has no children', () => {
  expect(childrenOf(manifest({}), 'x')).toEqual([]);
});

test('a single manifest needs its config and layers, each once', () => {
  const layers = [layer('l'), layer('m'), layer('l')];
  expect(blobsOf(manifest({ layers }), 'x')).toEqual([
    { digest: digestOf('c'), size: 7 },
    { digest: digestOf('l'), size: 9 },
    { digest: digestOf('m'), size: 9 },
  ]);
});

test('an artifact manifest without a config needs its blobs', () => {
  const body = JSON.stringify({ schemaVersion: 2, blobs: [layer('b')] });
  expect(blobsOf(body, 'x')).toEqual([{ digest: digestOf('b'), size: 9 }]);
});

test('an index needs no blobs of its own', () => {
  expect(blobsOf(index({ digest: digestOf('a') }), 'x')).toEqual([]);
});

test.each([
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
])('a layer of type %s is served by others, and not needed', (mediaType) => {
  const layers = [{ ...layer('l'), mediaType }];
  expect(blobsOf(manifest({ layers }), 'x')).toEqual([{ digest: digestOf('c'), size: 7 }]);
});

test.each([
  ['a layer without a size', manifest({ layers: [{ digest: digestOf('l') }] })],
  ['a layer of a negative size', manifest({ layers: [{ digest: digestOf('l'), size: -1 }] })],
  ['a config without a digest', manifest({ config: { size: 7 } })],
])('%s is refused: it could not be proven', (_sentence, body) => {
  expect(() => blobsOf(body, 'x')).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }) as Error);
});

test('referrers may be indexes themselves; none is none', () => {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  expect(referrersOf(index({ digest: digestOf('a'), mediaType }), 'x')).toEqual([digestOf('a')]);
  expect(referrersOf('{"schemaVersion":2,"manifests":null}', 'x')).toEqual([]);
  expect(() => referrersOf('{"manifests":[{}]}', 'x')).toThrow(SyncError);
});

test.each([
  ['no JSON', '<html>'],
  ['a list', '[]'],
  ['null', 'null'],
  ['the first schema of Docker', '{"schemaVersion":1,"fsLayers":[]}'],
  ['an index of no digests', index({ digest: 'latest' })],
  ['an index of digests in capitals', index({ digest: digestOf('a').toUpperCase() })],
  ['an index of another hash', index({ digest: `sha512:${'0'.repeat(128)}` })],
  ['an index that is no list', '{"schemaVersion":2,"manifests":{}}'],
  [
    'an index of more children than anybody has',
    index(...Array.from({ length: 401 }, (_unused, n) => ({ digest: digestOf(String(n)) }))),
  ],
])('%s is refused, naming where it came from', (_sentence, body) => {
  expect(() => childrenOf(body, 'GET https://x/v2/y')).toThrow(
    expect.objectContaining({ code: 'MANIFEST_INVALID' }) as Error,
  );
  expect(() => childrenOf(body, 'GET https://x/v2/y')).toThrow(/^GET https:\/\/x\/v2\/y is no/);
});

test('any JSON either lists digests or is refused, and the message stays short', () => {
  fc.assert(
    fc.property(fc.json(), (body) => {
      try {
        for (const child of childrenOf(body, 'here')) expect(child).toMatch(/^sha256:[0-9a-f]{64}$/);
      } catch (error) {
        expect(error).toBeInstanceOf(SyncError);
        expect(String(error).length).toBeLessThan(500);
      }
    }),
  );
});
