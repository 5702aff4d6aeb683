import {
  compareVersions,
  parseKubernetesVersion,
  type KubernetesVersion,
} from '../../shared/model/kubernetes-version.js';
import type { ClusterState } from './cluster-state.js';
import { guidOf } from './guid.js';

/** A JSON object as ARM sends it. */
export type Document = Readonly<Record<string, unknown>>;

/** `GET {cluster}` as ARM answers it. Source: Microsoft.ContainerService managedClusters, api-version 2025-10-01. */
export function describeCluster(cluster: ClusterState): Document {
  return {
    id: cluster.id,
    location: cluster.location,
    name: cluster.name,
    type: 'Microsoft.ContainerService/ManagedClusters',
    sku: { name: 'Base', tier: 'Standard' },
    identity: { type: 'SystemAssigned', principalId: '7b1d4f0a-55a5-4d0e-9a2e-6c0f0c3a1b11' },
    properties: overlay(defaultProperties(cluster), cluster.declared.properties),
  };
}

function defaultProperties(cluster: ClusterState): Document {
  const isolated = cluster.registryId !== undefined;
  const group = cluster.declared.resourceGroup;
  return {
    provisioningState:
      cluster.provisioningState === 'UpgradingNodeImageVersion' ? 'Updating' : cluster.provisioningState,
    powerState: { code: 'Running' },
    kubernetesVersion: cluster.kubernetesVersion,
    currentKubernetesVersion: cluster.kubernetesVersion,
    dnsPrefix: `${cluster.name}-dns`,
    agentPoolProfiles: cluster.pools.map(({ pool, version }) => describePool(pool, version, cluster)),
    servicePrincipalProfile: { clientId: 'msi' },
    identityProfile: {
      kubeletidentity: {
        resourceId: `${cluster.id}-agentpool`,
        clientId: guidOf(`kubelet client ${cluster.id}`),
        objectId: cluster.kubeletObjectId,
      },
    },
    addonProfiles: {},
    nodeResourceGroup: `MC_${group}_${cluster.name}_${cluster.location}`,
    enableRBAC: true,
    supportPlan: 'KubernetesOfficial',
    networkProfile: {
      networkPlugin: 'azure',
      networkPluginMode: 'overlay',
      networkPolicy: 'none',
      networkDataplane: 'azure',
      loadBalancerSku: 'standard',
      podCidr: '10.244.0.0/16',
      serviceCidr: '10.0.0.0/16',
      dnsServiceIP: '10.0.0.10',
      outboundType: isolated ? 'none' : 'loadBalancer',
      ipFamilies: ['IPv4'],
    },
    apiServerAccessProfile: { enablePrivateCluster: isolated },
    autoUpgradeProfile: { nodeOSUpgradeChannel: 'NodeImage', upgradeChannel: 'none' },
    disableLocalAccounts: false,
    securityProfile: {},
    storageProfile: {
      diskCSIDriver: { enabled: true },
      fileCSIDriver: { enabled: true },
      snapshotController: { enabled: true },
    },
    oidcIssuerProfile: { enabled: false },
    workloadAutoScalerProfile: {},
    bootstrapProfile: isolated
      ? { artifactSource: 'Cache', containerRegistryId: cluster.registryId }
      : { artifactSource: 'Direct' },
  };
}

type Pool = ClusterState['pools'][number]['pool'];

function describePool(pool: Pool, version: KubernetesVersion, cluster: ClusterState): Document {
  return {
    name: pool.name,
    count: pool.count,
    vmSize: pool.architecture === 'arm64' ? 'Standard_D4pds_v5' : 'Standard_D4ds_v5',
    osDiskSizeGB: 128,
    osDiskType: 'Ephemeral',
    maxPods: 110,
    type: 'VirtualMachineScaleSets',
    mode: pool.mode,
    provisioningState: cluster.provisioningState,
    powerState: { code: 'Running' },
    orchestratorVersion: version,
    currentOrchestratorVersion: version,
    osType: 'Linux',
    osSKU: pool.osSku,
    nodeImageVersion: nodeImage(pool, version, cluster),
    upgradeSettings: { maxSurge: '10%', maxUnavailable: '0' },
    enableFIPS: false,
  };
}

/** Source: vhd-images.json names and azure-aks-docs: `Ubuntu` became 24.04 with Kubernetes 1.35. */
function nodeImage(pool: Pool, version: KubernetesVersion, { imageRelease }: ClusterState): string {
  const arm = pool.architecture === 'arm64' ? 'arm64' : '';
  if (pool.osSku === 'AzureLinux') return `AKSAzureLinux-V3gen2${arm}-${imageRelease}`;
  const isNew = pool.osSku === 'Ubuntu' && compareVersions(version, parseKubernetesVersion('1.35.0')) >= 0;
  const release = isNew || pool.osSku === 'Ubuntu2404' ? '2404' : '2204';
  return `AKSUbuntu-${release}gen2${arm}containerd-${imageRelease}`;
}

/**
 * `GET {cluster}/upgradeProfiles/default`. Component Insights is there for preview api-versions from 2025-05-04-preview on
 * (azure-facts.md section 5).
 */
export function describeUpgradeProfile(cluster: ClusterState, apiVersion: string): Document {
  const upgrades = cluster.upgrades.map((kubernetesVersion) => ({ kubernetesVersion }));
  const hasInsights = apiVersion.endsWith('-preview') && apiVersion >= '2025-05-04-preview';
  return {
    id: `${cluster.id}/upgradeprofiles/default`,
    name: 'default',
    type: 'Microsoft.ContainerService/managedClusters/upgradeprofiles',
    properties: {
      controlPlaneProfile: {
        kubernetesVersion: cluster.kubernetesVersion,
        osType: 'Linux',
        upgrades,
        ...(hasInsights ? { componentsByReleases: describeComponents(cluster) } : {}),
      },
      agentPoolProfiles: null,
    },
  };
}

function describeComponents(cluster: ClusterState): readonly Document[] {
  const names = cluster.declared.components;
  if (names.length === 0) return [];
  return Object.entries(cluster.componentVersions).map(([kubernetesVersion, versions]) => ({
    kubernetesVersion,
    components: names.map((name) => ({ name, version: versions[name], hasBreakingChanges: false })),
  }));
}

/** Objects merged, anything else replaced. */
export function overlay(base: Document, over: Document): Document {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isObject(below) && isObject(value) ? overlay(below, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
