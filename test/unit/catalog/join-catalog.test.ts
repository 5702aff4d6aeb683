import { listedRepositories, loadCatalog, type Catalog, type TagLists } from '../../../shared/catalog/catalog.js';
import { joinCatalog } from '../../../shared/catalog/join-catalog.js';
import type { CatalogFacts } from '../../../shared/catalog/sources/facts.js';
import { parseOverrides } from '../../../shared/catalog/sources/overrides.js';
import type { RequirementSet } from '../../../shared/model/artifact.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { resolveRequirements } from '../../../shared/requirements/resolve.js';
import { bakes, says } from '../../support/catalog/facts.js';
import { clusterWith, namesFor } from '../requirements/clusters.fixture.js';

const bundled = loadCatalog();
const because = 'we know';
const coredns = 'oss/v2/kubernetes/coredns';
const oldCoredns = 'oss/kubernetes/coredns';

interface Asked {
  readonly facts?: readonly CatalogFacts[];
  readonly overrides?: object;
  readonly reported?: readonly (readonly [name: string, version: string])[];
  readonly tagLists?: TagLists;
}

function join({ facts = [], overrides = {} }: Asked): Catalog {
  return joinCatalog(bundled, facts, parseOverrides(JSON.stringify(overrides)));
}

/** The set of a plain cluster for 1.35.6 with the joined catalogue, used as the app uses it. */
function resolve(asked: Asked): RequirementSet {
  return resolveRequirements({
    cluster: clusterWith(),
    target: parseKubernetesVersion('1.35.6'),
    reported: (asked.reported ?? []).map(([name, version]) => ({ name, version })),
    catalog: join(asked),
    tagLists: asked.tagLists ?? new Map(),
  });
}

const sourcesFor = (set: RequirementSet, component: string): readonly string[] =>
  set.artifacts.flatMap(({ tag, because: reasons }) =>
    reasons.filter((reason) => reason.component === component).map(({ source }) => `${tag} ${source}`),
  );
const openFor = (set: RequirementSet, component: string): readonly string[] =>
  set.unresolved.filter((entry) => entry.component === component).map(({ reason }) => reason);

test('without facts and overrides, the joined catalogue is the bundled one', () => {
  expect(join({})).toEqual(bundled);
});

describe('versions', () => {
  test('what AKS releases run and what node images bake are both kept, each with its source', () => {
    const facts = [says('aks-release', 'v20260801', `coredns=${coredns}:v1.13.1-30`), bakes(`${coredns}:v1.14.3-12`)];
    expect(sourcesFor(resolve({ facts }), 'coredns')).toEqual([
      'v1.13.1-30 vulnerability-api',
      'v1.14.3-12 agentbaker',
    ]);
  });

  test('the fresh AgentBaker list replaces the bundled one, component by component', () => {
    const set = resolve({ facts: [bakes(`${coredns}:v1.14.3-12`)] });
    expect(namesFor(set, 'coredns')).toEqual([`${coredns}:v1.14.3-12`]);
    expect(namesFor(set, 'konnectivity-agent')).toEqual(namesFor(resolve({}), 'konnectivity-agent'));
  });

  test('what AKS reports for the cluster goes before every list', () => {
    const facts = [says('aks-release', 'v20260801', `coredns=${coredns}:v1.13.1-30`)];
    const set = resolve({ facts, reported: [['coredns', 'v1.12.1-25']] });
    expect(sourcesFor(set, 'coredns')).toEqual(['v1.12.1-25 component-insights']);
  });

  test('every release that regions may run adds its versions', () => {
    const facts = ['v1.13.1-30', 'v1.13.1-31'].map((tag) =>
      says('aks-release', `v202608${tag.slice(-2)}`, `coredns=${coredns}:${tag}`),
    );
    expect(namesFor(resolve({ facts }), 'coredns')).toEqual(
      expect.arrayContaining([`${coredns}:v1.13.1-30`, `${coredns}:v1.13.1-31`]),
    );
  });

  test('the revision of kube-proxy comes from the Kubernetes release, beside those that images bake', () => {
    const proxy = 'oss/v2/kubernetes/kube-proxy';
    const facts = [
      says('kubernetes-release', '1.35.6', `${proxy}:v1.35.6-9`),
      says('kubernetes-release', '1.35.5', `${proxy}:v1.35.5-2`),
    ];
    expect(sourcesFor(resolve({ facts }), 'kube-proxy')).toContain('v1.35.6-9 vulnerability-api');
    expect(namesFor(resolve({ facts }), 'kube-proxy').some((name) => name.includes('v1.35.5'))).toBe(false);
  });

  test('suffixes tell components of one repository apart', () => {
    const images = 'azuremonitor/containerinsights/ciprod/prometheus-collector/images';
    const facts = [says('aks-release', 'v1', `x=${images}:9.0.0-main`, `x=${images}:9.0.0-main-cfg`)];
    const { running } = join({ facts }).learned;
    expect(running.get('azure-monitor-metrics-linux')).toEqual(['9.0.0-main']);
    expect(running.get('azure-monitor-metrics-cfg-reader')).toEqual(['9.0.0-main-cfg']);
  });
});

describe('repositories', () => {
  test('a reported version is pulled from where AKS releases run it', () => {
    const facts = [says('aks-release', 'v1', `coredns=oss/v3/kubernetes/coredns:v1.15.0-1`)];
    const set = resolve({ facts, reported: [['coredns', 'v1.15.0-1']] });
    expect(namesFor(set, 'coredns')).toEqual(['oss/v3/kubernetes/coredns:v1.15.0-1']);
    expect(join({ facts }).learned.findings).toMatchObject([
      { code: 'repository-learned', subject: 'coredns', effect: 'none' },
    ]);
  });

  test('a reported component that the map does not know is found by the name of its container', () => {
    const facts = [says('aks-release', 'v1', 'brand-new-agent=aks/brand/new:v3')];
    const reported = [['brand-new-agent', 'v3']] as const;
    expect(openFor(resolve({ reported }), 'brand-new-agent')).toHaveLength(1);
    expect(namesFor(resolve({ facts, reported }), 'brand-new-agent')).toEqual(['aks/brand/new:v3']);
    expect(namesFor(resolve({ facts }), 'brand-new-agent')).toEqual([]);
  });

  test('a name of a container alone moves nothing: its repository already belongs to somebody', () => {
    const facts = [says('aks-release', 'v1', `metrics-server=${coredns}:v1.13.1-30`)];
    expect(join({ facts }).learned.running.get('coredns')).toEqual(['v1.13.1-30']);
    expect(join({ facts }).learned.running.has('metrics-server')).toBe(false);
  });

  describe('two sources that put one tag into different repositories', () => {
    const facts = [says('aks-release', 'v1', `coredns=${coredns}:v1.13.1-30`), bakes(`${oldCoredns}:v1.13.1-30`)];

    test('fail closed, and say what would resolve it', () => {
      const set = resolve({ facts });
      expect(namesFor(set, 'coredns')).toEqual([]);
      expect(openFor(set, 'coredns')[0]).toMatch(
        `agentbaker says ${oldCoredns}, vulnerability-api says ${coredns}; the tag lists of these on MAR, or an override, would tell`,
      );
    });

    test('are asked of MAR, which decides', () => {
      expect(listedRepositories(join({ facts }))).toEqual(expect.arrayContaining([coredns, oldCoredns]));
      expect(namesFor(resolve({ facts, tagLists: new Map([[oldCoredns, ['v1.13.1-30']]]) }), 'coredns')).toEqual([
        `${oldCoredns}:v1.13.1-30`,
      ]);
    });

    test('are both right where MAR has both', () => {
      const tagLists = new Map([coredns, oldCoredns].map((repository) => [repository, ['v1.13.1-30']]));
      expect(namesFor(resolve({ facts, tagLists }), 'coredns')).toHaveLength(2);
    });

    test('do not matter for a version that the cluster does not run', () => {
      expect(openFor(resolve({ facts, reported: [['coredns', 'v1.12.1-25']] }), 'coredns')).toEqual([]);
    });

    test.each([
      [
        'replaces the repositories',
        { components: { replace: [{ name: 'coredns', repositories: [coredns], because }] } },
      ],
      ['excludes one', { repositories: { exclude: [{ repository: oldCoredns, because }] } }],
      ['says that one moved', { repositories: { replace: [{ repository: oldCoredns, by: coredns, because }] } }],
    ])('are settled by an override that %s', (_what, overrides) => {
      expect(namesFor(resolve({ facts, overrides }), 'coredns')).toEqual([`${coredns}:v1.13.1-30`]);
    });
  });
});

test('what a node image carries is known by the name that the notes of AKS give it, for every generation', () => {
  const facts = [
    says('node-image', 'AKSUbuntu-gen2-2204containerd/202608.01.0', `${coredns}:v1`, `${coredns}:v2`),
    says('node-image', 'AKSUbuntu-2204containerd/202608.01.0', `${coredns}:v2`),
    says('node-image', 'AKSUbuntu-gen2-2204fipscontainerd/202608.01.0', `${coredns}:v3`),
  ];
  const { nodeImageContents } = join({ facts });
  expect([...(nodeImageContents.get('AKSUbuntu-2204/202608.01.0') ?? [])]).toEqual([`${coredns}:v2`]);
  expect([...(nodeImageContents.get('AKSUbuntu-gen2-2204fipscontainerd/202608.01.0') ?? [])]).toEqual([
    `${coredns}:v3`,
  ]);
});

test('digests that a source lists are known by artifact', () => {
  const digest = `sha256:${'a'.repeat(64)}` as const;
  const image = { repository: coredns, tag: 'v1', digests: [digest] };
  const { learned } = join({ facts: [{ kind: 'node-image', name: 'AKSUbuntu/1', images: [image] }] });
  expect(learned.digests.get(`${coredns}:v1`)).toEqual([digest]);
});

test('fresh versions of what nodes install replace those of their minor only', () => {
  const packages = { ...bakes().packages, credentialProviderPackage: { '1.35': ['1.35.9'] } };
  const { credentialProvider } = join({
    facts: [{ ...bakes('oss/v2/kubernetes/pause:3.11'), packages }],
  }).nodeBootstrap;
  const before = bundled.nodeBootstrap.credentialProvider.package.versionsByMinor;
  expect(credentialProvider.package.versionsByMinor).toEqual({ ...before, '1.35': ['1.35.9'] });
});

describe('overrides', () => {
  test('replace versions, whatever AKS reports', () => {
    const overrides = { components: { replace: [{ name: 'CoreDNS', versions: ['v1.0.0-1'], because }] } };
    const set = resolve({ overrides, reported: [['coredns', 'v1.12.1-25']] });
    expect(sourcesFor(set, 'coredns')).toEqual(['v1.0.0-1 override']);
  });

  test('exclude a component, even one that AKS reports', () => {
    const overrides = { components: { exclude: [{ name: 'coredns', because }] } };
    const set = resolve({ overrides, reported: [['coredns', 'v1.12.1-25']] });
    expect([...namesFor(set, 'coredns'), ...openFor(set, 'coredns')]).toEqual([]);
  });

  test('add components with a condition, and own images for every cluster', () => {
    const when = { kind: 'property', path: 'addonProfiles.omsagent.enabled', test: { equals: true } };
    const overrides = {
      components: { add: [{ name: 'ours', repositories: ['a/ours'], versions: ['v1'], when, because }] },
      images: [
        { repository: 'a/own', tags: ['1', '2'], because },
        { repository: 'a/own', tags: ['3'], because },
      ],
    };
    const set = resolve({ overrides });
    expect(namesFor(set, 'ours')).toEqual([]);
    expect(namesFor(set, 'own-image:a/own')).toEqual(['a/own:1', 'a/own:2', 'a/own:3']);
  });

  test('add a repository that is asked first', () => {
    const overrides = { repositories: { add: [{ component: 'coredns', repository: 'oss/v3/coredns', because }] } };
    expect(namesFor(resolve({ overrides, reported: [['coredns', 'v9.9.9-1']] }), 'coredns')).toEqual([
      'oss/v3/coredns:v9.9.9-1',
    ]);
  });

  test('a component that loses its last repository is unresolved, not forgotten', () => {
    const { repositories } = bundled.components.get('konnectivity-agent') ?? { repositories: [] };
    const overrides = { repositories: { exclude: repositories.map((repository) => ({ repository, because })) } };
    expect(openFor(resolve({ overrides }), 'konnectivity-agent')).toHaveLength(1);
  });

  test('move what nodes pull by themselves', () => {
    const { repository } = bundled.nodeBootstrap.kubernetesNode;
    const overrides = { repositories: { replace: [{ repository, by: 'oss/v9/node', because }] } };
    expect(namesFor(resolve({ overrides }), 'kubernetes-node')).toEqual(['oss/v9/node:v1.35.6-linux-amd64']);
  });

  test('about something unknown are findings', () => {
    const overrides = {
      components: { exclude: [{ name: 'corednss', because }] },
      repositories: { replace: [{ repository: 'a/b', by: 'a/c', because }] },
    };
    const { findings } = join({ overrides }).learned;
    expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'override-without-effect a/b',
      'override-without-effect corednss',
    ]);
  });
});
