import fc from 'fast-check';
import { parseManagedCluster, parseUpgradeProfile } from '../../../shared/azure/cluster-documents.js';
import { architectureOf, nodeOsOf } from '../../../shared/azure/node-pool-facts.js';
import { SyncError } from '../../../shared/model/errors.js';
import { armDocument, sample, sampleNames } from '../requirements/clusters.fixture.js';

const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c';
const registry = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r';
const document = (properties: Record<string, unknown>) => ({
  id,
  location: 'westeurope',
  properties: { kubernetesVersion: '1.34.7', ...properties },
});
const failure = (parse: () => unknown): SyncError => {
  try {
    parse();
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
  throw new Error('it parsed');
};

describe('a managed cluster', () => {
  test.each(sampleNames)('%s parses from the raw answer, properties untouched', (name) => {
    const raw = armDocument(`${name}.cluster`);
    const { cluster } = sample(name);
    expect(cluster.properties).toEqual(raw.properties);
    expect(cluster.resource.id).toBe(raw.id);
    expect(cluster.kubernetesVersion).toBe('1.34.7');
    expect(cluster.bootstrap.source).toBe('cache');
  });

  test('pools carry OS, SKU, processor and version', () => {
    expect(sample('mixed-arm').cluster.pools).toEqual([
      {
        name: 'system',
        osType: 'Linux',
        osSku: 'Ubuntu',
        architecture: 'amd64',
        nodeOs: 'ubuntu-22.04',
        kubernetesVersion: '1.34.7',
      },
      {
        name: 'arm',
        osType: 'Linux',
        osSku: 'AzureLinux',
        architecture: 'arm64',
        nodeOs: 'azurelinux-3.0',
        kubernetesVersion: '1.34.7',
      },
    ]);
  });

  test.each([
    ['the current version', { kubernetesVersion: '1.34', currentKubernetesVersion: '1.34.9' }, '1.34.9'],
    ['the wanted one where nothing else is said', { kubernetesVersion: '1.34.8' }, '1.34.8'],
    [
      'the current one before the wanted one',
      { kubernetesVersion: '1.35.7', currentKubernetesVersion: '1.34.9' },
      '1.34.9',
    ],
  ])('its version is %s', (_sentence, properties, version) => {
    expect(parseManagedCluster(document(properties)).kubernetesVersion).toBe(version);
  });

  test.each([
    ['no profile', {}, { source: 'direct' }],
    ['an empty profile', { bootstrapProfile: null }, { source: 'direct' }],
    ['Direct', { bootstrapProfile: { artifactSource: 'Direct', containerRegistryId: null } }, { source: 'direct' }],
    [
      'cache in any case',
      { bootstrapProfile: { artifactSource: 'cache', containerRegistryId: registry } },
      { source: 'cache', registry: { id: registry } },
    ],
  ])('%s decides where its nodes pull from', (_sentence, properties, expected) => {
    expect(parseManagedCluster(document(properties)).bootstrap).toMatchObject(expected);
  });

  test.each([undefined, null, []])('a pool list that is %j is an empty one', (agentPoolProfiles) => {
    expect(parseManagedCluster(document({ agentPoolProfiles })).pools).toEqual([]);
  });

  test.each([
    ['nothing', undefined, 'the document'],
    ['a list', [], 'the document'],
    ['no properties', { id, location: 'x' }, 'properties'],
    ['no id', { ...document({}), id: undefined }, 'id'],
    ['the id of something else', { ...document({}), id: registry }, 'id'],
    ['a short version alone', document({ kubernetesVersion: '1.34' }), 'properties.currentKubernetesVersion'],
    [
      'a pool without a name',
      document({ agentPoolProfiles: [{ osType: 'Linux' }] }),
      'properties.agentPoolProfiles.0.name',
    ],
    [
      'an isolated cluster that lost its profile',
      document({ bootstrapProfile: null, networkProfile: { outboundType: 'none' } }),
      'properties.bootstrapProfile.artifactSource is missing (outboundType none)',
    ],
    [
      'an unknown artifact source',
      document({ bootstrapProfile: { artifactSource: 'Elsewhere' } }),
      'properties.bootstrapProfile.artifactSource is elsewhere',
    ],
    [
      'a cache without a registry',
      document({ bootstrapProfile: { artifactSource: 'Cache' } }),
      'properties.bootstrapProfile.containerRegistryId',
    ],
    [
      'a cache whose registry is no id',
      document({ bootstrapProfile: { artifactSource: 'Cache', containerRegistryId: 'r' } }),
      'properties.bootstrapProfile.containerRegistryId',
    ],
    [
      'too many pools',
      document({ agentPoolProfiles: Array.from({ length: 1001 }, () => ({ name: 'p' })) }),
      'properties.agentPoolProfiles',
    ],
    ['a text too long', { ...document({}), location: 'x'.repeat(10_000) }, 'location'],
  ])('%s is refused, and the path named', (_sentence, raw, path) => {
    const error = failure(() => parseManagedCluster(raw));
    expect(error.code).toBe('ARM_UNEXPECTED');
    expect(error.message).toContain(path);
    expect(error.message.length).toBeLessThan(400);
  });

  test('output of az aks show is recognized', () => {
    expect(failure(() => parseManagedCluster({ id, location: 'x', kubernetesVersion: '1.34.7' })).message).toContain(
      'az rest',
    );
  });

  test('prototype keys are data like any other', () => {
    const raw: unknown = JSON.parse(
      `{"id":"${id}","location":"x","properties":{"kubernetesVersion":"1.34.7","__proto__":{"agentPoolProfiles":[{"name":"evil"}]}}}`,
    );
    expect(parseManagedCluster(raw).pools).toEqual([]);
    expect(({} as Record<string, unknown>)['agentPoolProfiles']).toBeUndefined();
  });

  test('any JSON either parses or is refused with a code', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        for (const parse of [parseManagedCluster, parseUpgradeProfile]) {
          try {
            parse(json);
          } catch (error) {
            expect(error).toBeInstanceOf(SyncError);
          }
        }
      }),
    );
  });
});

describe('an upgrade profile', () => {
  const profile = (controlPlaneProfile: unknown) => parseUpgradeProfile({ properties: { controlPlaneProfile } });

  test('the samples carry offers and Component Insights', () => {
    const { profile: parsed } = sample('ubuntu-policy');
    expect(parsed.upgrades).toContainEqual({ version: '1.36.3', isPreview: true });
    expect(parsed.upgrades).toContainEqual({ version: '1.35.7', isPreview: false });
    expect([...parsed.componentsByMinor.keys()]).toEqual(['1.34', '1.35']);
    expect(parsed.componentsByMinor.get('1.35')).toContainEqual({ name: 'coredns', version: 'v1.13.2-9' });
  });

  test.each([{}, { upgrades: null, componentsByReleases: null }, { upgrades: [], componentsByReleases: [] }])(
    '%j has no offers and no components',
    (raw) => {
      expect(profile(raw)).toEqual({ upgrades: [], componentsByMinor: new Map() });
    },
  );

  test('releases of one minor are one list; a component without a version is kept', () => {
    const releases = [
      { kubernetesVersion: '1.35', components: [{ name: 'a', version: '1' }] },
      { kubernetesVersion: '1.35.6', components: [{ name: '__proto__', version: null }] },
      { kubernetesVersion: '1.36', components: null },
    ];
    expect(profile({ componentsByReleases: releases }).componentsByMinor).toEqual(
      new Map([
        [
          '1.35',
          [
            { name: 'a', version: '1' },
            { name: '__proto__', version: '' },
          ],
        ],
        ['1.36', []],
      ]),
    );
  });

  test.each([
    ['an offer that is no version', { upgrades: [{ kubernetesVersion: '1.35' }] }, 'upgrades.kubernetesVersion'],
    [
      'a release that is no version',
      { componentsByReleases: [{ kubernetesVersion: 'next', components: [] }] },
      'componentsByReleases.kubernetesVersion',
    ],
    [
      'a component without a name',
      { componentsByReleases: [{ kubernetesVersion: '1.35', components: [{}] }] },
      'components.0.name',
    ],
    ['no control plane', undefined, 'controlPlaneProfile'],
  ])('%s is refused, and the path named', (_sentence, raw, path) => {
    const error = failure(() => profile(raw));
    expect(error.code).toBe('ARM_UNEXPECTED');
    expect(error.message).toContain(path);
  });
});

test.each([
  ['Standard_D4ps_v5', undefined, 'arm64'],
  ['Standard_D2pds_v6', undefined, 'arm64'],
  ['standard_b2pts_v2', undefined, 'arm64'],
  ['Standard_E64-16ps_v6', undefined, 'arm64'],
  ['Standard_D4s_v5', undefined, 'amd64'],
  ['Standard_NP10s', undefined, 'amd64'],
  ['Standard_NC24ads_A100_v4', undefined, 'amd64'],
  ['Standard_DS2_v2', undefined, 'amd64'],
  ['Standard_M8-2ms', undefined, 'amd64'],
  [undefined, 'AKSAzureLinux-V3gen2arm64-202606.19.0', 'arm64'],
  [undefined, 'AKSUbuntu-2204gen2containerd-202606.19.0', 'amd64'],
  [undefined, 'AKSUbuntu-2204gen2containerd-202607.02.0', 'amd64'],
  [undefined, undefined, undefined],
])('a pool of size %s with image %s is %s', (vmSize, image, architecture) => {
  expect(architectureOf(vmSize, image)).toBe(architecture);
});

test.each([
  ['Ubuntu', 'AKSUbuntu-2204gen2containerd-202606.19.0', 'ubuntu-22.04'],
  ['Ubuntu', 'AKSUbuntu-2404gen2arm64containerd-202606.19.0', 'ubuntu-24.04'],
  ['AzureLinux', 'AKSAzureLinux-V3gen2-202606.19.0', 'azurelinux-3.0'],
  ['AzureLinux', 'AzureLinuxv3-202606.19.0', 'azurelinux-3.0'],
  ['ubuntu2204', undefined, 'ubuntu-22.04'],
  ['AzureLinux3', undefined, 'azurelinux-3.0'],
  ['Ubuntu', undefined, undefined],
  ['constructor', 'AKSUbuntu-1804', undefined],
])('nodes of %s with image %s run %s', (osSku, image, expected) => {
  expect(nodeOsOf(osSku, image)).toBe(expected);
});
