import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { nodeArtifacts } from '../../../shared/catalog/node-artifacts.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { clusterWith, find, namesFor, resolve, type PoolSpec } from './clusters.fixture.js';

const ubuntu: PoolSpec = { name: 'ubuntu', osSKU: 'Ubuntu', vmSize: 'Standard_D4s_v5' };
const ubuntuArm: PoolSpec = { name: 'arm', osSKU: 'Ubuntu2404', vmSize: 'Standard_D4pds_v6' };
const azureLinuxArm: PoolSpec = { name: 'azl', osSKU: 'AzureLinux', vmSize: 'Standard_D4ps_v5' };

const bootstrap = (target: string, pools: readonly PoolSpec[] = [ubuntu]) => {
  const set = resolve(clusterWith({}, pools), target);
  return set.artifacts.filter(({ because }) => because.some(({ source }) => source === 'node-bootstrap'));
};
const tagsOf = (target: string, repository: string, pools?: readonly PoolSpec[]) =>
  bootstrap(target, pools)
    .filter((artifact) => artifact.repository === repository)
    .map(({ tag }) => tag);

const kubelet = 'aks/packages/kubernetes/kubelet';
const providerPackage = 'aks/packages/kubernetes/azure-acr-credential-provider';
const node = 'oss/binaries/kubernetes/kubernetes-node';
const providerTarball = 'oss/binaries/kubernetes/azure-acr-credential-provider';

test.each([
  ['1.32.11', []],
  ['1.33.11', []],
  ['1.33.99', []],
  ['1.34.0', ['v1.34.0']],
  ['1.34.10', ['v1.34.10']],
  ['1.35.7', ['v1.35.7']],
  ['1.36.3', ['v1.36.3']],
])('Kubernetes %s installs the kubelet packages %j', (target, expected) => {
  expect(tagsOf(target, kubelet)).toEqual(expected);
  expect(tagsOf(target, 'aks/packages/kubernetes/kubectl')).toEqual(expected);
});

test.each(['1.32.11', '1.33.11', '1.34.10', '1.35.7', '1.36.3'])(
  'Kubernetes %s has its tarball per architecture, package or not',
  (target) => {
    expect(tagsOf(target, node, [ubuntu, azureLinuxArm])).toEqual([`v${target}-linux-amd64`, `v${target}-linux-arm64`]);
  },
);

test.each([
  ['1.32.11', [], ['v1.32.11-linux-amd64']],
  ['1.32.99', [], ['v1.32.11-linux-amd64']],
  ['1.33.0', ['v1.33.17'], ['v1.33.7-linux-amd64']],
  ['1.33.11', ['v1.33.17'], ['v1.33.7-linux-amd64']],
  ['1.34.10', ['v1.34.12', 'v1.34.13'], ['v1.34.13-linux-amd64']],
  ['1.35.7', ['v1.35.7', 'v1.35.8'], ['v1.35.8-linux-amd64']],
  ['1.36.3', ['v1.36.4', 'v1.36.5'], ['v1.36.5-linux-amd64']],
])('Kubernetes %s has the credential provider packages %j and tarballs %j', (target, packages, tarballs) => {
  expect(tagsOf(target, providerPackage)).toEqual(packages);
  expect(tagsOf(target, providerTarball)).toEqual(tarballs);
});

test('the only way to the credential provider is never guessed: where no list names its tarball, it is missing', () => {
  const { nodeBootstrap: facts } = loadCatalog();
  const { package: packaged, tarball } = facts.credentialProvider;
  const contradicting = {
    ...facts,
    credentialProvider: {
      package: { ...packaged, versionsByMinor: { ...packaged.versionsByMinor, '1.32': ['1.32.12'] } },
      tarball: { ...tarball, versionsByMinor: {} },
    },
  };
  const ask = (target: string) => {
    const version = parseKubernetesVersion(target);
    const { artifacts, missing } = nodeArtifacts(contradicting, version, 'amd64', 'packages');
    const guessed = artifacts.filter(({ confidence }) => confidence === 'low').map(({ tag }) => tag);
    return [guessed, missing.map(({ component }) => component)];
  };
  expect(ask('1.32.11')).toEqual([[], [tarball.component]]);
  expect(ask('1.33.11')).toEqual([['v1.33.17-linux-amd64'], []]);
});

test.each([
  ['Ubuntu below 1.35', '1.34.10', [ubuntu], ['linux/amd64:ubuntu 22.04']],
  ['Ubuntu from 1.35', '1.35.7', [ubuntu], ['linux/amd64:ubuntu 24.04']],
  [
    'a pool that moves from 22.04 with the upgrade',
    '1.35.7',
    [{ ...ubuntu, nodeImageVersion: 'AKSUbuntu-2204gen2containerd-202606.19.0' }],
    ['linux/amd64:ubuntu 24.04'],
  ],
  [
    'three pools',
    '1.34.10',
    [ubuntu, ubuntuArm, azureLinuxArm],
    ['linux/amd64:ubuntu 22.04', 'linux/arm64:azurelinux 3.0', 'linux/arm64:ubuntu 24.04'],
  ],
  [
    'an SKU that only the node image explains',
    '1.34.10',
    [{ ...ubuntu, osSKU: 'Hardened', nodeImageVersion: 'AKSUbuntu-2404gen2containerd-202606.19.0' }],
    ['linux/amd64:ubuntu 24.04'],
  ],
])('packages of %s name their distributions', (_sentence, target, pools, expected) => {
  const packages = bootstrap(target, pools).find(({ repository }) => repository === kubelet);
  expect(packages?.platforms).toEqual(expected);
  expect(packages?.kind).toBe('binary');
});

test('every sandbox image that node images bake is required, as an image', () => {
  const set = resolve(clusterWith());
  expect(namesFor(set, 'pause')).toEqual([
    'oss/kubernetes/pause:3.6',
    'oss/v2/kubernetes/pause:3.10.2',
    'oss/v2/kubernetes/pause:3.6',
  ]);
  expect(find(set, 'oss/v2/kubernetes/pause:3.6')).toMatchObject({ kind: 'image', platforms: ['linux/amd64'] });
});

test('an unknown OS SKU is a finding that names the pool and keeps the gate from opening', () => {
  const { findings, unresolved } = resolve(clusterWith({}, [ubuntu, { ...ubuntu, name: 'odd', osSKU: 'Plan9' }]));
  expect(findings).toEqual([
    {
      code: 'unknown-os-sku',
      subject: 'odd',
      message: expect.stringContaining('"Plan9"') as string,
      effect: 'unknown',
    },
  ]);
  expect(unresolved).toEqual([]);
});

test.each([
  ['1.30.101', ['v1.30.101-akslts-linux-amd64']],
  ['1.34.101', []],
])('a long-term support patch %s takes builds that a source names: %j', (target, expected) => {
  expect(tagsOf(target, node)).toEqual(expected);
  const { unresolved } = resolve(clusterWith({ networkProfile: { networkDataplane: 'cilium' } }), target);
  expect(unresolved.map(({ component }) => component).filter((name) => name === 'kubernetes-node').length).toBe(
    expected.length === 0 ? 1 : 0,
  );
});

test('a minor that no source knows a credential provider for is unresolved, package and tarball', () => {
  const { unresolved } = resolve(clusterWith({ networkProfile: { networkDataplane: 'cilium' } }), '1.37.1');
  expect(unresolved.map(({ component }) => component)).toEqual(
    expect.arrayContaining(['azure-acr-credential-provider', 'azure-acr-credential-provider-package']),
  );
});

describe.each(['AzureContainerLinux', 'Flatcar'])('%s', (osSKU) => {
  const pool = (vmSize: string): PoolSpec => ({ name: 'acl', osSKU, vmSize });
  const references = (target: string, vmSize = 'Standard_D4s_v5') =>
    bootstrap(target, [pool(vmSize)]).map(({ repository, tag }) => `${repository}:${tag}`);

  test('takes extensions in revision -1 instead of packages, and falls back to the tarballs', () => {
    expect(references('1.35.7')).toEqual([
      'oss/binaries/kubernetes/azure-acr-credential-provider:v1.35.8-linux-amd64',
      'oss/binaries/kubernetes/kubernetes-node:v1.35.7-linux-amd64',
      'oss/kubernetes/pause:3.6',
      'oss/v2/kubernetes/azure-acr-credential-provider-sysext:v1.35.8-1-azlinux3-x86-64',
      'oss/v2/kubernetes/kubectl-sysext:v1.35.7-1-azlinux3-x86-64',
      'oss/v2/kubernetes/kubelet-sysext:v1.35.7-1-azlinux3-x86-64',
      'oss/v2/kubernetes/pause:3.10.2',
      'oss/v2/kubernetes/pause:3.6',
    ]);
  });

  test('spells its architectures as systemd and the tarballs as OCI do', () => {
    const tags = references('1.36.3', 'Standard_D4ps_v6');
    expect(tags).toContain('oss/v2/kubernetes/kubelet-sysext:v1.36.3-1-azlinux3-arm64');
    expect(tags).toContain('oss/binaries/kubernetes/kubernetes-node:v1.36.3-linux-arm64');
  });

  test('has no threshold: every Kubernetes version takes extensions', () => {
    for (const target of ['1.32.11', '1.33.11', '1.34.0']) {
      expect(references(target)).toContain(`oss/v2/kubernetes/kubelet-sysext:v${target}-1-azlinux3-x86-64`);
      expect(references(target).filter((name) => name.startsWith('aks/packages/'))).toEqual([]);
    }
  });

  test('leaves the provider open where no source names its extension', () => {
    const { unresolved } = resolve(clusterWith({}, [pool('Standard_D4s_v5')]), '1.33.11');
    expect(unresolved.map(({ component }) => component)).toEqual(['azure-acr-credential-provider-sysext']);
  });
});

test('FIPS nodes of the SKU Ubuntu stay on the release that they run', () => {
  const fips = { ...ubuntu, enableFIPS: true, nodeImageVersion: 'AKSUbuntu-2204gen2fipscontainerd-202607.02.0' };
  const packages = bootstrap('1.35.7', [fips]).find(({ repository }) => repository === kubelet);
  expect(packages?.platforms).toEqual(['linux/amd64:ubuntu 22.04']);
});
