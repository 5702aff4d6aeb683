import { parseRegistryId } from '../azure/registry-documents.js';
import { loadCatalog } from '../catalog/catalog.js';
import type { Finding } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import type { Registry } from '../model/registry.js';
import { parseClusterId, type ResourceId } from '../model/resource-id.js';
import type { ClusterReader, RegistryReader } from '../requirements/ports.js';
import { resolveRequirements } from '../requirements/resolve.js';
import { checkOf, type RegistryCheck } from '../warming/registry-check.js';
import { assignRole } from '../warming/registry-commands.js';
import { contextOf, probeRegistry, type RegistryFacts, type RegistryProber } from '../warming/registry-facts.js';
import { examineRegistry } from '../warming/registry-findings.js';
import { findingOf } from '../warming/request-targets.js';
import { offlineInput } from './offline-cluster.js';

export interface DoctorPorts {
  readonly clusters: ClusterReader;
  readonly registries: RegistryReader;
  readonly prober: RegistryProber;
  /** Registries of the subscription by name. @throws SyncError REGISTRY_NOT_FOUND */
  readonly findRegistry: (name: string) => Promise<ResourceId>;
  readonly marHost: string;
}

/** Both absent: every cluster of the subscription, with its registry. */
export interface DoctorRequest {
  /** Name or resource id. */
  readonly registry?: string;
  /** Resource id. */
  readonly cluster?: string;
}

/** What `aks-artifact-sync doctor` prints. */
export interface DoctorReport {
  readonly registries: readonly RegistryReport[];
  readonly clusters: readonly ClusterReport[];
  /** Checks that are neither about a registry nor about a cluster. */
  readonly checks: readonly RegistryCheck[];
}

export interface RegistryReport {
  readonly id: string;
  readonly name: string;
  /** Absent where the registry could not be read. */
  readonly loginServer?: string;
  /** Names of the clusters that were looked at and pull from it. */
  readonly clusters: readonly string[];
  readonly checks: readonly RegistryCheck[];
}

export interface ClusterReport {
  readonly id: string;
  readonly name: string;
  readonly isolated: boolean;
  /** Where it pulls from, or why it is left alone. */
  readonly source: string;
  readonly findings: readonly Finding[];
}

/**
 * Examines registries and the clusters that pull from them; changes nothing.
 * @throws SyncError INVALID_INPUT for an id that is none; CLUSTER_NOT_FOUND, REGISTRY_NOT_FOUND, ARM_…
 */
export async function examine(request: DoctorRequest, ports: DoctorPorts): Promise<DoctorReport> {
  const clusters = await listClusters(request, ports);
  const users = await registriesOf(request, clusters, ports);
  return {
    registries: await Promise.all([...users.values()].map((use) => examineOne(use, ports))),
    clusters: clusters.map(describeCluster),
    checks: [],
  };
}

/** Whether something has to be repaired. */
export function hasProblems({ registries, clusters, checks }: DoctorReport): boolean {
  const failed = [...registries.flatMap((registry) => registry.checks), ...checks];
  return (
    failed.some(({ outcome }) => outcome === 'failed') ||
    clusters.some(({ findings }) => findings.some(({ effect }) => effect === 'unknown'))
  );
}

/** Asked for one registry alone, no cluster is looked at. */
async function listClusters({ registry, cluster }: DoctorRequest, ports: DoctorPorts): Promise<readonly Cluster[]> {
  if (cluster !== undefined) return [await ports.clusters.get(parseClusterId(cluster))];
  return registry === undefined ? (await ports.clusters.list()).clusters : [];
}

interface RegistryUse {
  readonly registry: ResourceId;
  readonly clusters: readonly Cluster[];
}

async function registriesOf(
  { registry }: DoctorRequest,
  clusters: readonly Cluster[],
  ports: DoctorPorts,
): Promise<ReadonlyMap<string, RegistryUse>> {
  const uses = new Map<string, RegistryUse>();
  for (const cluster of clusters) {
    if (cluster.bootstrap.source !== 'cache') continue;
    const { registry: used } = cluster.bootstrap;
    uses.set(used.key, { registry: used, clusters: [...(uses.get(used.key)?.clusters ?? []), cluster] });
  }
  if (registry === undefined) return uses;
  const named = registry.startsWith('/') ? parseRegistryId(registry) : await ports.findRegistry(registry);
  return new Map([[named.key, { registry: named, clusters: uses.get(named.key)?.clusters ?? [] }]]);
}

async function examineOne(use: RegistryUse, ports: DoctorPorts): Promise<RegistryReport> {
  let registry: Registry;
  try {
    registry = await ports.registries.get(use.registry);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return { ...nameOf(use), checks: [unreadable(use.registry, error)] };
  }
  const probes = await probeRegistry(registry, ports.marHost, ports.prober);
  return reportOf({ registry, probes }, use.clusters, ports.marHost);
}

/** The strictest of its clusters decides what a registry needs. */
export function reportOf(facts: RegistryFacts, clusters: readonly Cluster[], marHost: string): RegistryReport {
  const { resource, loginServer } = facts.registry;
  const contexts = clusters.map((cluster) => contextOf(resource, marHost, cluster));
  const context =
    contexts.find(({ owner, egress }) => owner === 'managed' && egress === 'none') ??
    contexts.find(({ egress }) => egress === 'none') ??
    contexts[0] ??
    contextOf(resource, marHost);
  return { ...nameOf({ registry: resource, clusters }), loginServer, checks: examineRegistry(facts, context) };
}

function nameOf({ registry, clusters }: RegistryUse) {
  return { id: registry.id, name: registry.name, clusters: clusters.map(({ resource }) => resource.name) };
}

function unreadable(registry: ResourceId, error: SyncError): RegistryCheck {
  return checkOf('registry', '', [
    {
      code: 'registry-unreadable',
      subject: registry.name,
      message: `${error.code}: ${error.message}. ${error.advice}`,
      fix: error.code === 'ARM_FORBIDDEN' ? assignRole(registry, 'Reader') : '',
      effect: 'unknown',
      weight: 'problem',
    },
  ]);
}

/** What a plan for the version that the cluster runs would say of the cluster itself. */
export function describeCluster(cluster: Cluster): ClusterReport {
  const { resource, bootstrap, kubernetesVersion } = cluster;
  const isolated = bootstrap.source === 'cache';
  const { findings } = resolveRequirements(
    offlineInput({ cluster, profile: undefined, target: kubernetesVersion, catalog: loadCatalog() }),
  );
  return {
    id: resource.id,
    name: resource.name,
    isolated,
    source: isolated ? `pulls through ${bootstrap.registry.name}` : (findingOf(cluster) ?? ''),
    findings: isolated ? findings : [],
  };
}
