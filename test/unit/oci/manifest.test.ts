import fc from 'fast-check';
import { SyncError } from '../../../shared/model/errors.js';
import { childrenOf } from '../../../shared/oci/manifest.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const index = (...manifests: readonly unknown[]) => JSON.stringify({ schemaVersion: 2, manifests });

test('an index lists its children in its order, each once', () => {
  const [a, b] = [{ digest: digestOf('a') }, { digest: digestOf('b') }];
  expect(childrenOf(index(b, a, b), 'x')).toEqual([b.digest, a.digest]);
});

test('a single manifest has no children', () => {
  const manifest = { schemaVersion: 2, config: { digest: digestOf('c') }, layers: [{ digest: digestOf('l') }] };
  expect(childrenOf(JSON.stringify(manifest), 'x')).toEqual([]);
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
