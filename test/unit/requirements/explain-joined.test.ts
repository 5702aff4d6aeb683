import { loadCatalog, type TagLists } from '../../../shared/catalog/catalog.js';
import { joinCatalog } from '../../../shared/catalog/join-catalog.js';
import type { CatalogFacts } from '../../../shared/catalog/sources/facts.js';
import { parseOverrides } from '../../../shared/catalog/sources/overrides.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { explainRequirement, type Explanation } from '../../../shared/requirements/explain.js';
import { addObserved } from '../../../shared/requirements/observed.js';
import { resolveRequirements, type RequirementInput } from '../../../shared/requirements/resolve.js';
import { bakes, says } from '../../support/catalog/facts.js';
import { clusterWith } from './clusters.fixture.js';

const coredns = 'oss/v2/kubernetes/coredns';
const oldCoredns = 'oss/kubernetes/coredns';
const because = 'support request 4711';
const target = parseKubernetesVersion('1.35.6');

interface Known {
  readonly facts?: readonly CatalogFacts[];
  readonly overrides?: object;
  readonly reported?: RequirementInput['reported'];
  readonly tagLists?: TagLists;
}

function inputOf({ facts = [], overrides = {}, reported = [], tagLists = new Map() }: Known): RequirementInput {
  const catalog = joinCatalog(loadCatalog(), facts, parseOverrides(JSON.stringify(overrides)));
  return { cluster: clusterWith(), target, reported, catalog, tagLists };
}

const explain = (text: string, known: Known): Explanation => explainRequirement(text, inputOf(known));
const sourcesOf = ({ components: [component] }: Explanation) =>
  component?.sources.map(({ source, used, versions }) => `${source} ${used ? 'used' : 'passed over'}: ${versions[0]}`);

describe('sources that are read at run time', () => {
  const release = says('aks-release', 'v20260801', `coredns=${coredns}:v1.13.1-30`);

  test('are told apart from the bundled ones, best first', () => {
    const known = { facts: [release, bakes(`${coredns}:v1.14.3-12`)] };
    expect(sourcesOf(explain('coredns', known))).toEqual([
      'vulnerability-api used: v1.13.1-30',
      'agentbaker used: v1.14.3-12',
      expect.stringMatching(/^release-notes passed over/),
      expect.stringMatching(/^node-image passed over/),
      expect.stringMatching(/^component-map passed over/),
    ]);
  });

  test('never speak in the name of a source that is silent', () => {
    const said = sourcesOf(
      explain('coredns', { facts: [release], reported: [{ name: 'coredns', version: 'v1.12.1-25' }] }),
    );
    expect(said?.slice(0, 2)).toEqual([
      'component-insights used: v1.12.1-25',
      'vulnerability-api passed over: v1.13.1-30',
    ]);
  });

  test('say where a tag is', () => {
    const known = { facts: [says('aks-release', 'v20260801', `coredns=${oldCoredns}:v1.13.1-30`)] };
    const { components } = explain('coredns', known);
    expect(components[0]?.places).toContainEqual({
      artifact: `${oldCoredns}:v1.13.1-30`,
      because: 'AKS releases run exactly this tag from there',
    });
  });

  test('and contradict each other: the answer says who says what, and what MAR says', () => {
    const facts = [says('aks-release', 'v20260801', `coredns=${oldCoredns}:v7`), bakes(`${coredns}:v7`)];
    const open = explain('coredns', { facts, reported: [{ name: 'coredns', version: 'v7' }] });
    expect(open.answer).toBe('unresolved');
    expect(open.unresolved[0]?.reason).toContain(`agentbaker says ${coredns}, vulnerability-api says ${oldCoredns}`);
    const settled = explain('coredns', {
      facts,
      reported: [{ name: 'coredns', version: 'v7' }],
      tagLists: new Map([[oldCoredns, ['v7']]]),
    });
    const [place, ...others] = settled.components[0]?.places ?? [];
    expect([place?.artifact, others]).toEqual([`${oldCoredns}:v7`, []]);
    expect(place?.because).toMatch(/^sources contradict .*; MAR lists this tag here$/);
  });
});

describe('overrides', () => {
  test('are the best source, and the component says what they did and why', () => {
    const overrides = { components: { replace: [{ name: 'CoreDNS', versions: ['v9'], because }] } };
    const known = { overrides, reported: [{ name: 'coredns', version: 'v1.12.1-25' }] };
    const answer = explain('coredns', known);
    expect(sourcesOf(answer)?.slice(0, 2)).toEqual(['override used: v9', 'component-insights passed over: v1.12.1-25']);
    expect(answer.components[0]?.overrides).toEqual([`an override replaces versions v9 ("${because}")`]);
  });

  test.each([
    [
      'an excluded component',
      { components: { exclude: [{ name: 'coredns', because }] } },
      'coredns',
      'excludes it, whatever reports it',
    ],
    [
      'a component that has one more place',
      { repositories: { add: [{ component: 'coredns', repository: 'oss/v3/coredns', because }] } },
      'coredns',
      'puts oss/v3/coredns before its other places',
    ],
    [
      'a component whose repository moved',
      { repositories: { replace: [{ repository: coredns, by: 'oss/v3/coredns', because }] } },
      'coredns',
      `takes ${coredns} for moved to oss/v3/coredns`,
    ],
    [
      'a component that lost a repository',
      { repositories: { exclude: [{ repository: coredns, because }] } },
      'coredns',
      `keeps everything from ${coredns} out`,
    ],
    [
      'a component of your own',
      { components: { add: [{ name: 'Shipper', repositories: ['contoso/shipper'], versions: ['v1'], because }] } },
      'shipper',
      'adds it: versions v1; repositories contoso/shipper',
    ],
    [
      'an image of your own',
      { images: [{ repository: 'dotnet/runtime', tags: ['8.0'], because }] },
      'dotnet/runtime:8.0',
      'adds your own image: 8.0',
    ],
  ])('of %s are told', (_what, overrides, asked, effect) => {
    expect(explain(asked, { overrides }).components[0]?.overrides).toEqual([`an override ${effect} ("${because}")`]);
  });

  test('explain a repository that nothing is pulled from any more', () => {
    const overrides = { repositories: { exclude: [{ repository: 'aks/command/runtime', because }] } };
    expect(explain('aks/command/runtime', { overrides })).toMatchObject({
      answer: 'out',
      overrides: [`an override keeps everything from aks/command/runtime out ("${because}")`],
    });
  });

  test('without an effect are not told as if they had one', () => {
    const overrides = { components: { replace: [{ name: 'korendns', versions: ['v9'], because }] } };
    expect(inputOf({ overrides }).catalog.learned.overrides).toEqual([]);
  });
});

test('what nodes of a comparable cluster pulled is a source, after all that lists say', () => {
  const input = inputOf({});
  const seen = new Date('2026-08-01T00:00:00Z');
  const fact = { repository: coredns, tag: 'v99', cluster: 'other', kubernetesVersion: target, features: [] };
  const set = addObserved(resolveRequirements(input), {
    ...input,
    facts: [{ ...fact, firstSeen: seen, lastSeen: seen }],
    now: seen,
    policy: { maxAgeMs: 1000, mostPerMinor: 10 },
  });
  const { answer, components } = explainRequirement('coredns', input, set);
  expect([answer, components[0]?.sources.at(-1)]).toEqual([
    'in',
    { source: 'observed', versions: ['v99'], used: true },
  ]);
});

describe('findings of joining', () => {
  const codes = (known: Known) =>
    resolveRequirements(inputOf(known)).findings.map(({ code, subject }) => `${code} ${subject}`);

  test('are in the sets that they concern, once', () => {
    const facts = [
      says('aks-release', 'v1', 'coredns=oss/v9/coredns:v1', 'coredns=oss/v9/coredns:v2', 'unheard=oss/unheard:v1'),
    ];
    expect(codes({ facts })).toEqual(['repository-learned coredns']);
    expect(codes({ facts, reported: [{ name: 'unheard', version: 'v1' }] })).toEqual([
      'container-unmapped unheard',
      'repository-learned coredns',
    ]);
  });

  test('about an override that is most likely misspelt are in every set', () => {
    const overrides = { components: { exclude: [{ name: 'korendns', because }] } };
    expect(codes({ overrides })).toEqual(['override-without-effect korendns']);
  });

  test('close no gate', () => {
    const facts = [says('aks-release', 'v1', 'coredns=oss/v9/coredns:v1')];
    for (const { effect } of resolveRequirements(inputOf({ facts })).findings) expect(effect).toBe('none');
  });
});

test('the driver images of GPU pools are those of the fresh list, its new variants included', () => {
  const image = (variant: string, tag: string) => ({ repository: `aks/aks-gpu-${variant}`, tag });
  const gpuImages = [
    image('cuda-lts', '590.1-20260801000000'),
    image('cuda-lts', '590.2-20260901000000'),
    image('vera', '1'),
  ];
  const facts = [{ ...bakes(), gpuImages: [...gpuImages, { repository: 'aks/other', tag: '1' }] }];
  const { ubuntu } = inputOf({ facts }).catalog.nodeBootstrap.gpuDrivers;
  const before = loadCatalog().nodeBootstrap.gpuDrivers.ubuntu;
  expect(ubuntu).toEqual({
    ...before,
    'cuda-lts': image('cuda-lts', '590.2-20260901000000'),
    vera: image('vera', '1'),
  });
  const gpu = [{ name: 'gpu', osSKU: 'Ubuntu', vmSize: 'Standard_NC24ads_A100_v4' }];
  const [finding] = resolveRequirements({ ...inputOf({ facts }), cluster: clusterWith({}, gpu) }).findings;
  expect(finding?.message).toContain('aks/aks-gpu-cuda-lts:590.2-20260901000000');
});
