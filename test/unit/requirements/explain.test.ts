import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { minorOf, parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { explainRequirement, type Explanation } from '../../../shared/requirements/explain.js';
import { nearestNames } from '../../../shared/requirements/explain-subject.js';
import { clusterWith, sample, type ResolveOptions, type SampleName } from './clusters.fixture.js';

const digest = `sha256:${'a'.repeat(64)}`;

function explainSample(text: string, name: SampleName = 'mixed-arm', target = '1.35.6'): Explanation {
  const { cluster, profile } = sample(name);
  const version = parseKubernetesVersion(target);
  const reported = profile.componentsByMinor.get(minorOf(version)) ?? [];
  return explainRequirement(text, { cluster, target: version, reported, catalog: loadCatalog(), tagLists: new Map() });
}

function explain(text: string, cluster = clusterWith(), options: ResolveOptions = {}, target = '1.35.7'): Explanation {
  const { reported = [], tagLists = new Map() } = options;
  const input = { cluster, target: parseKubernetesVersion(target), reported, catalog: loadCatalog(), tagLists };
  return explainRequirement(text, input);
}

describe('the answer', () => {
  test.each([
    ['in', 'coredns', 'component'],
    ['in', ' CoreDNS ', 'component'],
    ['in', 'oss/v2/kubernetes/coredns', 'repository'],
    ['in', 'oss/v2/kubernetes/coredns:v1.13.2-9', 'image'],
    ['in', 'mcr.microsoft.com/oss/v2/kubernetes/coredns:v1.13.2-9', 'image'],
    ['in', `mixed.azurecr.io/aks-managed-repository/oss/v2/kubernetes/coredns:v1.13.2-9@${digest}`, 'image'],
    ['in', '127.0.0.1:5000/oss/v2/kubernetes/coredns:v1.13.2-9', 'image'],
    ['in', 'pause', 'component'],
    ['in', 'kubelet-package', 'component'],
    ['out', 'oss/v2/kubernetes/coredns:v1.14.3-11', 'image'],
    ['out', 'oss/kubernetes/coredns', 'repository'],
    ['out', 'kubelet-sysext', 'component'],
    ['out', 'cluster-autoscaler', 'component'],
    ['out', 'keda', 'component'],
    ['out', 'oss/v2/kedacore/keda', 'repository'],
    ['out', 'aks/aks-gpu-cuda-lts', 'repository'],
    ['unresolved', 'kube-proxy', 'component'],
    ['unresolved', 'oss/v2/kubernetes/kube-proxy:v1.35.6-1', 'image'],
    ['unknown', 'korendns', 'unknown'],
    ['unknown', 'library/nginx:1.27', 'unknown'],
  ])('is "%s" for %s, a %s', (answer, text, kind) => {
    expect(explainSample(text)).toMatchObject({ answer, subject: { kind } });
  });

  test('is "unresolved" for a name that AKS reports and nobody else knows', () => {
    const reported = [{ name: 'brand-new-agent', version: 'v1.0.0' }];
    expect(explain('brand-new-agent', clusterWith(), { reported })).toMatchObject({
      answer: 'unresolved',
      unresolved: [{ component: 'brand-new-agent', version: 'v1.0.0' }],
      components: [],
    });
  });

  test('comes with the findings that make an "out" doubtful', () => {
    const cluster = clusterWith({}, [{ name: 'odd', osSKU: 'SomethingNew' }]);
    const { answer, doubts, components } = explain('kubelet-package', cluster);
    expect([answer, doubts.map(({ code }) => code)]).toEqual(['out', ['unknown-os-sku']]);
    expect(components[0]?.pools[0]?.condition.of?.[0]).toEqual({
      holds: false,
      asks: 'the OS SKU of the pool is one that the catalogue knows',
      found: ['"SomethingNew"'],
    });
  });

  test('names the node images that carry an image, needed or not', () => {
    expect(explainSample('oss/v2/kubernetes/pause:3.6').carriedBy).toContain('AKSUbuntu-2204/202607.02.0');
    expect(explainSample('oss/v2/kubernetes/coredns:v1.14.3-11').carriedBy).toEqual([]);
  });
});

describe('conditions', () => {
  test('are a tree, each part with its outcome and the value found', () => {
    const cluster = clusterWith({ networkProfile: { networkPlugin: 'Azure', networkDataplane: 'cilium' } });
    const [component] = explain('azure-cni', cluster).components;
    expect(component?.pools).toEqual([
      {
        pools: ['nodes'],
        runs: false,
        sentence: expect.any(String) as unknown,
        condition: {
          holds: false,
          asks: 'all of',
          of: [
            { holds: true, asks: 'networkProfile.networkPlugin is azure', found: ['"Azure"'] },
            {
              holds: false,
              asks: 'any of',
              of: [
                { holds: false, asks: 'networkProfile.networkPluginMode is overlay', found: [] },
                { holds: false, asks: 'podSubnetID of the pool is set', found: [] },
              ],
            },
            {
              holds: false,
              asks: 'not',
              of: [{ holds: true, asks: 'networkProfile.networkDataplane is cilium', found: ['"cilium"'] }],
            },
          ],
        },
      },
    ]);
  });

  test('about another component show which versions of it run, and why it does', () => {
    const [component] = explainSample('cilium-init', 'cilium-monitoring').components;
    expect(component?.pools[0]?.condition.of?.[1]).toEqual({
      holds: true,
      asks: 'cilium-agent runs, at least 1.18',
      found: ['v1.18.9-260508'],
      of: [{ holds: true, asks: 'networkProfile.networkDataplane is cilium', found: ['"cilium"'] }],
    });
  });

  test('that differ between pools are told apart', () => {
    const cluster = clusterWith({ networkProfile: { networkPlugin: 'azure' } }, [
      { name: 'a', osSKU: 'Ubuntu' },
      { name: 'b', osSKU: 'Ubuntu', podSubnetID: '/subnet' },
      { name: 'c', osSKU: 'AzureLinux' },
    ]);
    const [component] = explain('azure-cni', cluster).components;
    expect(component?.pools.map(({ pools, runs }) => [pools, runs])).toEqual([
      [['a', 'c'], false],
      [['b'], true],
    ]);
  });

  test('that do not hold give way to what AKS reports, and the sentence says so', () => {
    const reported = [{ name: 'ama-logs-linux', version: '3.1.26' }];
    const { answer, components } = explain('ama-logs-linux', clusterWith(), { reported });
    expect(answer).toBe('in');
    expect(components[0]?.pools[0]).toMatchObject({
      runs: true,
      sentence: expect.stringMatching(
        /^AKS reports it for this cluster, although addonProfiles\.omsagent\.enabled is not true and /,
      ) as string,
      condition: { holds: false },
    });
  });

  test('of what nodes fetch at bootstrap are the version and the OS SKU', () => {
    const [component] = explain('kubelet-package', clusterWith(), {}, '1.33.11').components;
    expect(component?.pools[0]).toMatchObject({
      runs: false,
      sentence: 'it is not so that the target is at least Kubernetes 1.34.0',
      condition: {
        of: [
          { holds: true, asks: 'the OS SKU of the pool is neither AzureContainerLinux nor Flatcar' },
          { holds: false, asks: 'the target is at least Kubernetes 1.34.0', found: ['1.33.11'] },
        ],
      },
    });
  });
});

describe('sources', () => {
  test('are listed best first, each with all the versions it names, and which one is used', () => {
    const [component] = explainSample('coredns').components;
    expect(component?.sources).toMatchObject([
      { source: 'component-insights', versions: ['v1.13.2-9'], used: true },
      { source: 'agentbaker', used: false },
      { source: 'release-notes', versions: ['v1.13.1-6'], used: false },
      { source: 'node-image', used: false },
      { source: 'component-map', used: false },
    ]);
  });

  test('count side by side where a tag cannot be derived: what is baked, and the newest on MAR', () => {
    const tagLists = new Map([['oss/v2/kubernetes/kube-proxy', ['v1.36.3-2', 'v1.36.3-11', 'v1.36.2-1']]]);
    const { answer, components } = explain('kube-proxy', clusterWith(), { tagLists }, '1.36.3');
    expect([answer, components[0]?.sources]).toEqual([
      'in',
      [
        { source: 'agentbaker', versions: ['v1.36.3-1'], used: true },
        { source: 'tag-list', versions: ['v1.36.3-11'], used: true },
      ],
    ]);
  });

  test('are empty for what never runs on nodes', () => {
    expect(explainSample('cluster-autoscaler').components[0]).toMatchObject({ sources: [], places: [] });
  });
});

describe('places', () => {
  test.each([
    ['coredns', 'oss/v2/kubernetes/coredns:v1.13.2-9', 'a source names exactly this tag there'],
    ['aci-connector-linux', 'oss/virtual-kubelet/virtual-kubelet:1.6.2', 'it has no other repository'],
    ['cilium-operator', 'containernetworking/cilium/operator-generic:v1.18.6-260312', 'the newest of its paths'],
    [
      'app-routing-external-dns',
      'oss/v2/kubernetes/external-dns:v0.20.0',
      'the version of app-routing-operator decides',
    ],
    ['pause', 'oss/kubernetes/pause:3.6', 'nodes ask for it there, by the scripts of AgentBaker'],
  ])('say why an artifact of %s is where it is', (name, artifact, because) => {
    const places = explainSample(name).components.flatMap((component) => component.places);
    expect(places.find((place) => place.artifact === artifact)?.because).toContain(because);
  });

  test('show that another name of the same image speaks for it', () => {
    const { answer, components } = explainSample('container-networking-cilium-agent', 'cilium-monitoring');
    expect(answer).toBe('in');
    expect(components.map(({ name, isCoveredByAlias }) => [name, isCoveredByAlias])).toEqual([
      ['cilium-agent', false],
      ['container-networking-cilium-agent', true],
    ]);
  });

  test('are candidates only, where nobody confirmed a repository', () => {
    const cluster = clusterWith({ workloadAutoScalerProfile: { keda: { enabled: true } } });
    const { answer, unresolved, components } = explain('keda', cluster);
    expect(answer).toBe('unresolved');
    expect(unresolved[0]?.reason).toMatch(/Candidates to check: oss\/v2\/kedacore\/keda/);
    expect(components[0]).toMatchObject({
      repositories: [],
      candidates: expect.arrayContaining(['oss/v2/kedacore/keda']) as unknown,
    });
  });
});

test.each([
  ['corends', 'coredns'],
  ['oss/v2/kubernetes/coredms', 'oss/v2/kubernetes/coredns'],
  ['csi-driver-registrar', 'csi-node-driver-registrar'],
  ['proxy', 'kube-proxy'],
])('the names nearest to %s have %s among them', (text, name) => {
  const { subject } = explainSample(text);
  expect(subject).toMatchObject({ kind: 'unknown', nearest: expect.arrayContaining([name]) as unknown });
});

test('nothing is near a name that looks like none', () => {
  expect(nearestNames('wholly-unrelated-thing-of-mine', ['coredns', 'kube-proxy'])).toEqual([]);
  expect(nearestNames('', ['coredns'])).toEqual([]);
});
