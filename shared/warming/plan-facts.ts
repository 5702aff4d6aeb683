import { listedRepositories, type Catalog } from '../catalog/catalog.js';
import type { CatalogReader } from '../catalog/ports.js';
import type { RequirementSet, Unresolved } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import { minorOf } from '../model/kubernetes-version.js';
import type { Registry } from '../model/registry.js';
import { addObserved, platformsOf, type ObservedPolicy } from '../requirements/observed.js';
import type { ClusterReader, ObservedArtifacts, RegistryReader } from '../requirements/ports.js';
import { resolveRequirements } from '../requirements/resolve.js';
import type { ConfirmInput } from './confirm-set.js';
import { earliestAhead } from './deadline.js';
import type { ArtifactStates, Budgets, ManifestReader, PlanTask, TargetRecord } from './ports.js';
import { Probes, type ProbePolicy } from './probes.js';
import type { RegistryProof, RegistryProofs } from './registry-proof.js';

export interface FactPorts {
  readonly clusters: ClusterReader;
  readonly registries: RegistryReader;
  readonly upstream: ManifestReader;
  readonly budgets: Budgets;
  readonly catalog: CatalogReader;
  readonly states: ArtifactStates;
  readonly registryProofs: RegistryProofs;
  readonly observed: ObservedArtifacts;
  /** Whether a plan may rest on lists alone where AKS reports no components. */
  readonly componentInsights: 'required' | 'optional';
  readonly probePolicy: ProbePolicy;
  readonly observedPolicy: ObservedPolicy;
  readonly now: () => Date;
}

/** What was known of a target before it is planned (again). */
export interface KnownTarget {
  readonly record: TargetRecord | undefined;
  /** When its cluster will pull, if that is still ahead. */
  readonly neededBy: Date | undefined;
}

/** Everything that a plan is computed from. `now` is the plan's time: before anything was read. */
export interface PlanFacts extends ConfirmInput {
  readonly registry: Registry;
  readonly predicted: RequirementSet;
  readonly proof: RegistryProof | undefined;
}

export function knownTarget(record: TargetRecord | undefined, task: PlanTask, now: Date): KnownTarget {
  const asked = task.neededBy === undefined ? undefined : new Date(task.neededBy);
  return { record, neededBy: earliestAhead(now, record?.neededBy, asked) };
}

/** Reads what a plan of an isolated cluster is computed from; writes nothing. @throws SyncError as the ports */
export async function gatherFacts(
  task: PlanTask,
  cluster: Cluster,
  { record, neededBy }: KnownTarget,
  ports: FactPorts,
): Promise<PlanFacts> {
  if (cluster.bootstrap.source !== 'cache') throw new SyncError('CLUSTER_NOT_ISOLATED', cluster.resource.id);
  const { upstream, budgets } = ports;
  const now = ports.now();
  const catalog = await ports.catalog.current();
  const [registry, predicted] = await Promise.all([
    ports.registries.get(cluster.bootstrap.registry),
    predict(task, cluster, catalog, ports),
  ]);
  const probes = new Probes(upstream, record?.planned?.probes ?? [], now, ports.probePolicy);
  const known = await ports.registryProofs.get(registry.resource.key);
  const states = await ports.states.list(registry.resource.key);
  const asker = cluster.resource.key;
  const facts = { catalog, registry, predicted, states, platforms: platformsOf(cluster), proof: known?.proof };
  return { ...facts, upstream, budgets, probes, asker, neededBy, now };
}

/** What the catalogue says of the cluster, and what comparable clusters were seen to pull. */
async function predict(task: PlanTask, cluster: Cluster, catalog: Catalog, ports: FactPorts): Promise<RequirementSet> {
  const target = task.kubernetesVersion;
  const [set, { facts }] = await Promise.all([
    resolveFromAzure(task, cluster, catalog, ports),
    ports.observed.get(minorOf(target)),
  ]);
  const { observedPolicy: policy } = ports;
  return addObserved(set, { facts, cluster, target, catalog, now: ports.now(), policy });
}

async function resolveFromAzure(
  task: PlanTask,
  cluster: Cluster,
  catalog: Catalog,
  ports: FactPorts,
): Promise<RequirementSet> {
  const [profile, tagLists] = await Promise.all([
    ports.clusters.upgradeProfile(cluster.resource),
    listTags(ports.upstream, listedRepositories(catalog)),
  ]);
  const reported = profile.componentsByMinor.get(minorOf(task.kubernetesVersion)) ?? [];
  const target = task.kubernetesVersion;
  const set = resolveRequirements({ cluster, target, reported, catalog, tagLists });
  if (reported.length > 0 || ports.componentInsights === 'optional') return set;
  return { ...set, unresolved: [...set.unresolved, withoutInsights(minorOf(target))] };
}

/** Without AKS's own report the versions are those of lists: likely, and no proof of what this cluster will pull. */
function withoutInsights(minor: string): Unresolved {
  return {
    component: 'component-insights',
    reason:
      `AKS reports no components of this cluster for Kubernetes ${minor}, so the versions are guesses from published lists. ` +
      'They are warmed; the gate opens on them only with the setting COMPONENT_INSIGHTS=optional',
  };
}

/** Tags of the repositories where a tag cannot be derived. A repository that MAR does not have contributes none. */
async function listTags(
  upstream: ManifestReader,
  repositories: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const lists = repositories.map(async (repository): Promise<[string, readonly string[]]> => {
    try {
      return [repository, await upstream.tags(repository)];
    } catch (error) {
      if (error instanceof SyncError && error.code === 'MANIFEST_UNKNOWN') return [repository, []];
      throw error;
    }
  });
  return new Map(await Promise.all(lists));
}
