import { parseCacheRules, parseRegistryDocument } from '../azure/registry-documents.js';
import { SyncError } from '../model/errors.js';
import type { Cluster } from '../model/cluster.js';
import { describeCluster, reportOf, type DoctorReport } from './doctor.js';
import { readCluster, type SavedAnswer } from './offline-cluster.js';

/** Saved answers about one registry, and the cluster that uses it. */
export interface DoctorDocuments {
  /** Of `az acr show`, or ARM's raw answer. */
  readonly registry: SavedAnswer;
  /** Of `az acr cache list`, or ARM's raw answer. */
  readonly cacheRules: SavedAnswer;
  /** ARM's raw answer for the cluster; undefined: a registry of the customer's, for nodes without egress. */
  readonly managedCluster: SavedAnswer | undefined;
}

/**
 * Examines a registry from files: no Azure, no network. What only the network can tell is not checked.
 * @throws SyncError INVALID_INPUT naming the document and what is wanted
 */
export function examineOffline(documents: DoctorDocuments, marHost: string): DoctorReport {
  const registry = reading(documents.registry, 'the answer of az acr show', parseRegistryDocument);
  const cacheRules = reading(documents.cacheRules, 'the answer of az acr cache list', parseCacheRules);
  const clusters = documents.managedCluster ? [readUser(documents.managedCluster, registry.resource.key)] : [];
  return {
    registries: [reportOf({ registry: { ...registry, cacheRules } }, clusters, marHost)],
    clusters: clusters.map(describeCluster),
    checks: [],
  };
}

function readUser(document: SavedAnswer, registry: string): Cluster {
  const cluster = readCluster(document);
  const { bootstrap } = cluster;
  if (bootstrap.source === 'cache' && bootstrap.registry.key === registry) return cluster;
  const used = bootstrap.source === 'cache' ? `pulls from ${bootstrap.registry.id}` : 'pulls from MAR itself';
  throw new SyncError('INVALID_INPUT', `${document.name}: ${cluster.resource.name} ${used}, not from this registry`);
}

function reading<T>({ name, content }: SavedAnswer, wanted: string, parse: (content: unknown) => T): T {
  try {
    return parse(content);
  } catch (cause) {
    if (!(cause instanceof SyncError)) throw cause;
    const message = `${name}: ${cause.message.replace(/^ARM[^:]*: /, '')}; wanted is ${wanted}`;
    throw new SyncError('INVALID_INPUT', message, { cause });
  }
}
