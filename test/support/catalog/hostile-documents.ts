import fc from 'fast-check';

/** Values that parsers trip over: prototype keys, wrong kinds, paths that climb, control characters, very long texts. */
const hostileLeaves = [
  null,
  true,
  -0,
  1e308,
  '',
  '..',
  '../../etc/passwd',
  'mcr.microsoft.com/oss/../../secret:v1',
  'mcr.microsoft.com/oss/coredns:v1\u0000\u001b[2J\u202e',
  'mcr.microsoft.com/oss/coredns@sha256:1',
  'mcr.microsoft.com/' + 'a-'.repeat(5000),
  'a'.repeat(100_000) + '!',
  '__proto__',
  '\ud800',
  [],
  {},
  { constructor: { prototype: { polluted: true } } },
];

const keys = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'),
  fc.string(),
);

export const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...hostileLeaves),
    fc.jsonValue(),
    fc.array(tie('value'), { maxLength: 4 }),
    // JSON.parse makes `__proto__` a key of its own, as in a document; an object literal would not.
    fc
      .array(fc.tuple(keys, tie('value')), { maxLength: 4 })
      .map(
        (entries) =>
          JSON.parse(
            `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
          ) as unknown,
      ),
  ),
})).value;

/** A good document with one value somewhere in it replaced by a hostile one, or removed, or with a hostile key added. */
export function spoiled(good: unknown): fc.Arbitrary<string> {
  const paths = pathsOf(good, []);
  return fc
    .tuple(fc.nat(paths.length - 1), fc.constantFrom('replace', 'remove', 'add-key'), anyJson, keys)
    .map(([index, action, value, key]) => {
      const copy = structuredClone({ root: good }) as Record<string, unknown>;
      const path = ['root', ...(paths[index] ?? [])];
      const last = path.at(-1) ?? 'root';
      let holder = copy;
      for (const step of path.slice(0, -1)) holder = holder[step] as Record<string, unknown>;
      if (action === 'replace') holder[last] = value;
      else if (action === 'remove') delete holder[last];
      else if (Array.isArray(holder[last])) holder[last].push(value);
      else if (typeof holder[last] === 'object' && holder[last] !== null) {
        Reflect.defineProperty(holder[last], key, { value, enumerable: true, configurable: true, writable: true });
      }
      return JSON.stringify(copy['root']) ?? '';
    });
}

function pathsOf(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}
