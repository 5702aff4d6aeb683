import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCatalog } from '../../../../shared/catalog/catalog.js';
import { joinCatalog } from '../../../../shared/catalog/join-catalog.js';
import { noOverrides, parseOverrides } from '../../../../shared/catalog/sources/overrides.js';

const because = 'we know';

test('an empty object overrides nothing', () => {
  expect(parseOverrides('{}')).toEqual(noOverrides);
});

test.each([
  ['a misspelt field', { image: [] }, 'the document: Unrecognized key: "image"'],
  ['a misspelt field of an entry', { images: [{ repository: 'a', tag: '1', because }] }, 'images[0].tags: '],
  [
    'a repository with a host',
    { images: [{ repository: 'mcr.microsoft.com:443/a', tags: ['1'], because }] },
    'images[0].repository: must be a path',
  ],
  [
    'the host of MAR',
    { images: [{ repository: 'mcr.microsoft.com/a', tags: ['1'], because }] },
    'images[0].repository: must not name the host',
  ],
  [
    'a repository with ..',
    { repositories: { exclude: [{ repository: 'a/../b', because }] } },
    'repositories.exclude[0].repository: must be a path',
  ],
  ['a tag with a space', { images: [{ repository: 'a', tags: ['1 2'], because }] }, 'images[0].tags[0]: must be a tag'],
  ['no reason', { components: { exclude: [{ name: 'coredns' }] } }, 'components.exclude[0].because: '],
  [
    'a replacement of nothing',
    { components: { replace: [{ name: 'coredns', because }] } },
    'components.replace[0]: must replace something',
  ],
  [
    'a condition that does not exist',
    { images: [{ repository: 'a', tags: ['1'], when: { kind: 'moon' }, because }] },
    'images[0].when.kind: ',
  ],
  [
    'two entries about one component',
    {
      components: {
        exclude: [{ name: 'coredns', because }],
        replace: [{ name: 'CoreDNS', versions: ['v1'], because }],
      },
    },
    'components.exclude[0].name: coredns is named twice',
  ],
  ['a prototype', JSON.parse('{"__proto__": {"images": []}}') as object, 'the document: Unrecognized key: "__proto__"'],
])('refuses %s and names the field', (_what, document, message) => {
  expect(() => parseOverrides(JSON.stringify(document))).toThrow(`overrides overrides.json: ${message}`);
});

test('the example of docs/overrides.md is accepted, and every entry of it has an effect', () => {
  const page = readFileSync(join(process.cwd(), 'docs/overrides.md'), 'utf8');
  const example = /```json\n(.*?)```/s.exec(page)?.[1] ?? '';
  const overrides = parseOverrides(example);
  const joined = joinCatalog(loadCatalog(), [], overrides);
  expect(joined.learned.findings).toEqual([]);
  expect(Object.values(overrides.components).every((entries) => entries.length > 0)).toBe(true);
  expect(Object.values(overrides.repositories).every((entries) => entries.length > 0)).toBe(true);
  expect(overrides.images).not.toEqual([]);
});
