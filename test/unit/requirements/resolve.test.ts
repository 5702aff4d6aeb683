import { confidences, isRepository, isTag } from '../../../shared/model/artifact.js';
import { clusterWith, find, names, namesFor, resolve, resolveSample, sample, sampleNames } from './clusters.fixture.js';

const keyVault = { addonProfiles: { azureKeyvaultSecretsProvider: { enabled: true } } };
const policy = { addonProfiles: { azurepolicy: { enabled: true } } };

describe('where a version comes from', () => {
  const source = (set: ReturnType<typeof resolve>, component: string) => [
    ...new Set(
      set.artifacts.flatMap(({ because }) =>
        because.filter((reason) => reason.component === component).map((reason) => reason.source),
      ),
    ),
  ];

  test.each([
    [
      'the cluster itself before any list',
      { reported: [{ name: 'coredns', version: 'v1.13.2-9' }] },
      '1.35.7',
      {},
      'coredns',
      'component-insights',
    ],
    ['AgentBaker where AKS is silent', {}, '1.35.7', {}, 'coredns', 'agentbaker'],
    [
      'the published table where AgentBaker has nothing',
      {},
      '1.35.7',
      policy,
      'open-policy-agent-gatekeeper',
      'release-notes',
    ],
    ['node image notes of the minor where no table has it', {}, '1.32.11', policy, 'azure-policy', 'node-image'],
    ['the newest tag ever seen as the last resort', {}, '1.35.7', policy, 'azure-policy-audit', 'component-map'],
    [
      'the newest listed tag for what AKS never reports',
      { tagLists: new Map([['aks/msi/addon-token-adapter', ['latest', 'master.260301.1', 'master.251201.2', '9.9']]]) },
      '1.35.7',
      { azureMonitorProfile: { metrics: { enabled: true } } },
      'addon-token-adapter',
      'tag-list',
    ],
  ])('%s', (_sentence, options, target, properties, component, expected) => {
    expect(source(resolve(clusterWith(properties), target, options), component)).toEqual([expected]);
  });

  test('a list is narrowed to the minor where versions follow Kubernetes', () => {
    expect(namesFor(resolve(clusterWith(), '1.35.7'), 'cloud-provider-node-manager-linux')).toEqual([
      'oss/v2/kubernetes/azure-cloud-node-manager:v1.35.7-3',
      'oss/v2/kubernetes/azure-cloud-node-manager:v1.35.8-1',
    ]);
  });

  test('both sources are kept where a repository serves several components', () => {
    const set = resolve(clusterWith(keyVault), '1.33.11');
    expect(namesFor(set, 'secrets-store-livenessprobe-linux')).toEqual([
      'oss/v2/kubernetes-csi/livenessprobe:v2.13.1',
      'oss/v2/kubernetes-csi/livenessprobe:v2.18.0',
      'oss/v2/kubernetes-csi/livenessprobe:v2.19.0',
    ]);
  });

  test('confidence is that of the weaker of map and source', () => {
    const set = resolve(
      clusterWith({ ...policy, addonProfiles: { ...policy.addonProfiles, openServiceMesh: { enabled: true } } }),
      '1.35.7',
      {
        reported: [
          { name: 'osm-init', version: 'v1.2.9' },
          { name: 'azure-policy', version: '1.15.5' },
        ],
      },
    );
    expect(find(set, 'oss/openservicemesh/init:v1.2.9')?.because[0]?.confidence).toBe('medium');
    expect(find(set, 'azure-policy/policy-kubernetes-addon-prod:1.15.5')?.because[0]?.confidence).toBe('high');
    expect(find(set, 'azure-policy/policy-kubernetes-audit:1.15.3')?.because[0]?.confidence).toBe('low');
  });
});

describe('what AKS reports', () => {
  const reporting = (name: string, version = 'v1.2.3') =>
    resolve(clusterWith(), '1.35.7', { reported: [{ name, version }] });

  test('a name that the map does not know is unresolved', () => {
    expect(reporting('brand-new-agent').unresolved).toContainEqual({
      component: 'brand-new-agent',
      version: 'v1.2.3',
      reason: expect.stringContaining('component map does not know it') as string,
    });
  });

  test.each([
    'cluster-autoscaler',
    'csi-attacher',
    'kube-state-metrics',
    'karpenter',
    'containerd',
    'ama-logs-win',
    'retina-agent-win',
  ])('%s runs elsewhere and is not in the set', (name) => {
    const set = reporting(name);
    expect(set).toEqual(resolve(clusterWith(), '1.35.7'));
  });

  test('a component whose condition does not hold is required all the same, and the reason says so', () => {
    const set = reporting('blob-csi', 'v1.27.9');
    expect(find(set, 'oss/v2/kubernetes-csi/blob-csi:v1.27.9')?.because).toEqual([
      {
        component: 'blob-csi',
        source: 'component-insights',
        confidence: 'high',
        condition: 'AKS reports it for this cluster, although storageProfile.blobCSIDriver.enabled is not true',
      },
    ]);
  });

  test('an extension is required when AKS reports it, with the images that come along', () => {
    const set = reporting('extension-manager', '1.23.3');
    expect(names(set)).toEqual(
      expect.arrayContaining([
        'azurearck8s/aks/stable/extensionoperator:1.23.3',
        'azurearck8s/aks/stable/fluent-bit-collector:1.23.3',
      ]),
    );
    expect(names(resolve(clusterWith())).filter((name) => name.startsWith('azurearck8s/'))).toEqual([]);
  });

  test('a component without a confirmed repository names its candidates', () => {
    const set = resolve(clusterWith({ workloadAutoScalerProfile: { keda: { enabled: true } } }), '1.36.3', {
      reported: [{ name: 'keda', version: '2.19.0-6' }],
    });
    expect(set.unresolved.map(({ component, version }) => [component, version])).toEqual([
      ['keda', '2.19.0-6'],
      ['keda-admission-webhooks', undefined],
      ['keda-metrics-apiserver', undefined],
    ]);
    expect(set.unresolved[0]?.reason).toContain('oss/v2/kedacore/keda');
  });

  test('two names of one image are one image, spelled in full', () => {
    const set = resolve(clusterWith({ networkProfile: { networkDataplane: 'cilium' } }), '1.33.11', {
      reported: [
        { name: 'cilium-agent', version: 'v1.17.9' },
        { name: 'container-networking-cilium-agent', version: 'v1.17.9-260304' },
        { name: 'cilium-operator-generic', version: 'v1.17.9-260304' },
      ],
    });
    expect(names(set).filter((name) => name.startsWith('containernetworking/cilium/'))).toEqual([
      'containernetworking/cilium/cilium:v1.17.9-260304',
      'containernetworking/cilium/operator-generic:v1.17.9-260304',
    ]);
  });

  test.each([
    ['control characters', 'v1\u0000\u001b[31m'],
    ['a slash', 'v1/2'],
    ['nothing', ''],
    ['a tag too long', 'v'.repeat(500)],
  ])('a version of %s is unresolved, and printable', (_sentence, version) => {
    const { unresolved, artifacts } = reporting('metrics-server', version);
    expect(unresolved.map(({ component }) => component)).toEqual(['metrics-server']);
    expect(JSON.stringify(unresolved)).not.toMatch(/\\u0000|\\u001b/);
    expect(artifacts.filter(({ repository }) => repository.endsWith('/metrics-server'))).toEqual([]);
  });
});

describe('the samples', () => {
  test.each(sampleNames)('%s resolves completely, every artifact with valid names and a reason', (name) => {
    const set = resolveSample(name);
    expect(set.unresolved).toEqual([]);
    for (const artifact of set.artifacts) {
      expect(isRepository(artifact.repository) && isTag(artifact.tag)).toBe(true);
      expect(artifact.platforms.length).toBeGreaterThan(0);
      expect(artifact.because.length).toBeGreaterThan(0);
      for (const { confidence, condition } of artifact.because) {
        expect(confidences).toContain(confidence);
        expect(condition).not.toBe('');
      }
    }
  });

  test.each(['1.32.11', '1.33.11', '1.34.10', '1.35.7', '1.36.3'])(
    'resolve completely for %s without Component Insights',
    (target) => {
      for (const name of sampleNames) expect(resolve(sample(name).cluster, target).unresolved).toEqual([]);
    },
  );
});

test('a cluster without Linux pools needs nothing, and says that nothing is known', () => {
  const windows = clusterWith({}, [
    { name: 'win', osType: 'Windows', osSKU: 'Windows2022', vmSize: 'Standard_D4s_v5' },
  ]);
  for (const cluster of [windows, clusterWith({}, [])]) {
    const set = resolve(cluster, '1.35.7', { reported: [{ name: 'coredns', version: 'v1' }] });
    expect(set.artifacts).toEqual([]);
    expect(set.unresolved.map(({ component }) => component)).toEqual(['node-pools']);
  }
});

test('a Windows pool adds nothing', () => {
  const linux = { name: 'nodes', osSKU: 'Ubuntu', vmSize: 'Standard_D4s_v5' };
  const windows = { name: 'win', osType: 'Windows' as const, osSKU: 'Windows2022', vmSize: 'Standard_D4s_v5' };
  expect(resolve(clusterWith({}, [linux, windows]))).toEqual(resolve(clusterWith({}, [linux])));
});
