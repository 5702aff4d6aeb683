import { parseManagedCluster, parseUpgradeProfile } from '../azure/cluster-documents.js';
import { loadCatalog } from '../catalog/catalog.js';
import type { Cluster, NodePool, UpgradeProfile } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import {
  compareVersions,
  minorOf,
  parseKubernetesVersion,
  type KubernetesVersion,
} from '../model/kubernetes-version.js';
import { planDocument, type PlanDocument } from '../requirements/plan-document.js';
import { resolveRequirements } from '../requirements/resolve.js';
import { findingOf } from '../warming/request-targets.js';

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
}

export interface OfflinePlan {
  readonly document: PlanDocument;
  readonly cluster: {
    readonly name: string;
    readonly kubernetesVersion: string;
    /** Name of the registry that it pulls from; undefined for a cluster that is not network isolated. */
    readonly registry: string | undefined;
    readonly pools: readonly Pick<NodePool, 'name' | 'osSku' | 'osType' | 'architecture'>[];
  };
  /** What a person should know before trusting the document; a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * What a cluster will pull for a version, from documents alone: no Azure, no network, no clock. Without lists of MAR's tags, so what
 * only those can tell (the revision of kube-proxy for a version that no source names) is unresolved.
 * @param target Kubernetes version, `x.y.z`
 * @throws SyncError INVALID_INPUT naming the document and the path in it, or what is wrong with `target`
 */
export function planOffline(documents: OfflineDocuments, target: string): OfflinePlan {
  const version = parseKubernetesVersion(target);
  const cluster = readCluster(documents.managedCluster);
  const profile = documents.upgradeProfile && readProfile(documents.upgradeProfile, cluster);
  const { resource, kubernetesVersion, bootstrap, pools } = cluster;
  if (compareVersions(version, kubernetesVersion) < 0) {
    throw invalid(`${resource.name} runs ${kubernetesVersion} already, ${version} is older`);
  }
  const set = resolveRequirements({
    cluster,
    target: version,
    reported: profile?.componentsByMinor.get(minorOf(version)) ?? [],
    catalog: loadCatalog(),
    tagLists: new Map(),
  });
  return {
    document: planDocument(cluster, version, set),
    cluster: {
      name: resource.name,
      kubernetesVersion,
      registry: bootstrap.source === 'cache' ? bootstrap.registry.name : undefined,
      pools: pools.map(({ name, osSku, osType, architecture }) => ({ name, osSku, osType, architecture })),
    },
    remarks: [...remarkCluster(cluster), ...remarkProfile(cluster, version, profile)],
  };
}

function remarkCluster(cluster: Cluster): readonly string[] {
  const { name } = cluster.resource;
  const finding = findingOf(cluster);
  const windows = cluster.pools.filter(({ osType }) => osType === 'Windows').map((pool) => pool.name);
  return [
    ...(finding === undefined ? [] : [`${name} is ${finding}.`]),
    ...(windows.length === 0 ? [] : [`What Windows nodes pull is not planned: pool ${windows.join(', ')}.`]),
  ];
}

function remarkProfile(
  { resource, kubernetesVersion }: Cluster,
  version: KubernetesVersion,
  profile: UpgradeProfile | undefined,
): readonly string[] {
  const lists = 'component versions come from bundled lists, not from this cluster';
  if (!profile) return [`Without an upgrade profile ${lists}.`];
  const offered = profile.upgrades.map((upgrade) => upgrade.version);
  const isOffered = version === kubernetesVersion || offered.includes(version);
  const minor = minorOf(version);
  const hasInsights = (profile.componentsByMinor.get(minor) ?? []).length > 0;
  return [
    ...(isOffered
      ? []
      : [`AKS does not offer ${version} to ${resource.name}, it offers ${offered.join(', ') || 'nothing'}.`]),
    ...(hasInsights
      ? []
      : [
          `The upgrade profile has no Component Insights for ${minor}: ${lists}. API version ${insightsApiVersion} or later has them.`,
        ]),
  ];
}

/** First API version whose upgrade profile carries Component Insights (azure-facts.md, section 5). */
const insightsApiVersion = '2025-05-04-preview';
const clusterApiVersion = '2025-10-01';
const profilePath = '/upgradeprofiles/default';

function readCluster({ name, content }: SavedAnswer): Cluster {
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
