import fc from 'fast-check';
import { decodeKey, encodeKey } from '../../../shared/azure/table-keys.js';

/** Source: "Understanding the Table service data model", characters disallowed in key fields. */
const illegal = /[/\\#?%\p{Cc}]/u;
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 900 }),
  fc.stringMatching(/^[/\\#?~a-f0-9 %]{0,300}$/),
  fc.stringMatching(/^\/subscriptions\/[a-z0-9]{4}\/[a-z/._-]{0,500}$/),
);

test.each([
  ['1.35.7', '1.35.7'],
  ['oss/v2/kubernetes/coredns:v1.13.1-6', 'oss~2fv2~2fkubernetes~2fcoredns:v1.13.1-6'],
  ["it's 100%~", 'it~27s 100~25~7e'],
  ['größe', 'gr~c3~b6~c3~9fe'],
  ['', ''],
])('%s becomes %s', (from, to) => {
  expect(encodeKey(from)).toBe(to);
});

test('any text becomes a key that tables take: legal characters, not too long', () => {
  fc.assert(
    fc.property(text, (from) => {
      const key = encodeKey(from);
      expect(key).not.toMatch(illegal);
      expect(key).not.toContain("'");
      expect(key.length).toBeLessThanOrEqual(400);
    }),
  );
});

test('different texts become different keys', () => {
  fc.assert(
    fc.property(text, text, fc.nat(899), (a, b, at) => {
      const near = `${a.slice(0, at)}~${a.slice(at)}`.toWellFormed();
      for (const other of [b, near]) if (other !== a) expect(encodeKey(other)).not.toBe(encodeKey(a));
    }),
  );
});

test('a key tells its text, unless that was too long; what is no key tells nothing', () => {
  fc.assert(
    fc.property(text, (from) => {
      const key = encodeKey(from);
      expect(decodeKey(key)).toBe(key.includes('~~') ? undefined : from.toWellFormed());
    }),
  );
  expect(decodeKey('a/b')).toBeUndefined();
  expect(decodeKey('a~2')).toBeUndefined();
});
