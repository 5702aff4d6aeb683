import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { clusterWith, names, resolve, type PoolSpec } from './clusters.fixture.js';

/** ARM properties by path, for example `networkProfile.networkPlugin`. */
type Settings = Readonly<Record<string, unknown>>;

const overlay: Settings = { 'networkProfile.networkPlugin': 'azure', 'networkProfile.networkPluginMode': 'overlay' };
const cilium: Settings = { ...overlay, 'networkProfile.networkDataplane': 'cilium' };
const observability: Settings = { 'networkProfile.advancedNetworking.observability.enabled': true };
const metrics: Settings = { 'azureMonitorProfile.metrics.enabled': true };
const mesh: Settings = { 'serviceMeshProfile.mode': 'Istio', 'serviceMeshProfile.istio.revisions': ['asm-1-29'] };
const routing: Settings = { 'ingressProfile.webAppRouting.enabled': true };
const keyVault: Settings = { 'addonProfiles.azureKeyvaultSecretsProvider.enabled': true };
const egress: Settings = { 'networkProfile.staticEgressGatewayProfile.enabled': true };
const policy: Settings = { 'addonProfiles.azurepolicy.enabled': true };
const openServiceMesh: Settings = { 'addonProfiles.openServiceMesh.enabled': true };
const defender: Settings = { 'securityProfile.defender.securityMonitoring.enabled': true };
const sgx: Settings = { 'addonProfiles.ACCSGXDevicePlugin.enabled': true };
const keda: Settings = { 'workloadAutoScalerProfile.keda.enabled': true };
const autoscaler: Settings = { 'workloadAutoScalerProfile.verticalPodAutoscaler.enabled': true };
const costs: Settings = { 'metricsProfile.costAnalysis.enabled': true };
const calico: Settings = { 'networkProfile.networkPolicy': 'calico' };
const extensions: Settings = { 'addonProfiles.extensionManager.enabled': true };

/** What switches each component on, and one setting less that does not. */
const rows: readonly (readonly [component: string, on: Settings, off: Settings])[] = [
  ['aci-connector-linux', { 'addonProfiles.aciConnectorLinux.enabled': true }, {}],
  [
    'addon-token-adapter',
    { 'addonProfiles.omsagent.enabled': 'true', 'addonProfiles.omsagent.config.useAADAuth': 'True' },
    { 'addonProfiles.omsagent.enabled': true, 'addonProfiles.omsagent.config.useAADAuth': 'false' },
  ],
  ['ai-toolchain-operator', { 'aiToolchainOperatorProfile.enabled': true }, {}],
  [
    'aks-node-ca-watcher',
    { 'securityProfile.customCATrustCertificates': ['c'] },
    { 'securityProfile.customCATrustCertificates': [] },
  ],
  ['ama-logs-linux', { 'addonProfiles.omsagent.enabled': true }, { 'addonProfiles.omsagent.enabled': false }],
  ['app-routing-external-dns', { ...routing, 'ingressProfile.webAppRouting.dnsZoneResourceIds': ['z'] }, routing],
  [
    'app-routing-gateway-api-istio',
    { 'ingressProfile.webAppRouting.gatewayAPIImplementations.appRoutingIstio.mode': 'Enabled' },
    { 'ingressProfile.webAppRouting.gatewayAPIImplementations.appRoutingIstio.mode': 'Disabled' },
  ],
  ['app-routing-keyvault-placeholder', { ...routing, ...keyVault }, routing],
  [
    'app-routing-nginx',
    routing,
    { ...routing, 'ingressProfile.webAppRouting.nginx.defaultIngressControllerType': 'None' },
  ],
  ['azure-cni', overlay, cilium],
  ['azure-cns', overlay, { 'networkProfile.networkPlugin': 'azure' }],
  ['azure-ipam', cilium, overlay],
  ['azure-iptables-monitor', cilium, overlay],
  ['azure-monitor-app-monitoring', { 'azureMonitorProfile.appMonitoring.autoInstrumentation.enabled': true }, metrics],
  ['azure-monitor-metrics-cfg-reader', metrics, {}],
  ['azure-monitor-metrics-ksm', metrics, {}],
  ['azure-monitor-metrics-linux', metrics, {}],
  ['azure-monitor-metrics-target-allocator', metrics, {}],
  ['azure-npm-image', { 'networkProfile.networkPolicy': 'azure' }, calico],
  ['azure-policy', policy, { 'addonProfiles.azurepolicy.enabled': false }],
  ['azure-policy-audit', policy, {}],
  ['azure-policy-webhook', policy, {}],
  ['azuredisk-csi-linux', {}, { 'storageProfile.diskCSIDriver.enabled': false }],
  ['azurefile-csi-linux', {}, { 'storageProfile.fileCSIDriver.enabled': false }],
  ['blob-csi', { 'storageProfile.blobCSIDriver.enabled': true }, {}],
  ['calico-cni', calico, {}],
  ['calico-kube-controllers', calico, {}],
  ['calico-node', calico, {}],
  ['calico-pod2daemon-flexvol', calico, {}],
  ['calico-typha', calico, {}],
  ['certgen', observability, {}],
  ['cilium-agent', cilium, overlay],
  ['cilium-envoy', { ...cilium, 'networkProfile.advancedNetworking.enabled': true }, cilium],
  ['cilium-init', cilium, overlay],
  ['cilium-log-collector', { ...cilium, ...observability }, observability],
  ['cilium-operator', cilium, overlay],
  ['cost-analysis-agent', costs, {}],
  ['cost-analysis-opencost', costs, {}],
  ['cost-analysis-prometheus', costs, {}],
  ['cost-analysis-victoria-metrics', costs, {}],
  [
    'csi-livenessprobe',
    {},
    { 'storageProfile.diskCSIDriver.enabled': false, 'storageProfile.fileCSIDriver.enabled': false },
  ],
  [
    'csi-node-driver-registrar',
    { ...keyVault, 'storageProfile.diskCSIDriver.enabled': false, 'storageProfile.fileCSIDriver.enabled': false },
    { 'storageProfile.diskCSIDriver.enabled': false, 'storageProfile.fileCSIDriver.enabled': false },
  ],
  ['extension-config-agent', extensions, {}],
  ['extension-fluent-bit-collector', extensions, {}],
  ['extension-manager', extensions, {}],
  ['fqdn-policy', { ...cilium, 'networkProfile.advancedNetworking.security.enabled': true }, cilium],
  [
    'health-probe-proxy',
    { 'networkProfile.loadBalancerProfile.clusterServiceLoadBalancerHealthProbeMode': 'Shared' },
    { 'networkProfile.loadBalancerProfile.clusterServiceLoadBalancerHealthProbeMode': 'ServiceNodePort' },
  ],
  ['hubble-relay', observability, {}],
  ['image-cleaner', { 'securityProfile.imageCleaner.enabled': true }, {}],
  ['ingress-appgw', { 'addonProfiles.ingressApplicationGateway.enabled': true }, {}],
  [
    'ipv6-hp-bpf',
    { ...cilium, 'networkProfile.ipFamilies': ['IPv4', 'IPv6'] },
    { ...cilium, 'networkProfile.ipFamilies': ['IPv4'] },
  ],
  ['istio-cni', { ...mesh, 'serviceMeshProfile.istio.components.proxyRedirectionMechanism': 'CNIChaining' }, mesh],
  ['istio-crd-installer', mesh, { 'serviceMeshProfile.mode': 'Disabled' }],
  ['istio-proxy', mesh, {}],
  ['istiod', mesh, {}],
  ['keda', keda, {}],
  ['keda-admission-webhooks', keda, {}],
  ['keda-metrics-apiserver', keda, {}],
  ['konnectivity-agent', {}, { 'apiServerAccessProfile.enableVnetIntegration': true }],
  ['kube-egress-gateway-cni', egress, {}],
  ['kube-egress-gateway-cni-ipam', egress, {}],
  ['kube-egress-gateway-cnimanager', egress, {}],
  ['kube-egress-gateway-daemon', egress, {}],
  ['kube-egress-gateway-daemon-init', egress, {}],
  [
    'kube-proxy',
    { 'networkProfile.kubeProxyConfig.enabled': true },
    { 'networkProfile.kubeProxyConfig.enabled': false },
  ],
  ['microsoft-defender-admission-controller', { 'securityProfile.defender.securityGating.enabled': true }, defender],
  ['microsoft-defender-anti-malware-collector', defender, {}],
  ['microsoft-defender-low-level-collector', defender, {}],
  ['microsoft-defender-low-level-init', defender, {}],
  ['microsoft-defender-old-file-cleaner', defender, {}],
  ['microsoft-defender-pod-collector', defender, {}],
  ['microsoft-defender-security-publisher', defender, {}],
  ['open-policy-agent-gatekeeper', policy, {}],
  ['osm-bootstrap', openServiceMesh, {}],
  ['osm-controller', openServiceMesh, {}],
  ['osm-crds', openServiceMesh, {}],
  ['osm-healthcheck', openServiceMesh, {}],
  ['osm-init', openServiceMesh, {}],
  ['osm-injector', openServiceMesh, {}],
  ['osm-sidecar', openServiceMesh, {}],
  ['overlay-vpa', autoscaler, {}],
  ['overlay-vpa-admission-controller', autoscaler, {}],
  ['overlay-vpa-recommender', autoscaler, {}],
  ['overlay-vpa-updater', autoscaler, {}],
  ['overlay-vpa-webhook-generation', autoscaler, {}],
  ['ratify-base', { 'securityProfile.imageIntegrity.enabled': true }, {}],
  ['retina-agent', metrics, { ...metrics, ...cilium }],
  ['retina-agent-enterprise', observability, { ...observability, ...cilium }],
  ['retina-operator', observability, metrics],
  ['secrets-store-csi-driver', keyVault, {}],
  ['secrets-store-driver-registrar-linux', keyVault, {}],
  ['secrets-store-livenessprobe-linux', keyVault, {}],
  ['secrets-store-provider-azure', keyVault, {}],
  ['sgx-attestation', { ...sgx, 'addonProfiles.ACCSGXDevicePlugin.config.ACCSGXQuoteHelperEnabled': 'true' }, sgx],
  ['sgx-plugin', sgx, {}],
  ['sgx-webhook', sgx, {}],
  ['tigera-operator', calico, { 'networkProfile.networkPolicy': 'none' }],
  ['windows-gmsa-webhook-image', { 'windowsProfile.gmsaProfile.enabled': true }, {}],
  ['workload-identity-webhook', { 'securityProfile.workloadIdentity.enabled': true }, {}],
];

/** Switched on by a pool, not by the cluster; two names of one image; of both kinds the tests are below and in resolve.test.ts. */
const elsewhere = [
  'istio-proxy-fips',
  'container-networking-cilium-agent',
  'cilium-operator-generic',
  'container-networking-cilium-operator-generic',
];

const catalog = loadCatalog();
const ubuntu: PoolSpec = { name: 'nodes', osSKU: 'Ubuntu', vmSize: 'Standard_D4s_v5' };

/** Components that a cluster needs, whether or not an artifact could be named. */
function needed(settings: Settings, pool: PoolSpec = ubuntu, reported: readonly string[] = []): ReadonlySet<string> {
  const { artifacts, unresolved } = resolve(clusterWith(nested(settings), [pool]), '1.35.7', {
    reported: reported.map((name) => ({ name, version: 'v9.9.9-9' })),
  });
  return new Set([
    ...artifacts.flatMap(({ because }) => because.map(({ component }) => component)),
    ...unresolved.map(({ component }) => component),
  ]);
}

test.each(rows)('%s is switched on by its own properties only', (component, on, off) => {
  expect([...needed(on)]).toContain(component);
  expect([...needed(off)]).not.toContain(component);
});

test('Container Insights is switched on in either of two places', () => {
  const agent = ['ama-logs-linux', 'addon-token-adapter'];
  expect([...needed({ 'azureMonitorProfile.containerInsights.enabled': true })]).toEqual(expect.arrayContaining(agent));
});

test('every component with a condition has its row', () => {
  const conditional = [...catalog.components.values()].filter(
    ({ condition }) => !['always', 'never', 'onDemand'].includes(condition.kind),
  );
  expect(conditional.map(({ name }) => name).sort()).toEqual([...rows.map(([name]) => name), ...elsewhere].sort());
});

const ofKind = (kind: string) => [...catalog.components.values()].filter(({ condition }) => condition.kind === kind);

test.each(ofKind('always').map(({ name }) => name))('%s runs on every Linux node', (name) => {
  expect([...needed({})]).toContain(name);
});

test.each(ofKind('never').map(({ name }) => name))('%s is never in the set, reported or not', (name) => {
  const everything = rows.map(([, on]) => on).reduce((all, on) => ({ ...all, ...on }));
  expect([...needed(everything, ubuntu, [name])]).not.toContain(name);
});

test.each(ofKind('onDemand').map(({ name }) => name))('%s is in the set once AKS reports it', (name) => {
  const { tag } = catalog.components.get(name)!;
  const reported = tag?.rule === 'same-as' ? [name, tag.component] : [name];
  expect([...needed({})]).not.toContain(name);
  expect([...needed({}, ubuntu, reported)]).toContain(name);
});

describe('a pool decides for its own nodes', () => {
  const podSubnet = { ...ubuntu, podSubnetID: '/subscriptions/s/subnet' };

  test.each([
    ['azure-cns', { 'networkProfile.networkPlugin': 'azure' }, podSubnet, true],
    ['azure-cni', { 'networkProfile.networkPlugin': 'azure' }, podSubnet, true],
    ['azure-cns', { 'networkProfile.networkPlugin': 'none' }, podSubnet, false],
    ['aks-node-ca-watcher', {}, { ...ubuntu, enableCustomCATrust: true }, true],
    ['aks-node-ca-watcher', {}, { ...ubuntu, enableCustomCATrust: false }, false],
    ['istio-proxy-fips', mesh, { ...ubuntu, enableFIPS: true }, true],
    ['istio-proxy-fips', mesh, ubuntu, false],
    ['istio-proxy-fips', {}, { ...ubuntu, enableFIPS: true }, false],
  ])('%s with %j', (component, settings, pool, expected) => {
    expect(needed(settings, pool).has(component)).toBe(expected);
  });

  test('a component of one pool names that pool only, with its platform', () => {
    const arm = { ...podSubnet, name: 'arm', vmSize: 'Standard_D4ps_v6' };
    const { artifacts } = resolve(clusterWith({ networkProfile: { networkPlugin: 'azure' } }, [ubuntu, arm]));
    const cns = artifacts.find(({ because }) => because.some(({ component }) => component === 'azure-cns'));
    expect(cns?.platforms).toEqual(['linux/arm64']);
    expect(cns?.because.map(({ condition }) => condition).join()).toContain('pool arm');
  });
});

test.each(['KataVmIsolation', 'KataMshvVmIsolation'])(
  'a pool with %s pulls what any Azure Linux pool does: its virtual machines come with the node image',
  (workloadRuntime) => {
    const azureLinux = { name: 'a', osSKU: 'AzureLinux', vmSize: 'Standard_D4s_v5' };
    const plain = resolve(clusterWith({}, [azureLinux]));
    expect(names(resolve(clusterWith({}, [{ ...azureLinux, workloadRuntime }])))).toEqual(names(plain));
  },
);

function nested(settings: Settings): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(settings)) {
    const segments = path.split('.');
    const last = segments.pop()!;
    let section = root;
    for (const segment of segments) section = (section[segment] ??= {}) as Record<string, unknown>;
    section[last] = value;
  }
  return root;
}
