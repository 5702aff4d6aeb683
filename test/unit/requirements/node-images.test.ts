import { clusterWith, find, resolve, type PoolSpec } from './clusters.fixture.js';

const carried = 'oss/v2/kubernetes/pause:3.6';
/** On the images of June, no longer on those of July. */
const dropped = 'oss/v2/kubernetes-csi/blob-csi:v1.27.4';

const pool = (nodeImageVersion?: string, more: Partial<PoolSpec> = {}): PoolSpec => ({
  name: 'nodes',
  osSKU: 'Ubuntu2204',
  vmSize: 'Standard_D4s_v5',
  ...(nodeImageVersion === undefined ? {} : { nodeImageVersion }),
  ...more,
});
const baked = (artifact: string, pools: readonly PoolSpec[], target = '1.35.7') =>
  find(resolve(clusterWith({}, pools), target), artifact)?.baked;

const july = 'AKSUbuntu-2204gen2containerd-202607.02.0';
const june = 'AKSUbuntu-2204gen2containerd-202606.19.0';

test('an artifact on the image that nodes run, and on the newest one that they will run, names both', () => {
  expect(baked(carried, [pool(june)])).toEqual(['AKSUbuntu-2204/202606.19.0', 'AKSUbuntu-2204/202607.02.0']);
  expect(baked(carried, [pool(july)])).toEqual(['AKSUbuntu-2204/202607.02.0']);
});

test('nodes whose OS changes with the upgrade will run the newest image of the new one', () => {
  expect(baked(carried, [pool(june, { osSKU: 'Ubuntu' })])).toEqual(['AKSUbuntu-2404/202607.02.0']);
  expect(baked(carried, [pool(june, { osSKU: 'Ubuntu' })], '1.34.10')).toEqual([
    'AKSUbuntu-2204/202606.19.0',
    'AKSUbuntu-2204/202607.02.0',
  ]);
});

test.each<[string, PoolSpec]>([
  ['a newer image than the data', pool('AKSUbuntu-2204gen2containerd-202612.01.0')],
  ['an older image than the data', pool('AKSUbuntu-2204gen2containerd-202501.01.0')],
  ['no image', pool()],
  ['Arm nodes', pool('AKSUbuntu-2204gen2arm64containerd-202607.02.0')],
  ['FIPS nodes', pool('AKSUbuntu-2204gen2fipscontainerd-202607.02.0')],
  ['Kata nodes', pool('AKSAzureLinux-V3katagen2-202607.02.0', { osSKU: 'AzureLinux' })],
  ['Azure Container Linux', pool('AKSAzureContainerLinux-202607.02.0', { osSKU: 'AzureContainerLinux' })],
])('of %s nothing is said to be baked', (_sentence, spec) => {
  const { artifacts } = resolve(clusterWith({}, [spec]));
  expect(artifacts.length).toBeGreaterThan(0);
  expect(artifacts.filter((artifact) => artifact.baked !== undefined)).toEqual([]);
});

test('one pool whose image lacks it, or is not known, is enough', () => {
  const azureLinux = pool('AKSAzureLinux-V3gen2-202607.02.0', { name: 'azl', osSKU: 'AzureLinux' });
  expect(baked(carried, [pool(july), azureLinux])).toEqual(['AKSUbuntu-2204/202607.02.0', 'AzureLinuxv3/202607.02.0']);
  expect(baked(carried, [pool(july), { ...azureLinux, nodeImageVersion: 'something else' }])).toBeUndefined();
});

test('a pool that does not need an artifact has no say', () => {
  const mesh = { networkProfile: { networkPlugin: 'azure' } };
  const plain = pool('something else', { name: 'plain' });
  const subnet = pool(july, { name: 'subnet', podSubnetID: '/s' });
  const set = resolve(clusterWith(mesh, [plain, subnet]));
  expect(find(set, 'containernetworking/azure-cns:v1.7.16-0')?.baked).toEqual(['AKSUbuntu-2204/202607.02.0']);
});

test('what only an older image carries is not baked: new nodes come without it', () => {
  const reported = [{ name: 'blob-csi', version: 'v1.27.4' }];
  const set = resolve(clusterWith({}, [pool('AKSUbuntu-2204gen2containerd-202606.08.1')]), '1.35.7', { reported });
  expect(find(set, dropped)).toBeDefined();
  expect(find(set, dropped)?.baked).toBeUndefined();
});

test('packages and tarballs that a node image keeps count too', () => {
  expect(baked('oss/binaries/kubernetes/kubernetes-node:v1.34.7-linux-amd64', [pool(july)], '1.34.7')).toBeDefined();
  expect(baked('aks/packages/kubernetes/kubelet:v1.34.7', [pool(july)], '1.34.7')).toBeDefined();
  expect(baked('aks/packages/kubernetes/kubelet:v1.35.7', [pool(july)])).toBeUndefined();
});
