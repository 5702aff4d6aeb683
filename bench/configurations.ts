import { parseManagedCluster } from '../shared/azure/cluster-documents.js';
import type { Cluster } from '../shared/model/cluster.js';

/** A kind of cluster, and what a person who knows AKS says that it runs: written by hand, so that our conditions are measured too. */
export interface Configuration {
  readonly name: string;
  readonly cluster: Cluster;
  /** AKS's names of the components that its Linux nodes run, node binaries aside. */
  readonly components: readonly string[];
}

const everyCluster = [
  'addon-resizer',
  'azuredisk-csi-linux',
  'azurefile-csi-linux',
  'cloud-provider-node-manager-linux',
  'cluster-proportional-autoscaler',
  'coredns',
  'csi-livenessprobe',
  'csi-node-driver-registrar',
  'ip-masq-agent-v2',
  'konnectivity-agent',
  'metrics-server',
];
const keyVault = [
  'secrets-store-csi-driver',
  'secrets-store-driver-registrar-linux',
  'secrets-store-livenessprobe-linux',
  'secrets-store-provider-azure',
];
const policy = ['azure-policy', 'azure-policy-webhook', 'azure-policy-audit', 'open-policy-agent-gatekeeper'];
const metrics = [
  'addon-token-adapter',
  'azure-monitor-metrics-cfg-reader',
  'azure-monitor-metrics-ksm',
  'azure-monitor-metrics-linux',
  'azure-monitor-metrics-target-allocator',
];
const egress = ['', '-ipam', 'manager'].map((part) => `kube-egress-gateway-cni${part}`);
const defender = [
  'microsoft-defender-admission-controller',
  'microsoft-defender-anti-malware-collector',
  'microsoft-defender-low-level-collector',
  'microsoft-defender-low-level-init',
  'microsoft-defender-old-file-cleaner',
  'microsoft-defender-pod-collector',
  'microsoft-defender-security-publisher',
];
const openServiceMesh = ['bootstrap', 'controller', 'crds', 'healthcheck', 'init', 'injector', 'sidecar'].map(
  (part) => `osm-${part}`,
);
const overlay = { networkPlugin: 'azure', networkPluginMode: 'overlay', networkPolicy: 'none' };
const monitored = {
  addonProfiles: {
    azureKeyvaultSecretsProvider: { enabled: true },
    azurepolicy: { enabled: true },
    omsagent: { enabled: true, config: { useAADAuth: 'true' } },
  },
  azureMonitorProfile: { metrics: { enabled: true } },
  securityProfile: { workloadIdentity: { enabled: true } },
};

export const configurations: readonly Configuration[] = [
  {
    name: 'plain overlay',
    cluster: clusterWith({ networkProfile: overlay }),
    components: [...everyCluster, 'azure-cni', 'azure-cns', 'kube-proxy'],
  },
  {
    name: 'cilium, monitored',
    cluster: clusterWith({
      ...monitored,
      networkProfile: {
        ...overlay,
        networkDataplane: 'cilium',
        networkPolicy: 'cilium',
        advancedNetworking: { enabled: true, observability: { enabled: true } },
      },
    }),
    components: [
      ...everyCluster,
      ...keyVault,
      ...policy,
      ...metrics,
      'ama-logs-linux',
      'azure-cns',
      'azure-ipam',
      'azure-iptables-monitor',
      'certgen',
      'cilium-agent',
      'cilium-envoy',
      'cilium-init',
      'cilium-log-collector',
      'cilium-operator',
      'hubble-relay',
      'retina-operator',
      'workload-identity-webhook',
    ],
  },
  {
    name: 'overlay, everything',
    cluster: clusterWith({
      addonProfiles: {
        ...monitored.addonProfiles,
        aciConnectorLinux: { enabled: true },
        ingressApplicationGateway: { enabled: true },
        openServiceMesh: { enabled: true },
        ACCSGXDevicePlugin: { enabled: true, config: { ACCSGXQuoteHelperEnabled: 'true' } },
      },
      aiToolchainOperatorProfile: { enabled: true },
      azureMonitorProfile: monitored.azureMonitorProfile,
      metricsProfile: { costAnalysis: { enabled: true } },
      networkProfile: {
        ...overlay,
        networkPolicy: 'azure',
        advancedNetworking: { enabled: true, observability: { enabled: true } },
        loadBalancerProfile: { clusterServiceLoadBalancerHealthProbeMode: 'Shared' },
        staticEgressGatewayProfile: { enabled: true },
      },
      securityProfile: {
        customCATrustCertificates: ['certificate'],
        defender: { securityMonitoring: { enabled: true }, securityGating: { enabled: true } },
        imageCleaner: { enabled: true },
        imageIntegrity: { enabled: true },
        workloadIdentity: { enabled: true },
      },
      storageProfile: { blobCSIDriver: { enabled: true } },
      windowsProfile: { gmsaProfile: { enabled: true } },
      workloadAutoScalerProfile: { keda: { enabled: true }, verticalPodAutoscaler: { enabled: true } },
    }),
    components: [
      ...everyCluster,
      ...keyVault,
      ...policy,
      ...metrics,
      ...egress,
      ...defender,
      ...openServiceMesh,
      'aci-connector-linux',
      'ai-toolchain-operator',
      'aks-node-ca-watcher',
      'ama-logs-linux',
      'azure-cni',
      'azure-cns',
      'azure-npm-image',
      'blob-csi',
      'certgen',
      'cost-analysis-agent',
      'cost-analysis-opencost',
      'cost-analysis-prometheus',
      'cost-analysis-victoria-metrics',
      'health-probe-proxy',
      'hubble-relay',
      'image-cleaner',
      'ingress-appgw',
      'keda',
      'keda-admission-webhooks',
      'keda-metrics-apiserver',
      'kube-egress-gateway-daemon',
      'kube-egress-gateway-daemon-init',
      'kube-proxy',
      'overlay-vpa',
      'overlay-vpa-admission-controller',
      'overlay-vpa-recommender',
      'overlay-vpa-updater',
      'overlay-vpa-webhook-generation',
      'ratify-base',
      'retina-agent',
      'retina-agent-enterprise',
      'retina-operator',
      'sgx-attestation',
      'sgx-plugin',
      'sgx-webhook',
      'windows-gmsa-webhook-image',
      'workload-identity-webhook',
    ],
  },
];

function clusterWith(properties: Readonly<Record<string, unknown>>): Cluster {
  return parseManagedCluster({
    id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c',
    location: 'westeurope',
    properties: {
      kubernetesVersion: '1.31.13',
      agentPoolProfiles: [{ name: 'nodes', osType: 'Linux', osSKU: 'Ubuntu', vmSize: 'Standard_D4s_v5' }],
      ...properties,
    },
  });
}
