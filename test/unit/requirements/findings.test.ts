import { applyOverrides } from '../../../shared/catalog/apply-overrides.js';
import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { parseOverrides } from '../../../shared/catalog/sources/overrides.js';
import type { Cluster, ClusterExtensions } from '../../../shared/model/cluster.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { resolveRequirements } from '../../../shared/requirements/resolve.js';
import { clusterWith, names, resolve, type PoolSpec } from './clusters.fixture.js';

const registry = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r';
const cache = { bootstrapProfile: { artifactSource: 'Cache', containerRegistryId: registry } };
const ubuntu: PoolSpec = { name: 'nodes', osSKU: 'Ubuntu', vmSize: 'Standard_D4s_v5' };

const isolated = (properties: Record<string, unknown> = {}, pools: readonly PoolSpec[] = [ubuntu]): Cluster =>
  clusterWith({ ...cache, ...properties }, pools);
const found = (cluster: Cluster, target = '1.35.7') =>
  resolve(cluster, target).findings.map(({ code, subject, effect }) => `${code} ${subject} ${effect}`);

test('a supported cluster has no findings', () => {
  const supported = isolated({
    networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay', outboundType: 'none' },
    autoUpgradeProfile: { nodeOSUpgradeChannel: 'NodeImage' },
    servicePrincipalProfile: { clientId: 'msi' },
    addonProfiles: { azurepolicy: { enabled: true }, httpApplicationRouting: { enabled: false } },
  });
  expect(found(supported)).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  ['kubenet', { networkProfile: { networkPlugin: 'kubenet' } }, 'network-plugin c unknown'],
  ['channel Unmanaged', { autoUpgradeProfile: { nodeOSUpgradeChannel: 'Unmanaged' } }, 'node-os-channel c none'],
  [
    'channel SecurityPatch',
    { autoUpgradeProfile: { nodeOSUpgradeChannel: 'SecurityPatch' } },
    'node-os-channel c none',
  ],
  ['a service principal', { servicePrincipalProfile: { clientId: '1-2-3' } }, 'service-principal c none'],
  ['outboundType block', { networkProfile: { outboundType: 'block' } }, 'outbound-block c none'],
  [
    'node auto-provisioning',
    { nodeProvisioningProfile: { mode: 'Auto' } },
    'node-auto-provisioning node auto-provisioning none',
  ],
  [
    'an add-on that the catalogue does not know',
    { addonProfiles: { httpApplicationRouting: { enabled: true } } },
    'unknown-add-on httpApplicationRouting unknown',
  ],
  [
    'a feature that the catalogue does not know',
    { ingressProfile: { applicationLoadBalancer: { enabled: true }, webAppRouting: { enabled: false } } },
    'unknown-feature ingressProfile.applicationLoadBalancer unknown',
  ],
  ['pod-managed identity', { podIdentityProfile: { enabled: true } }, 'unknown-feature podIdentityProfile unknown'],
])('%s is told', (_sentence, properties, finding) => {
  expect(found(isolated(properties))).toEqual([finding]);
});

test('what is switched on without a pod on a node is no doubt, and neither is what conditions ask about', () => {
  const on = { enabled: true };
  const properties = {
    oidcIssuerProfile: on,
    httpProxyConfig: on,
    hostedSystemProfile: on,
    securityProfile: { azureKeyVaultKms: on, workloadIdentity: on, nodeRestriction: on },
    storageProfile: { snapshotController: on, diskCSIDriver: on },
    networkProfile: { advancedNetworking: { ...on, observability: on, security: on } },
    azureMonitorProfile: { metrics: { ...on, controlPlane: on } },
    addonProfiles: { omsAgent: { ...on, config: { enabled: 'true' } } },
    serviceMeshProfile: { mode: 'Istio', istio: { components: { ingressGateways: [on] } } },
  };
  expect(found(isolated(properties))).toEqual([]);
});

test('a feature stays known when an override excludes what it runs, and becomes known by an override that asks about it', () => {
  const cluster = isolated({
    securityProfile: { imageCleaner: { enabled: true } },
    ingressProfile: { applicationLoadBalancer: { enabled: true } },
  });
  const path = 'ingressProfile.applicationLoadBalancer.enabled';
  const when = { kind: 'property' as const, path, test: { equals: true } };
  const overrides = parseOverrides(
    JSON.stringify({
      components: {
        exclude: [{ name: 'image-cleaner', because: 'never used' }],
        add: [
          {
            name: 'alb-controller',
            repositories: ['application-lb/images/alb-controller'],
            versions: ['1.8.12'],
            when,
            because: 'preview',
          },
        ],
      },
    }),
  );
  const catalog = applyOverrides(loadCatalog(), overrides);
  const target = parseKubernetesVersion('1.35.7');
  const set = resolveRequirements({ cluster, target, reported: [], catalog, tagLists: new Map() });
  expect(set.findings).toEqual([]);
  expect(names(set)).toContain('application-lb/images/alb-controller:1.8.12');
});

test('Kubernetes below 1.30 is told', () => {
  expect(found(isolated(), '1.29.101')).toEqual(['old-kubernetes c none']);
  expect(found(isolated(), '1.30.0')).toEqual([]);
});

test('what isolation forbids is no matter of a cluster that is not isolated', () => {
  const windows = { name: 'win', osType: 'Windows' as const, osSKU: 'Windows2022', vmSize: 'Standard_D4s_v5' };
  expect(found(clusterWith({ networkProfile: { networkPlugin: 'kubenet' } }, [ubuntu, windows]))).toEqual([]);
});

test('every Windows pool of an isolated cluster keeps the gate from opening, and adds nothing', () => {
  const windows = (name: string) => ({
    name,
    osType: 'Windows' as const,
    osSKU: 'Windows2022',
    vmSize: 'Standard_D4s_v5',
  });
  const cluster = isolated({}, [windows('win2'), ubuntu, windows('win1')]);
  expect(found(cluster)).toEqual(['windows-pool win1 unknown', 'windows-pool win2 unknown']);
  expect(names(resolve(cluster))).toEqual(names(resolve(isolated())));
});

describe('extensions', () => {
  const withExtensions = (extensions: ClusterExtensions): Cluster => ({ ...isolated(), extensions });

  test.each([
    ['microsoft.dapr', 'unsupported-extension'],
    ['Microsoft.AppConfiguration', 'unsupported-extension'],
    ['Microsoft.AzureML.Kubernetes', 'unsupported-extension'],
    ['microsoft.flux', 'unsupported-extension'],
    ['Microsoft.DataProtection.Kubernetes', 'unsupported-extension'],
    ['contoso.something', 'unknown-extension'],
    ['__proto__', 'unknown-extension'],
  ])('%s keeps the gate from opening', (type, code) => {
    expect(found(withExtensions({ kind: 'read', types: [type] }))).toEqual([`${code} ${type} unknown`]);
  });

  test('a list that could not be read is told with its reason', () => {
    const [finding] = resolve(withExtensions({ kind: 'unread', reason: 'ARM_FORBIDDEN: no' })).findings;
    expect(finding).toMatchObject({ code: 'extensions-unread', effect: 'none' });
    expect(finding?.message).toContain('ARM_FORBIDDEN: no');
  });
});

test.each<[string, ClusterExtensions | undefined, string[]]>([
  ['that could not be listed', { kind: 'unread', reason: 'ARM_FORBIDDEN: no' }, ['extensions-unread c unknown']],
  ['that nobody asked for, as in a saved file', undefined, ['extensions-unread c unknown']],
  ['that are listed, and none is installed', { kind: 'read', types: [] }, []],
])('where the extension manager runs, extensions %s are judged so', (_sentence, extensions, expected) => {
  const managed = isolated({ addonProfiles: { extensionManager: { enabled: true } } });
  expect(found(extensions === undefined ? managed : { ...managed, extensions })).toEqual(expected);
});

describe('GPU pools', () => {
  const gpu = (vmSize: string, more: Partial<PoolSpec> = {}) =>
    resolve(isolated({}, [{ name: 'gpu', osSKU: 'Ubuntu', vmSize, ...more }]));

  test.each([
    ['Standard_NC24ads_A100_v4', 'aks/aks-gpu-cuda-lts:'],
    ['Standard_NC4as_T4_v3', 'aks/aks-gpu-cuda-lts:'],
    ['Standard_ND96isr_H200_v5', 'aks/aks-gpu-cuda-lts:'],
    ['Standard_NC6s_v3', 'aks/aks-gpu-cuda-lts:'],
    ['Standard_NCC40ads_H100_v5', 'aks/aks-gpu-cuda-lts:'],
    ['Standard_NC24r', 'aks/aks-gpu-cuda:'],
    ['Standard_NV36ads_A10_v5', 'aks/aks-gpu-grid:'],
    ['Standard_NV36adms_A10_v5', 'aks/aks-gpu-grid:'],
    ['standard_nc8ads_a10_v4', 'aks/aks-gpu-grid:'],
    ['Standard_NC36ds_xl_RTXPRO6000BSE_v6', 'aks/aks-gpu-grid-v20:'],
  ])('%s takes %s from MAR by name: told, not required', (vmSize, image) => {
    const { findings, artifacts } = gpu(vmSize);
    expect(findings).toEqual([
      { code: 'gpu-driver', subject: 'gpu', message: expect.stringContaining(image) as string, effect: 'none' },
    ]);
    expect(artifacts.filter(({ repository }) => repository.includes('gpu'))).toEqual([]);
  });

  test.each<[string, string, Partial<PoolSpec>]>([
    ['a size without a GPU', 'Standard_D4s_v5', {}],
    ['an AMD size', 'Standard_ND96isr_MI300X_v5', {}],
    ['an AMD size for graphics', 'Standard_NV32as_v4', {}],
    ['a pool that installs no driver', 'Standard_NC24ads_A100_v4', { gpuProfile: { driver: 'None' } }],
    ['a pool that says so in the older form', 'Standard_NC24ads_A100_v4', { gpuProfile: { installGPUDriver: false } }],
  ])('%s has no finding', (_sentence, vmSize, more) => {
    expect(gpu(vmSize, more).findings).toEqual([]);
  });

  test('a pool of virtual machines of several sizes takes the driver of the one that has a GPU', () => {
    const scale = {
      manual: [
        { size: 'Standard_D4s_v5', count: 1 },
        { size: 'Standard_NV36ads_A10_v5', count: 1 },
      ],
    };
    const pool = (virtualMachinesProfile: unknown) => ({
      name: 'vms',
      type: 'VirtualMachines',
      osSKU: 'Ubuntu',
      virtualMachinesProfile,
    });
    const told = (profile: unknown) => resolve(isolated({}, [pool(profile)])).findings.map(({ message }) => message);
    expect(told({ scale })).toEqual([expect.stringContaining('aks/aks-gpu-grid:') as string]);
    expect(told({ scale: { autoscale: { size: 'Standard_NC24ads_A100_v4', minCount: 0 } } })).toHaveLength(1);
    expect(told({ scale: { manual: [{ size: 'Standard_D4s_v5' }, null] } })).toEqual([]);
    expect(told(null)).toEqual([]);
  });

  test('Azure Linux takes its driver from package repositories', () => {
    const [finding] = gpu('Standard_NC24ads_A100_v4', { osSKU: 'AzureLinux' }).findings;
    expect(finding?.message).toContain('package repositories');
  });

  test('Azure Container Linux takes extensions whose tag only the node knows', () => {
    const { findings, artifacts } = gpu('Standard_NC24ads_A100_v4', { osSKU: 'AzureContainerLinux' });
    expect(findings[0]?.message).toContain('azure-container-linux/nvidia-driver-cuda:{VERSION_ID}');
    expect(artifacts.filter(({ repository }) => repository.includes('nvidia'))).toEqual([]);
  });
});

test('auto-provisioned nodes of both systems and architectures are looked after', () => {
  const tags = names(resolve(isolated({ nodeProvisioningProfile: { mode: 'Auto' } })));
  for (const architecture of ['amd64', 'arm64']) {
    expect(tags).toContain(`oss/binaries/kubernetes/kubernetes-node:v1.35.7-linux-${architecture}`);
  }
});

test('text of ARM in a finding is printable', () => {
  const cluster = isolated({ addonProfiles: { 'bad\u001b[31m\u202e': { enabled: true } } });
  const [finding] = resolve(cluster).findings;
  expect(`${finding?.subject}${finding?.message}`).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
