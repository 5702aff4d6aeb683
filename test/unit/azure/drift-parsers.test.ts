import fc from 'fast-check';
import { parseCatalog, parseTags } from '../../../shared/azure/acr-inventory.js';
import { parsePullEvents, pullQuery } from '../../../shared/azure/pull-events.js';
import { SyncError } from '../../../shared/model/errors.js';
import { isRepository, isTag } from '../../../shared/model/artifact.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const columns = ['Repository', 'Tag', 'Digest', 'Identity', 'LastAt'].map((name) => ({ name, type: 'string' }));
const table = (rows: readonly (readonly unknown[])[]) => ({ tables: [{ name: 'PrimaryResult', columns, rows }] });
const time = '2026-09-01T08:00:00.1234567Z';
const digest = digestOf('x');

describe('the answer of Log Analytics', () => {
  test('is one pull for each row; what is empty is absent', () => {
    const rows = [
      ['aks-managed-repository/oss/a', 'v1', digest, 'ABC', time],
      ['aks-managed-repository/oss/a', '', '', '', time],
    ];
    const lastAt = new Date('2026-09-01T08:00:00.123Z');
    expect(parsePullEvents(table(rows))).toEqual([
      { repository: 'aks-managed-repository/oss/a', tag: 'v1', digest, identity: 'abc', lastAt },
      { repository: 'aks-managed-repository/oss/a', lastAt },
    ]);
  });

  test('is read by the names of its columns', () => {
    const turned = [...columns].reverse();
    const rows = [[time, 'abc', digest, 'v1', 'oss/a']];
    expect(parsePullEvents({ tables: [{ columns: turned, rows }] })).toMatchObject([
      { repository: 'oss/a', tag: 'v1' },
    ]);
  });

  test.each([
    ['a repository that climbs', ['../../etc', 'v1', digest, '', time]],
    ['a repository that is none', [7, 'v1', digest, '', time]],
    ['no time', ['oss/a', 'v1', digest, '', 'yesterday']],
    ['fewer cells', ['oss/a']],
    ['prototype keys', ['__proto__', 'constructor', digest, '', time]],
  ])('leaves out a row with %s', (_what, row) => {
    expect(parsePullEvents(table([row]))).toEqual([]);
  });

  test.each([
    ['a tag with control characters', ['oss/a', 'v1\u0000', digest, '', time], { repository: 'oss/a' }],
    ['a digest that is none', ['oss/a', 'v1', 'sha256:x', '', time], { repository: 'oss/a', tag: 'v1' }],
  ])('keeps a row with %s without it', (_what, row, event) => {
    const [parsed] = parsePullEvents(table([row]));
    expect(parsed).toMatchObject(event);
    expect(parsed?.tag === undefined || isTag(parsed.tag)).toBe(true);
  });

  test.each([
    ['nothing', undefined],
    ['no table', { tables: [] }],
    ['a missing column', { tables: [{ columns: columns.slice(1), rows: [] }] }],
    ['too many rows', table(Array.from({ length: 50_001 }, () => ['oss/a', 'v1', digest, '', time]))],
  ])('with %s is refused', (_what, document) => {
    expect(() => parsePullEvents(document)).toThrow(expect.objectContaining({ code: 'LOGS_UNEXPECTED' }) as Error);
  });

  test('with 50,000 rows is read whole', () => {
    const rows = Array.from({ length: 50_000 }, (_unused, index) => [`oss/a${index}`, 'v1', digest, 'abc', time]);
    expect(parsePullEvents(table(rows))).toHaveLength(50_000);
  });
});

test('a login server cannot break out of the query', () => {
  const query = pullQuery('evil" or 1 == 1 | union *\n//', new Date(0));
  expect(query).toContain('where LoginServer =~ "evilor11union"');
  expect(query.split('\n')).toHaveLength(7);
});

describe('a page of the inventory', () => {
  test('names repositories; none at all is none', () => {
    expect(parseCatalog({ repositories: ['a/b'] })).toEqual(['a/b']);
    expect(parseCatalog({ repositories: null })).toEqual([]);
  });

  test('names tags with the time they came; entries that are none are left out', () => {
    const tags = [
      { name: 'v1', digest, createdTime: time, lastUpdateTime: time },
      { name: 'v2', digest, createdTime: 'never' },
      { name: 'v\n3', digest, createdTime: time },
      { name: 'v4', digest: 'md5:x', createdTime: time },
    ];
    expect(parseTags('a/b', { tags })).toEqual([
      { repository: 'a/b', tag: 'v1', digest, createdAt: new Date('2026-09-01T08:00:00.123Z') },
      { repository: 'a/b', tag: 'v2', digest, createdAt: new Date(0) },
    ]);
  });
});

const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown;
/** What an answer names, with a tag where it has one. */
type Named = readonly { readonly repository: string; readonly tag?: string }[];
const parsers: readonly (readonly [string, (document: unknown) => Named])[] = [
  ['Log Analytics', parsePullEvents],
  ['the tags', (document) => parseTags('a/b', document)],
  // Names of the catalogue are checked by whoever asks for their tags.
  [
    'the catalogue',
    (document) =>
      parseCatalog(document)
        .filter(isRepository)
        .map((repository) => ({ repository })),
  ],
];

test.each(parsers)('whatever %s answers is read or refused, and never names what is none', (_what, parse) => {
  const anything = fc.oneof(
    fc.jsonValue() as fc.Arbitrary<unknown>,
    fc.constant(deep),
    fc.array(fc.array(fc.anything())).map((rows) => table(rows)),
    fc.record({ repositories: fc.array(fc.anything()), tags: fc.array(fc.anything()) }),
  );
  fc.assert(
    fc.property(anything, (document) => {
      for (const found of readOrRefuse(() => parse(document))) {
        expect(isRepository(found.repository)).toBe(true);
        expect(found.tag === undefined || isTag(found.tag)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

/** Nothing for a document that is refused as it should be. */
function readOrRefuse<Found>(read: () => readonly Found[]): readonly Found[] {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(SyncError);
    return [];
  }
}
