import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { clusterWith, find, namesFor, names, resolve } from './clusters.fixture.js';

const overlay = { networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay' } };
const cilium = { networkProfile: { ...overlay.networkProfile, networkDataplane: 'cilium' } };
const calico = { networkProfile: { networkPlugin: 'azure', networkPolicy: 'calico' } };

describe('what real clusters surprise with', () => {
  test.each([
    ['kube-proxy', overlay, 'oss/v2/kubernetes/kube-proxy:v1.35.7-1'],
    ['konnectivity-agent', {}, 'oss/v2/kubernetes/apiserver-network-proxy/agent:v0.32.1-11'],
    ['azure-cns', overlay, 'containernetworking/v2/azure-cns:v1.8.12'],
    ['azure-cni', overlay, 'containernetworking/v2/azure-cni:v1.8.12'],
    ['azure-ipam', cilium, 'containernetworking/azure-ipam:v0.4.0-0'],
    ['cilium-init', cilium, 'containernetworking/cilium/cilium-distroless-init:v1.19.6-260811'],
    ['pause', {}, 'oss/v2/kubernetes/pause:3.10.2'],
  ])('%s is required although AKS never reports it', (component, properties, artifact) => {
    const set = resolve(clusterWith(properties), '1.35.7', { reported: [{ name: 'coredns', version: 'v1.13.2-9' }] });
    expect(namesFor(set, component)).toContain(artifact);
  });

  describe('the revision of kube-proxy cannot be derived', () => {
    const listed = (...tags: string[]) => new Map([['oss/v2/kubernetes/kube-proxy', tags]]);

    test('the newest listed revision is taken, by number and not by text', () => {
      const tagLists = listed('v1.35.6-9', 'v1.35.6-10', 'v1.35.6-2', 'v1.35.60-99', 'v1.35.7-1');
      const set = resolve(clusterWith(), '1.35.6', { tagLists });
      expect(namesFor(set, 'kube-proxy')).toEqual(['oss/v2/kubernetes/kube-proxy:v1.35.6-10']);
      expect(find(set, 'oss/v2/kubernetes/kube-proxy:v1.35.6-10')?.because[0]?.source).toBe('tag-list');
    });

    test('a baked revision stays beside a newer listed one', () => {
      const set = resolve(clusterWith(), '1.35.7', { tagLists: listed('v1.35.7-1', 'v1.35.7-3') });
      expect(namesFor(set, 'kube-proxy')).toEqual([
        'oss/v2/kubernetes/kube-proxy:v1.35.7-1',
        'oss/v2/kubernetes/kube-proxy:v1.35.7-3',
      ]);
    });

    test('both paths are kept where both are baked', () => {
      expect(namesFor(resolve(clusterWith(), '1.33.11'), 'kube-proxy')).toEqual([
        'oss/kubernetes/kube-proxy:v1.33.11',
        'oss/v2/kubernetes/kube-proxy:v1.33.11-2',
      ]);
    });

    test('with no list and no baked tag it is unresolved and says what would tell', () => {
      const { unresolved } = resolve(clusterWith(), '1.35.6');
      expect(unresolved).toEqual([
        { component: 'kube-proxy', reason: expect.stringContaining('oss/v2/kubernetes/kube-proxy') as string },
      ]);
    });

    test('Cilium replaces it', () => {
      const set = resolve(clusterWith(cilium), '1.35.6');
      expect(names(set).filter((name) => name.includes('kube-proxy'))).toEqual([]);
      expect(set.unresolved).toEqual([]);
    });
  });

  describe('one component runs in two versions at once', () => {
    const autoscaler = (...versions: string[]) => ({
      reported: versions.map((version) => ({ name: 'cluster-proportional-autoscaler', version })),
    });
    const path = 'oss/v2/kubernetes/autoscaler/cluster-proportional-autoscaler';

    test('both reported versions are kept', () => {
      const set = resolve(clusterWith(), '1.35.7', autoscaler('v1.9.0-23', 'v1.9.0-21'));
      expect(namesFor(set, 'cluster-proportional-autoscaler')).toEqual([`${path}:v1.9.0-21`, `${path}:v1.9.0-23`]);
    });

    test('where AKS reports one of them, what node images bake is kept too', () => {
      const set = resolve(clusterWith(), '1.35.7', autoscaler('v1.9.0-23'));
      expect(namesFor(set, 'cluster-proportional-autoscaler')).toEqual([
        `${path}:v1.8.11-27`,
        `${path}:v1.9.0-22`,
        `${path}:v1.9.0-23`,
      ]);
    });
  });

  test('Calico is pulled by digest: unresolved, naming the operator that chooses it', () => {
    const set = resolve(clusterWith(calico));
    expect(namesFor(set, 'tigera-operator')).toEqual(['oss/v2/tigera/operator:v1.40.2']);
    expect(set.unresolved.map(({ component }) => component)).toEqual([
      'calico-cni',
      'calico-kube-controllers',
      'calico-node',
      'calico-pod2daemon-flexvol',
      'calico-typha',
    ]);
    expect(set.unresolved[0]?.reason).toContain('tigera-operator (v1.40.2)');
  });

  describe('repositories move', () => {
    test.each([
      ['cilium 1.18 and later', 'cilium-agent', 'v1.18.99-270101', 'containernetworking/cilium/cilium-distroless'],
      ['cilium 1.17', 'cilium-agent', 'v1.17.99-270101', 'containernetworking/cilium/cilium'],
      ['cilium 1.14 and older', 'cilium-agent', '1.14.10-2', 'oss/cilium/cilium'],
      [
        'a tag known on the old path',
        'cloud-provider-node-manager-linux',
        'v1.33.6',
        'oss/kubernetes/azure-cloud-node-manager',
      ],
      ['a tag known on the new path', 'coredns', 'v1.13.1-20', 'oss/v2/kubernetes/coredns'],
      ['a tag nobody knows', 'coredns', 'v1.99.0-1', 'oss/v2/kubernetes/coredns'],
    ])('%s', (_sentence, name, version, repository) => {
      const set = resolve(clusterWith(cilium), '1.35.7', { reported: [{ name, version }] });
      expect(namesFor(set, name)).toEqual([`${repository}:${version}`]);
    });

    test('a tag that is listed on one path only is taken from there', () => {
      const tagLists = new Map([['oss/kubernetes/coredns', ['v1.99.0']]]);
      const set = resolve(clusterWith(), '1.35.7', { reported: [{ name: 'coredns', version: 'v1.99.0' }], tagLists });
      expect(namesFor(set, 'coredns')).toEqual(['oss/kubernetes/coredns:v1.99.0']);
    });

    test.each([
      ['0.2.9', ['oss/kubernetes/ingress/nginx-ingress-controller:v1.11.5']],
      ['0.2.12', ['oss/kubernetes/ingress/nginx-ingress-controller:v1.13.1']],
      ['0.2.12-patch-1', ['mirror/registry.k8s.io/ingress-nginx/controller:v1.13.5']],
      ['0.2.19', ['oss/kubernetes/ingress/nginx-ingress-controller:v1.13.7']],
      [
        '0.2.26',
        ['oss/kubernetes/ingress/nginx-ingress-controller:v1.13.7', 'oss/v2/ingress-nginx/controller:v1.13.9'],
      ],
    ])('application routing %s decides where its nginx is', (version, expected) => {
      const routing = clusterWith({ ingressProfile: { webAppRouting: { enabled: true } } });
      const set = resolve(routing, '1.35.7', { reported: [{ name: 'app-routing-operator', version }] });
      expect(namesFor(set, 'app-routing-nginx')).toEqual(expected);
      expect(namesFor(set, 'app-routing-operator')).toEqual([]);
    });

    test('a reported operator without a row is not hidden by another one with a row', () => {
      const routing = clusterWith({ ingressProfile: { webAppRouting: { enabled: true } } });
      const reported = ['0.0.3', '0.2.19'].map((version) => ({ name: 'app-routing-operator', version }));
      const set = resolve(routing, '1.35.7', { reported });
      expect(namesFor(set, 'app-routing-nginx')).toEqual(['oss/kubernetes/ingress/nginx-ingress-controller:v1.13.7']);
      expect(set.unresolved.map(({ reason }) => reason)).toEqual([expect.stringContaining('(0.0.3)')]);
    });

    test('an operator older than every row leaves its nginx unresolved', () => {
      const routing = clusterWith({ ingressProfile: { webAppRouting: { enabled: true } } });
      const { unresolved } = resolve(routing, '1.35.7', {
        reported: [{ name: 'app-routing-operator', version: '0.0.3' }],
      });
      expect(unresolved.map(({ component }) => component)).toEqual(['app-routing-nginx']);
    });
  });

  describe('the service mesh has one version per installed revision', () => {
    const mesh = (...revisions: unknown[]) =>
      clusterWith({ serviceMeshProfile: { mode: 'Istio', istio: { revisions } } });

    test('two revisions during a canary upgrade are both required', () => {
      const set = resolve(mesh('asm-1-28', 'asm-1-30'));
      expect(namesFor(set, 'istiod')).toEqual(['oss/v2/istio/pilot:v1.28.9-2', 'oss/v2/istio/pilot:v1.30.2-2']);
      expect(namesFor(set, 'istio-proxy')).toEqual([
        'oss/v2/istio/proxyv2:v1.28.3-2',
        'oss/v2/istio/proxyv2:v1.30.2-2',
      ]);
    });

    test('the newest listed tag of the minor is taken, release candidates aside', () => {
      const tagLists = new Map([['oss/v2/istio/pilot', ['v1.29.9-1', 'v1.29.10-1', 'v1.29.11-rc.1', 'v1.30.9-9']]]);
      expect(namesFor(resolve(mesh('asm-1-29'), '1.35.7', { tagLists }), 'istiod')).toEqual([
        'oss/v2/istio/pilot:v1.29.10-1',
      ]);
    });

    test('an unknown revision beside a known one is not dropped in silence', () => {
      const set = resolve(mesh('asm-1-30', 'asm-9-99'));
      expect(namesFor(set, 'istiod')).toEqual(['oss/v2/istio/pilot:v1.30.2-2']);
      expect(set.unresolved).toContainEqual({
        component: 'istiod',
        version: '9.99',
        reason: expect.any(String) as string,
      });
    });

    test('a revision that nobody knows leaves it unresolved', () => {
      const { unresolved } = resolve(mesh('asm-9-99', 'nonsense', 7));
      expect(unresolved.map(({ component }) => component)).toEqual(['istio-crd-installer', 'istio-proxy', 'istiod']);
    });
  });

  test.each([
    ['azure-monitor-metrics-cfg-reader', '9.0.0-main-01-01-2027-abc', '9.0.0-main-01-01-2027-abc-cfg'],
    ['azure-monitor-metrics-cfg-reader', '9.0.0-main-01-01-2027-abc-cfg', '9.0.0-main-01-01-2027-abc-cfg'],
    [
      'azure-monitor-metrics-target-allocator',
      '9.0.0-main-01-01-2027-abc',
      '9.0.0-main-01-01-2027-abc-targetallocator',
    ],
    ['azure-monitor-metrics-linux', '9.0.0-main-01-01-2027-abc', '9.0.0-main-01-01-2027-abc'],
  ])('%s of %s has the tag %s', (name, version, tag) => {
    const set = resolve(clusterWith({ azureMonitorProfile: { metrics: { enabled: true } } }), '1.35.7', {
      reported: [{ name, version }],
    });
    expect(namesFor(set, name)).toEqual([`azuremonitor/containerinsights/ciprod/prometheus-collector/images:${tag}`]);
  });

  test('the Windows build of Prometheus is not pulled by Linux nodes', () => {
    const set = resolve(clusterWith({ azureMonitorProfile: { metrics: { enabled: true } } }), '1.35.7', {
      reported: [{ name: 'azure-monitor-metrics-windows', version: '9.0.0-main-01-01-2027-abc-win' }],
    });
    expect(names(set).filter((name) => name.endsWith('-win'))).toEqual([]);
    expect(set.unresolved).toEqual([]);
  });

  test('packages name their platform with an os.version, written with a space', () => {
    const set = resolve(clusterWith({}, [{ name: 'a', osSKU: 'Ubuntu2204', vmSize: 'Standard_D2s_v5' }]));
    expect(find(set, 'aks/packages/kubernetes/kubelet:v1.35.7')?.platforms).toEqual(['linux/amd64:ubuntu 22.04']);
  });

  test('Azure Container Linux pulls revision -1 of its extensions even where -3 exists', () => {
    const set = resolve(clusterWith({}, [{ name: 'acl', osSKU: 'AzureContainerLinux', vmSize: 'Standard_D2pds_v6' }]));
    expect(names(set).filter((name) => name.includes('sysext'))).toEqual([
      'oss/v2/kubernetes/azure-acr-credential-provider-sysext:v1.35.8-1-azlinux3-arm64',
      'oss/v2/kubernetes/kubectl-sysext:v1.35.7-1-azlinux3-arm64',
      'oss/v2/kubernetes/kubelet-sysext:v1.35.7-1-azlinux3-arm64',
    ]);
  });
});

test('whatever the catalogue cannot name is told with what would resolve it', () => {
  const everything = [...loadCatalog().components.keys(), 'new-agent'].map((name) => ({ name, version: '1.2.3' }));
  const open = [resolve(clusterWith(), '1.35.7', { reported: everything }), resolve(clusterWith(), '1.40.0')];
  const silent = open
    .flatMap(({ unresolved }) => unresolved)
    .filter(({ reason }) => !/would|Candidates to check/.test(reason));
  expect(open.map(({ unresolved }) => unresolved.length > 0)).toEqual([true, true]);
  expect(silent).toEqual([]);
});
