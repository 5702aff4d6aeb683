import type { Catalog } from '../catalog/catalog.js';
import type { Finding } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import { compareVersions, type KubernetesVersion } from '../model/kubernetes-version.js';
import { firstText, hasValue, type FoldedDocument } from './folded-document.js';
import { unknownFeatures } from './unknown-features.js';

/** Source of this file's limits: AKS "Network isolated clusters", as summed up in azure-facts.md section 1. */
const oldestKubernetes = '1.30.0' as KubernetesVersion;
const supportedNodeOsChannels = new Set(['nodeimage', 'none']);
const unsupportedExtensions: Readonly<Record<string, string>> = {
  'microsoft.dapr': 'Dapr',
  'microsoft.appconfiguration': 'App Configuration',
  'microsoft.azureml.kubernetes': 'Azure Machine Learning',
  'microsoft.flux': 'Flux',
  'microsoft.dataprotection.kubernetes': 'Backup',
};

/**
 * What a cluster's own description says that artifacts cannot: what the set may lack, and what AKS does not support. Findings of
 * single pools are node-bootstrap.ts's. Pure, unordered.
 */
export function clusterFindings(
  cluster: Cluster,
  target: KubernetesVersion,
  properties: FoldedDocument,
  catalog: Catalog,
): readonly Finding[] {
  const isolated = cluster.bootstrap.source === 'cache';
  return [
    ...(isolated
      ? [
          ...isolationLimits(cluster, target, properties),
          ...windowsPools(cluster),
          ...extensionFindings(cluster, properties),
        ]
      : []),
    ...unknownFeatures(cluster, catalog),
    ...autoProvisioning(properties),
  ];
}

function isolationLimits(
  { resource }: Cluster,
  target: KubernetesVersion,
  properties: FoldedDocument,
): readonly Finding[] {
  const findings: Finding[] = [];
  const add = (code: string, effect: Finding['effect'], message: string): void => {
    findings.push({ code, subject: resource.name, message, effect });
  };
  if (compareVersions(target, oldestKubernetes) < 0) {
    add('old-kubernetes', 'none', `network isolated clusters need Kubernetes 1.30, the target is ${target}`);
  }
  if (hasValue(properties, 'networkProfile.networkPlugin', 'kubenet')) {
    add(
      'network-plugin',
      'unknown',
      'kubenet is not supported on network isolated clusters, and nothing documents what their nodes pull; move to Azure CNI',
    );
  }
  const channel = firstText(properties, 'autoUpgradeProfile.nodeOSUpgradeChannel');
  if (channel !== undefined && !supportedNodeOsChannels.has(channel.toLowerCase())) {
    add(
      'node-os-channel',
      'none',
      `the node OS channel ${channel} is not supported on network isolated clusters: set NodeImage or None`,
    );
  }
  const clientId = firstText(properties, 'servicePrincipalProfile.clientId');
  if (clientId !== undefined && clientId !== '' && clientId.toLowerCase() !== 'msi') {
    add(
      'service-principal',
      'none',
      'the cluster uses a service principal, with which nodes cannot log in to the registry: move to a managed identity',
    );
  }
  if (hasValue(properties, 'networkProfile.outboundType', 'block')) {
    add('outbound-block', 'none', 'outboundType block is in preview: AKS gives no support promise for it');
  }
  return findings;
}

function windowsPools({ pools }: Cluster): readonly Finding[] {
  return pools
    .filter(({ osType }) => osType === 'Windows')
    .map(({ name }) => ({
      code: 'windows-pool',
      subject: name,
      message:
        'Windows pools are not supported on network isolated clusters, and the set does not hold what their nodes pull: remove the pool',
      effect: 'unknown',
    }));
}

/** AKS runs the manager from the first extension on: where it is switched on, an unread list hides what nodes pull. */
function extensionFindings({ extensions, resource }: Cluster, properties: FoldedDocument): readonly Finding[] {
  const installed = extensions ?? { kind: 'unread', reason: 'its description does not name them' };
  const isManaged = hasValue(properties, 'addonProfiles.extensionManager.enabled', true);
  if (installed.kind === 'unread') {
    if (extensions === undefined && !isManaged) return [];
    const why = isManaged ? ', and the extension manager is enabled' : '';
    const message = `the extensions of the cluster could not be listed, so none is looked after${why}: ${installed.reason}`;
    return [{ code: 'extensions-unread', subject: resource.name, message, effect: isManaged ? 'unknown' : 'none' }];
  }
  return installed.types.map((type) => {
    const name = new Map(Object.entries(unsupportedExtensions)).get(type.toLowerCase());
    return name === undefined
      ? {
          code: 'unknown-extension',
          subject: type,
          message: 'no source lists the images of this extension: add them as an override, or remove the extension',
          effect: 'unknown',
        }
      : {
          code: 'unsupported-extension',
          subject: type,
          message: `the extension ${name} is not supported on network isolated clusters, and no source lists its images: remove it`,
          effect: 'unknown',
        };
  });
}

function autoProvisioning(properties: FoldedDocument): readonly Finding[] {
  if (!hasValue(properties, 'nodeProvisioningProfile.mode', 'Auto')) return [];
  const message =
    'ARM does not list the nodes that node auto-provisioning creates: the set covers Ubuntu and Azure Linux on both architectures';
  return [{ code: 'node-auto-provisioning', subject: 'node auto-provisioning', message, effect: 'none' }];
}
