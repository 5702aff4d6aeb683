import fc from 'fast-check';
import { isRepository, isTag } from '../../../../shared/model/artifact.js';
import { SyncError } from '../../../../shared/model/errors.js';
import { loadCatalog } from '../../../../shared/catalog/catalog.js';
import { joinCatalog } from '../../../../shared/catalog/join-catalog.js';
import { parseAgentBakerList } from '../../../../shared/catalog/sources/agentbaker.js';
import { parseOverrides } from '../../../../shared/catalog/sources/overrides.js';
import { parseReleaseIndex, parseScanReport } from '../../../../shared/catalog/sources/vulnerability-api.js';
import { anyJson, spoiled } from '../../../support/catalog/hostile-documents.js';
import {
  agentBakerDocument,
  aksReleaseDocument,
  kubernetesReleaseDocument,
  nodeImageDocument,
} from '../../../support/catalog/source-documents.js';

const release = { kind: 'aks-release', name: 'v20260104' } as const;
const kubernetes = { kind: 'kubernetes-release', name: '1.35.6' } as const;
const node = { kind: 'node-image', name: 'AKSUbuntu/202608.01.0' } as const;
const image = 'oss/v2/kubernetes/coredns:v1.13.1-20';
const because = 'we know';

/** Every parser of a document from outside, with a document that it takes. */
const parsers: readonly (readonly [string, (text: string) => unknown, string])[] = [
  [
    "AgentBaker's list",
    parseAgentBakerList,
    agentBakerDocument([{ repository: 'oss/v2/kubernetes/coredns', tags: ['v1'] }]),
  ],
  [
    'an index of AKS releases',
    (text) => parseReleaseIndex('aks-release', text),
    '{"aks_release_versions":["v20260104"]}',
  ],
  [
    'an index of Kubernetes versions',
    (text) => parseReleaseIndex('kubernetes-release', text),
    '{"k8s_versions":["1.35.6"]}',
  ],
  [
    'an index of node images',
    (text) => parseReleaseIndex('node-image', text),
    '{"vhd_release_versions":["AKSUbuntu/1.0"]}',
  ],
  [
    'a report of an AKS release',
    (text) => parseScanReport(release, text),
    aksReleaseDocument('v20260104', [{ container: 'coredns', images: [image] }]),
  ],
  [
    'a report of a Kubernetes version',
    (text) => parseScanReport(kubernetes, text),
    kubernetesReleaseDocument('1.35.6', [image]),
  ],
  ['a report of a node image', (text) => parseScanReport(node, text), nodeImageDocument([image])],
  [
    'overrides',
    parseOverrides,
    JSON.stringify({
      components: {
        add: [{ name: 'a', repositories: ['b'], when: { kind: 'all', of: [{ kind: 'always' }] }, because }],
      },
      repositories: { replace: [{ repository: 'a', by: 'b', because }] },
      images: [{ repository: 'a/b', tags: ['1'], because }],
    }),
  ],
];

/** Takes the document or refuses it with a message that fits a log line; anything else is a failure of the test. */
function parseOrRefuse(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    expect(error.code).toBe('CATALOG_SOURCE_INVALID');
    expect(error.message.length).toBeLessThan(500);
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    return undefined;
  }
}

function expectValidNames(facts: unknown): void {
  for (const { repository, tag } of (facts as { images?: { repository: string; tag?: string }[] } | undefined)
    ?.images ?? []) {
    expect(isRepository(repository)).toBe(true);
    expect(tag === undefined || isTag(tag)).toBe(true);
  }
}

afterEach(() => {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

describe.each(parsers)('the parser of %s', (_name, parse, good) => {
  test('takes a good document', () => {
    expect(parse(good)).toBeDefined();
  });

  test('takes or refuses any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) =>
        expectValidNames(parseOrRefuse(parse, text)),
      ),
    );
  });

  test('takes or refuses any JSON', () => {
    fc.assert(fc.property(anyJson, (value) => expectValidNames(parseOrRefuse(parse, JSON.stringify(value)))));
  });

  test('takes or refuses a good document that was spoiled in one place', () => {
    fc.assert(
      fc.property(spoiled(JSON.parse(good)), (text) => expectValidNames(parseOrRefuse(parse, text))),
      { numRuns: 200 },
    );
  });

  test.each([
    ['cut off in the middle', good.slice(0, good.length / 2)],
    ['nested a million times', '['.repeat(1_000_000)],
    ['nested a million times, in objects', '{"a":'.repeat(1_000_000)],
    ['nested inside of a known field', good.replace(/\[/, `[${'['.repeat(5000)}${']'.repeat(5000)},`)],
    ['longer than 20 MB', `"${'a'.repeat(21 * 1024 * 1024)}"`],
    ['10 MB of one text', `"${'a'.repeat(10 * 1024 * 1024)}"`],
    ['10 MB of numbers', `[${'1,'.repeat(5 * 1024 * 1024)}1]`],
    [
      'made to make expressions backtrack',
      JSON.stringify(JSON.parse(good), (_key, value: unknown) =>
        typeof value === 'string' ? `${'a-'.repeat(100_000)}!` : value,
      ),
    ],
  ])('refuses a document that is %s, quickly', (_what, text) => {
    const began = process.cpuUsage();
    expect(parseOrRefuse(parse, text)).toBeUndefined();
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(20_000);
  });
});

// Documents are made beforehand: only reading them is measured.
const many = Array.from({ length: 100_000 }, (_unused, index) => `a/b${index}`);
const crowded: readonly (readonly [string, (text: string) => unknown, string, string])[] = [
  [
    "AgentBaker's list",
    parseAgentBakerList,
    agentBakerDocument(many.map((repository) => ({ repository, tags: ['v1'] }))),
    'ContainerImages: Too big',
  ],
  [
    'a report',
    (text) => parseScanReport(release, text),
    aksReleaseDocument(
      'v20260104',
      many.map((repository) => ({ container: 'c', images: [`${repository}:v1`] })),
    ),
    'container_targets: Too big',
  ],
  [
    'an index',
    (text) => parseReleaseIndex('kubernetes-release', text),
    JSON.stringify({ k8s_versions: many.map((_name, index) => `1.30.${index}`) }),
    'k8s_versions: Too big',
  ],
  [
    'overrides',
    parseOverrides,
    JSON.stringify({ images: many.map((repository) => ({ repository, tags: ['v1'], because })) }),
    'the document: longer than 1 MB',
  ],
];

test.each(crowded)('100,000 components in %s are refused', (_what, parse, text, message) => {
  const began = process.cpuUsage();
  expect(() => parse(text)).toThrow(message);
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(20_000);
});

test('a report as large as one may be is read and joined', () => {
  const containers = many.slice(0, 10_000).map((name, index) => ({
    container: `c${index}`,
    images: Array.from({ length: 4 }, (_unused, version) => `${name}:v${version}`),
  }));
  const text = aksReleaseDocument('v20260104', containers);
  const began = process.cpuUsage();
  const joined = joinCatalog(loadCatalog(), [parseScanReport(release, text)]);
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(40_000);
  expect(joined.learned.running.size).toBe(10_000);
});
