import { listedRepositories, type Catalog } from '../catalog/catalog.js';
import type { CatalogReader } from '../catalog/ports.js';
import { artifactName, type RequirementSet, type Unresolved } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import { minorOf } from '../model/kubernetes-version.js';
import { parseClusterId } from '../model/resource-id.js';
import { hashFacts } from '../requirements/facts-hash.js';
import { addObserved, platformsOf, type ObservedPolicy } from '../requirements/observed.js';
import type { ClusterReader, ObservedArtifacts, RegistryReader } from '../requirements/ports.js';
import { resolveRequirements } from '../requirements/resolve.js';
import { taskOf } from './advance.js';
import { confirmSet } from './confirm-set.js';
import type {
  ArtifactStates,
  Budgets,
  ManifestReader,
  PlanQueue,
  PlanTask,
  Targets,
  WarmQueue,
  WarmTask,
} from './ports.js';
import { Probes, type ProbePolicy } from './probes.js';
import type { RegistryProofs } from './registry-proof.js';
import type { PlannedTarget } from './state.js';
import { findingsOfPlan, joinFindings } from './registry-findings.js';
import { planWork, type WorkPolicy } from './work.js';

export interface PlanPorts {
  readonly clusters: ClusterReader;
  readonly registries: RegistryReader;
  readonly upstream: ManifestReader;
  readonly budgets: Budgets;
  readonly catalog: CatalogReader;
  readonly states: ArtifactStates;
  readonly registryProofs: RegistryProofs;
  readonly targets: Targets;
  readonly observed: ObservedArtifacts;
  readonly planQueue: PlanQueue;
  readonly warmQueue: WarmQueue;
  readonly marHost: string;
  /** Whether a plan may rest on lists alone where AKS reports no components. */
  readonly componentInsights: 'required' | 'optional';
  readonly workPolicy: WorkPolicy;
  readonly probePolicy: ProbePolicy;
  readonly observedPolicy: ObservedPolicy;
  readonly now: () => Date;
}

/** Tries in a row after a failure that waiting may cure, over some minutes; from then on the reconcile timer asks again. */
const mostAttempts = 5;
/** Cluster, upgrade profile, registry, its rules, and a page more. */
const armReads = 6;

/** How a plan ended: told in logs and tests. */
export type PlanResult =
  | { readonly kind: 'planned'; readonly plan: PlannedTarget; readonly enqueued: number }
  | { readonly kind: 'not-isolated' }
  /** No budget for Azure Resource Manager now: the task comes back, and this was no try. */
  | { readonly kind: 'deferred'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly error: SyncError };

/**
 * Computes what a cluster will pull for a version, and sets the warming of what is missing in motion.
 *
 * Runs twice: records that exist are left to their tasks. Stops anywhere: the plan is saved last, so that the message
 * comes back, with `deliveries` > 1, and enqueues again whatever is not proven; doubled tasks do nothing.
 * A failure that waiting may cure is planned anew after a delay, a few times: without an end, every lost race and every
 * round of the reconcile timer would leave one more endless chain. The reason stays visible at the target.
 */
export async function planTarget(task: PlanTask, deliveries: number, ports: PlanPorts): Promise<PlanResult> {
  const arm = { registry: 'arm', operation: 'arm-read', asker: task.clusterId.toLowerCase() } as const;
  const grant = await ports.budgets.take(arm, armReads);
  if (grant.kind === 'wait') {
    await ports.planQueue.enqueue([task], grant.seconds);
    return { kind: 'deferred', seconds: grant.seconds };
  }
  try {
    const cluster = await ports.clusters.get(parseClusterId(task.clusterId));
    if (cluster.bootstrap.source === 'direct') {
      await ports.targets.remove(task);
      return { kind: 'not-isolated' };
    }
    return await planIsolated(task, cluster, deliveries, ports);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    await ports.targets.saveFailure({
      ...task,
      reason: `${error.code}: ${error.message}. ${error.advice}`,
      at: ports.now(),
      effect: 'plan-stays',
    });
    if (error.canRetry && task.attempt < mostAttempts)
      await ports.planQueue.enqueue([{ ...task, attempt: task.attempt + 1 }], retryDelay(task, error));
    return { kind: 'failed', error };
  }
}

async function planIsolated(
  task: PlanTask,
  cluster: Cluster,
  deliveries: number,
  ports: PlanPorts,
): Promise<PlanResult> {
  if (cluster.bootstrap.source !== 'cache') throw new SyncError('CLUSTER_NOT_ISOLATED', cluster.resource.id);
  const plannedAt = ports.now();
  const catalog = await ports.catalog.current();
  const [registry, predicted, probes] = await Promise.all([
    ports.registries.get(cluster.bootstrap.registry),
    predict(task, cluster, catalog, ports),
    startProbes(task, ports),
  ]);
  const known = await ports.registryProofs.get(registry.resource.key);
  const states = await ports.states.list(registry.resource.key);
  const platforms = platformsOf(cluster);
  const context = {
    catalog,
    platforms,
    states,
    upstream: ports.upstream,
    budgets: ports.budgets,
    probes,
    now: plannedAt,
  };
  const { set, pinned, failure } = await confirmSet(predicted, context);
  const work = planWork({
    pinned,
    states,
    proof: known?.proof,
    registry,
    marHost: ports.marHost,
    now: plannedAt,
    policy: ports.workPolicy,
    run: deliveries > 1 ? 'again' : 'first',
  });
  const lost = new Set(await ports.states.save(work.changes));
  const tasks = work.changes.filter(({ state }) => !lost.has(artifactName(state))).map(({ state }) => taskOf(state));
  await enqueueInOrder(tasks, set, ports);
  // What was pinned is on its way and pinned still at the next try, so that throttling slows a plan down and never stops it.
  if (failure) throw failure;
  const plan: PlannedTarget = {
    clusterId: cluster.resource.id,
    kubernetesVersion: task.kubernetesVersion,
    registry: registry.resource.key,
    loginServer: registry.loginServer,
    set: { ...set, findings: joinFindings(set.findings, findingsOfPlan(registry, cluster, ports.marHost)) },
    strategies: work.strategies,
    plannedAt,
    factsHash: hashFacts(cluster),
    probes: probes.records(),
  };
  await ports.targets.savePlan(plan);
  return { kind: 'planned', plan, enqueued: tasks.length };
}

/** What node images carry comes last: nodes are not waiting for it. */
async function enqueueInOrder(tasks: readonly WarmTask[], set: RequirementSet, ports: PlanPorts): Promise<void> {
  const baked = new Set(set.artifacts.filter((artifact) => artifact.baked).map(artifactName));
  const isBaked = (task: WarmTask): boolean => baked.has(artifactName(task));
  await ports.warmQueue.enqueue(
    tasks.filter((task) => !isBaked(task)),
    0,
  );
  await ports.warmQueue.enqueue(tasks.filter(isBaked), ports.workPolicy.bakedDelaySeconds);
}

/** What the catalogue says of the cluster, and what comparable clusters were seen to pull. */
async function predict(task: PlanTask, cluster: Cluster, catalog: Catalog, ports: PlanPorts): Promise<RequirementSet> {
  const target = task.kubernetesVersion;
  const [set, { facts }] = await Promise.all([
    resolveFromAzure(task, cluster, catalog, ports),
    ports.observed.get(minorOf(target)),
  ]);
  const { observedPolicy: policy } = ports;
  return addObserved(set, { facts, cluster, target, catalog, now: ports.now(), policy });
}

async function startProbes(task: PlanTask, ports: PlanPorts): Promise<Probes> {
  const record = await ports.targets.get(task.clusterId, task.kubernetesVersion);
  return new Probes(ports.upstream, record?.planned?.probes ?? [], ports.now(), ports.probePolicy);
}

async function resolveFromAzure(
  task: PlanTask,
  cluster: Cluster,
  catalog: Catalog,
  ports: PlanPorts,
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

function retryDelay(task: PlanTask, error: SyncError): number {
  return Math.max(Math.min(15 * 2 ** Math.min(task.attempt, 6), 600), error.retryAfterSeconds ?? 0);
}
