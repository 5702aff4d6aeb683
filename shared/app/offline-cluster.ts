import {
  clusterVersions,
  parseManagedCluster,
  parseUpgradeProfile,
  profileVersions,
} from '../azure/cluster-documents.js';
import type { Catalog } from '../catalog/catalog.js';
import type { RequirementSet } from '../model/artifact.js';
import type { Cluster, NodePool, UpgradeProfile } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import {
  compareVersions,
  minorOf,
  parseKubernetesVersion,
  type KubernetesVersion,
} from '../model/kubernetes-version.js';
import { addObserved, type ObservedArtifact } from '../requirements/observed.js';
import { resolveRequirements, type RequirementInput } from '../requirements/resolve.js';
import { offlineCatalog, type CatalogDocuments } from './offline-catalog.js';
import { readObserved } from './offline-observed.js';

/** An answer of ARM that somebody saved, as parsed JSON. */
export interface SavedAnswer {
  /** By which messages name it, for example its path. */
  readonly name: string;
  readonly content: unknown;
}

export interface OfflineDocuments {
  /** Of `GET …/managedClusters/{name}`. */
  readonly managedCluster: SavedAnswer;
  /** Of `GET …/upgradeProfiles/default` of the same cluster; undefined: versions come from the bundled lists only. */
  readonly upgradeProfile: SavedAnswer | undefined;
  /** Sources and overrides over the bundled data. */
  readonly catalog?: CatalogDocuments;
  /** Of `GET /api/drift` of a comparable cluster. */
  readonly observed?: SavedAnswer;
}

/** A cluster and what it is to be upgraded to, from documents alone. */
export interface OfflineCluster {
  readonly cluster: Cluster;
  readonly profile: UpgradeProfile | undefined;
  readonly target: KubernetesVersion;
  readonly catalog: Catalog;
  readonly observed: readonly ObservedArtifact[];
}

/** What people are told of a cluster. */
export interface ClusterSummary {
  readonly name: string;
  readonly kubernetesVersion: string;
  /** Name of the registry that it pulls from; undefined for a cluster that is not network isolated. */
  readonly registry: string | undefined;
  readonly pools: readonly Pick<NodePool, 'name' | 'osSku' | 'osType' | 'architecture'>[];
}

/**
 * @param target Kubernetes version, `x.y.z`
 * @throws SyncError INVALID_INPUT naming the document and the path in it, or what is wrong with `target`
 */
export function readOfflineCluster(documents: OfflineDocuments, target: string): OfflineCluster {
  const version = parseKubernetesVersion(target);
  const cluster = readCluster(documents.managedCluster);
  const profile = documents.upgradeProfile && readProfile(documents.upgradeProfile, cluster);
  const { resource, kubernetesVersion } = cluster;
  if (compareVersions(version, kubernetesVersion) < 0) {
    throw invalid(`${resource.name} runs ${kubernetesVersion} already, ${version} is older`);
  }
  const observed = documents.observed ? readObserved(documents.observed.content, documents.observed.name) : [];
  return { cluster, profile, target: version, catalog: offlineCatalog(documents.catalog ?? {}), observed };
}

/**
 * What a set is resolved from, for the target or another version of the cluster. Without lists of MAR's tags, so what only those
 * can tell (the revision of kube-proxy for a version that no source names) is unresolved.
 */
export function offlineInput(
  { cluster, profile, target, catalog }: Omit<OfflineCluster, 'observed'>,
  version = target,
): RequirementInput {
  return {
    cluster,
    target: version,
    reported: profile?.componentsByMinor.get(minorOf(version)) ?? [],
    catalog,
    tagLists: new Map(),
  };
}

/** The set for the target, or for another version of the cluster, with what was observed. There is no clock: nothing is too old. */
export function resolveOffline(offline: OfflineCluster, version = offline.target): RequirementSet {
  const { cluster, catalog, observed: facts } = offline;
  const policy = { maxAgeMs: Infinity, mostPerMinor: Infinity };
  const set = resolveRequirements(offlineInput(offline, version));
  return addObserved(set, { facts, cluster, target: version, catalog, now: new Date(0), policy });
}

export function summarizeCluster({ resource, kubernetesVersion, bootstrap, pools }: Cluster): ClusterSummary {
  return {
    name: resource.name,
    kubernetesVersion,
    registry: bootstrap.source === 'cache' ? bootstrap.registry.name : undefined,
    pools: pools.map(({ name, osSku, osType, architecture }) => ({ name, osSku, osType, architecture })),
  };
}

/** What people are to ask for is what the app asks for first. */
const [clusterApiVersion] = clusterVersions;
export const [insightsApiVersion] = profileVersions;
const profilePath = '/upgradeprofiles/default';

/** @throws SyncError INVALID_INPUT naming the document and the path in it */
export function readCluster({ name, content }: SavedAnswer): Cluster {
  const wanted = `the raw answer of ARM for one cluster: az rest --method get --url "<cluster id>?api-version=${clusterApiVersion}"`;
  if (idOf(content)?.endsWith(profilePath)) throw invalid(`${name}: this is an upgrade profile; wanted is ${wanted}`);
  return reading(name, wanted, () => parseManagedCluster(content));
}

function readProfile({ name, content }: SavedAnswer, cluster: Cluster): UpgradeProfile {
  const wanted = `the raw answer of ARM: az rest --method get --url "<cluster id>/upgradeProfiles/default?api-version=${insightsApiVersion}"`;
  const id = idOf(content);
  const own = cluster.resource.key + profilePath;
  if (id !== undefined && id !== own) {
    throw invalid(`${name}: id: this is not the upgrade profile of ${cluster.resource.name}; wanted is ${wanted}`);
  }
  return reading(name, wanted, () => parseUpgradeProfile(content));
}

/** In lower case, as ARM compares ids; undefined where the document has none, as in files cut down by hand. */
function idOf(content: unknown): string | undefined {
  const isObject = typeof content === 'object' && content !== null;
  return isObject && 'id' in content && typeof content.id === 'string' ? content.id.toLowerCase() : undefined;
}

/** Turns a complaint about ARM into one about the document that somebody saved. */
function reading<T>(name: string, wanted: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof SyncError)) throw cause;
    throw invalid(`${name}: ${cause.message.replace(/^ARM[^:]*: /, '')}; wanted is ${wanted}`, cause);
  }
}

function invalid(message: string, cause?: unknown): SyncError {
  return new SyncError('INVALID_INPUT', message, { cause });
}
