import { z } from 'zod';
import type { ArtifactSource, Cluster, NodePool, ReportedComponent, UpgradeProfile } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import { isKubernetesVersion, type KubernetesVersion } from '../model/kubernetes-version.js';
import { parseClusterId, parseResourceId } from '../model/resource-id.js';
import { architectureOf, nodeOsOf } from './node-pool-facts.js';

/**
 * Newest first. ARM leaves out what is newer than the version asked for: of 2026 are `gatewayAPIImplementations`, `appMonitoring`,
 * `containerInsights` and other switches of what nodes pull.
 */
export const clusterVersions = ['2026-06-01', '2025-10-01'] as const;
/**
 * Previews alone carry Component Insights, since 2025-05-04-preview, and AKS ends each about a year after its release. The stable
 * version is served everywhere, without them. Source: AKS "Preview API life cycle"; Microsoft.ContainerService/managedClusters.
 */
export const profileVersions = [
  '2026-08-02-preview',
  '2026-01-02-preview',
  '2025-05-04-preview',
  '2025-10-01',
] as const;

const text = z.string().max(512);
/** ARM leaves out what is not set, and some services answer null instead. */
const optionalText = text.nullish();

const poolSchema = z.object({
  name: text,
  osType: optionalText,
  osSKU: optionalText,
  vmSize: optionalText,
  nodeImageVersion: optionalText,
  orchestratorVersion: optionalText,
  currentOrchestratorVersion: optionalText,
});

const clusterSchema = z.object({
  id: z.string().max(2048),
  location: text,
  properties: z.object({
    kubernetesVersion: optionalText,
    currentKubernetesVersion: optionalText,
    agentPoolProfiles: z.array(poolSchema).max(1000).nullish(),
    networkProfile: z.object({ outboundType: optionalText }).nullish(),
    bootstrapProfile: z
      .object({ artifactSource: optionalText, containerRegistryId: z.string().max(2048).nullish() })
      .nullish(),
  }),
});

/**
 * A cluster from the answer of `GET …/managedClusters/{name}`. `properties` is kept as it came, unknown fields included.
 * Source: Microsoft.ContainerService/managedClusters, API 2025-05-01 and previews.
 * @throws SyncError ARM_UNEXPECTED naming the path that is missing or of another shape
 */
export function parseManagedCluster(document: unknown): Cluster {
  const { id, location, properties } = parseDocument(clusterSchema, document, 'managed cluster');
  const versions = [properties.currentKubernetesVersion, properties.kubernetesVersion];
  return {
    resource: naming('id', () => parseClusterId(id)),
    location,
    kubernetesVersion: fullVersion(versions, 'properties.currentKubernetesVersion'),
    pools: (properties.agentPoolProfiles ?? []).flatMap(toNodePools),
    properties: (document as { properties: Record<string, unknown> }).properties,
    bootstrap: toArtifactSource(properties),
  };
}

/** A pool that names no processor (type VirtualMachines has a list of sizes instead) may have both. */
function toNodePools(pool: z.infer<typeof poolSchema>): readonly NodePool[] {
  const architecture = architectureOf(pool.vmSize ?? undefined, pool.nodeImageVersion ?? undefined);
  const architectures = architecture === undefined ? (['amd64', 'arm64'] as const) : [architecture];
  return architectures.map((one) => toNodePool(pool, one));
}

function toNodePool(pool: z.infer<typeof poolSchema>, architecture: NodePool['architecture']): NodePool {
  const version = [pool.currentOrchestratorVersion, pool.orchestratorVersion].find(isFullVersion);
  const nodeOs = nodeOsOf(pool.osSKU ?? undefined, pool.nodeImageVersion ?? undefined);
  return {
    name: pool.name,
    osType: pool.osType?.toLowerCase() === 'windows' ? 'Windows' : 'Linux',
    // ARM's own default for Linux.
    osSku: pool.osSKU ?? 'Ubuntu',
    architecture,
    ...(nodeOs === undefined ? {} : { nodeOs }),
    ...(version === undefined ? {} : { kubernetesVersion: version }),
  };
}

/**
 * A cluster that seems to pull from MAR is left alone, so it must say so: an answer that lost its bootstrap profile, of a cluster that
 * has no way out, is no such word. Clusters from before artifact sources have no profile and another outbound type.
 */
function toArtifactSource({
  bootstrapProfile: profile,
  networkProfile,
}: z.infer<typeof clusterSchema>['properties']): ArtifactSource {
  const source = profile?.artifactSource?.toLowerCase();
  if (source === 'direct') return { source: 'direct' };
  if (source !== 'cache') {
    const outbound = networkProfile?.outboundType?.toLowerCase();
    const isolated = outbound === 'none' || outbound === 'block';
    if (source === undefined && !isolated) return { source: 'direct' };
    throw unexpected(
      'managed cluster',
      `properties.bootstrapProfile.artifactSource is ${source ?? 'missing'} (outboundType ${outbound ?? 'missing'})`,
    );
  }
  const path = 'properties.bootstrapProfile.containerRegistryId';
  const registry = profile?.containerRegistryId;
  if (!registry) throw unexpected('managed cluster', `${path} is missing, although artifactSource is Cache`);
  return { source: 'cache', registry: naming(path, () => parseResourceId(registry)) };
}

const componentSchema = z.object({ name: text, version: optionalText });

const profileSchema = z.object({
  properties: z.object({
    controlPlaneProfile: z.object({
      upgrades: z
        .array(z.object({ kubernetesVersion: text, isPreview: z.boolean().nullish() }))
        .max(1000)
        .nullish(),
      componentsByReleases: z
        .array(
          z.object({
            kubernetesVersion: text,
            components: z.array(componentSchema).max(5000).nullish(),
          }),
        )
        .max(100)
        .nullish(),
    }),
  }),
});

/**
 * The answer of `GET …/upgradeProfiles/default`, with Component Insights where the API version serves it (2025-05-04-preview and later).
 * @throws SyncError ARM_UNEXPECTED naming the path that is missing or of another shape
 */
export function parseUpgradeProfile(document: unknown): UpgradeProfile {
  const { controlPlaneProfile } = parseDocument(profileSchema, document, 'upgrade profile').properties;
  const componentsByMinor = new Map<string, readonly ReportedComponent[]>();
  for (const { kubernetesVersion, components } of controlPlaneProfile.componentsByReleases ?? []) {
    const minor = /^\d+\.\d+/.exec(kubernetesVersion)?.[0];
    if (minor === undefined)
      throw unexpected('upgrade profile', 'componentsByReleases.kubernetesVersion is no Kubernetes version');
    componentsByMinor.set(minor, [...(componentsByMinor.get(minor) ?? []), ...(components ?? []).map(toReported)]);
  }
  return {
    upgrades: (controlPlaneProfile.upgrades ?? []).map(({ kubernetesVersion, isPreview }) => ({
      version: fullVersion([kubernetesVersion], 'properties.controlPlaneProfile.upgrades.kubernetesVersion'),
      isPreview: isPreview === true,
    })),
    componentsByMinor,
  };
}

const extensionSchema = z.object({ properties: z.object({ extensionType: text }) });

/**
 * Types of the extensions in a list of `Microsoft.KubernetesConfiguration/extensions`, sorted.
 * @throws SyncError ARM_UNEXPECTED naming the path that is missing or of another shape
 */
export function parseExtensions(documents: readonly unknown[]): readonly string[] {
  const types = documents.map((item) => parseDocument(extensionSchema, item, 'extension').properties.extensionType);
  return [...new Set(types)].sort();
}

/** A component without a version is kept: it is reported as unresolved, not lost. */
function toReported({ name, version }: z.infer<typeof componentSchema>): ReportedComponent {
  return { name, version: version ?? '' };
}

function parseDocument<T>(schema: z.ZodType<T>, document: unknown, kind: string): T {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') || 'the document';
  throw unexpected(kind, `${path}: ${issue?.message ?? 'unexpected'}${hint(document)}`);
}

/** The most likely slip of a person who saved a file. */
function hint(document: unknown): string {
  const isFlattened = typeof document === 'object' && document !== null && 'kubernetesVersion' in document;
  return isFlattened
    ? ' (this looks like output of `az aks show`; wanted is the raw ARM answer, as `az rest` prints it)'
    : '';
}

function isFullVersion(version: string | null | undefined): version is KubernetesVersion {
  return typeof version === 'string' && isKubernetesVersion(version);
}

/** `kubernetesVersion` may be `1.34` where the patch follows by itself: the current one is exact. */
function fullVersion(candidates: readonly (string | null | undefined)[], path: string): KubernetesVersion {
  const version = candidates.find(isFullVersion);
  if (version === undefined) throw unexpected('document', `${path} is no full Kubernetes version (x.y.z)`);
  return version;
}

/** Turns a complaint about input into one about ARM, with the path. */
function naming<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new SyncError('ARM_UNEXPECTED', `ARM: ${path} is no resource id of the kind expected`, { cause });
  }
}

function unexpected(kind: string, message: string): SyncError {
  return new SyncError('ARM_UNEXPECTED', `ARM ${kind}: ${message}`);
}
