import type { Cluster } from '../model/cluster.js';
import { artifactName } from '../model/artifact.js';
import { compareVersions, type KubernetesVersion } from '../model/kubernetes-version.js';
import { SyncError } from '../model/errors.js';
import { hashFacts } from '../requirements/facts-hash.js';
import type { ClusterList } from '../requirements/ports.js';
import { wantedVersions } from '../requirements/targets.js';
import type { ArtifactStates, TargetRecord } from '../warming/ports.js';
import type { RegistryProofs } from '../warming/registry-proof.js';
import type { TargetRef } from '../warming/state.js';
import type { VerifyPolicy } from '../warming/verify-registry-ports.js';
import { enqueueTargets, findingOf, type RequestPorts } from '../warming/request-targets.js';
import type { GatePolicy, StateIndex } from './decide.js';
import { isOurs, versionsByCluster } from './fleet.js';
import { indexRegistries, judgeAgain, startRounds, type Knowledge } from './reconcile-knowledge.js';
import type { FleetGateRecords, Fleets, GateQueue, Judgements, SeenCluster, SeenClusters } from './ports.js';

const forgetForeignAfterMs = 7 * 24 * 3_600_000;

export interface ReconcilePolicy {
  /** A plan older than this is renewed. */
  readonly renewPlanAfterMs: number;
  /** A task this much overdue is taken for lost. */
  readonly lostAfterMs: number;
  /** A failed artifact is tried again after this. */
  readonly retryFailedAfterMs: number;
}

export interface ReconcilePorts extends RequestPorts {
  readonly states: ArtifactStates;
  readonly registryProofs: RegistryProofs;
  readonly fleets: Fleets;
  readonly judgements: Judgements;
  readonly gateQueue: GateQueue;
  readonly seenClusters: SeenClusters;
  readonly fleetRecords: FleetGateRecords;
  /** Lower case. Members of a fleet may lie in others. */
  readonly subscriptionId: string;
  readonly reconcilePolicy: ReconcilePolicy;
  readonly verifyPolicy: VerifyPolicy;
  readonly gatePolicy: GatePolicy;
  readonly fleetGatePrefix: string;
}

/** Counts of what one round set in motion. */
export interface Reconciled {
  readonly clusters: number;
  readonly planned: number;
  readonly removed: number;
  readonly fleetGates: number;
  /** Registries whose warm sets are proven again. */
  readonly rounds: number;
  /** What could not be looked at this time, for the log. */
  readonly failures: readonly string[];
}

/**
 * Looks at the whole subscription by itself: events get lost, workers die, facts change.
 * Idempotent; one cluster or the fleets failing does not keep the others waiting.
 */
export async function reconcile(ports: ReconcilePorts): Promise<Reconciled> {
  const listed = await ports.clusters.list();
  const { clusters } = listed;
  await rememberClusters(listed, ports);
  const fleetGates = await attempt(() => reconcileFleets(ports));
  const records = await ports.targets.list();
  const removed = await removeObsolete(records, listed, ports);
  const proofs = await ports.registryProofs.list();
  const indexes = await indexRegistries(records, proofs, ports.states);
  const rounds = await startRounds(indexes, proofs, ports);
  const judgements = await ports.judgements.list();
  const failures = listed.unreadable.map(({ id, reason }) => `${id}: ${reason}`);
  const runs = await attempt(() => ports.fleets.listUpdateRuns());
  if (typeof runs === 'string') failures.push(`update runs: ${runs}`);
  const named = versionsByCluster(typeof runs === 'string' ? [] : runs);
  let planned = 0;
  for (const cluster of clusters) {
    const versions = named.get(cluster.resource.key) ?? [];
    const outcome = await attempt(() => reconcileCluster(cluster, versions, records, { indexes, judgements }, ports));
    if (typeof outcome === 'number') planned += outcome;
    else {
      failures.push(`${cluster.resource.name}: ${outcome}`);
      await ports.seenClusters.save([{ ...seen(cluster, ports.now()), finding: outcome }]);
    }
  }
  if (typeof fleetGates === 'string') failures.push(`fleets: ${fleetGates}`);
  return {
    clusters: clusters.length,
    planned,
    removed,
    rounds,
    failures,
    fleetGates: typeof fleetGates === 'number' ? fleetGates : 0,
  };
}

async function rememberClusters(listed: ClusterList, { seenClusters, now }: ReconcilePorts): Promise<void> {
  const { clusters, unreadable } = listed;
  const keys = new Set([
    ...clusters.map(({ resource }) => resource.key),
    ...unreadable.map(({ id }) => id.toLowerCase()),
  ]);
  for (const { id } of await seenClusters.list()) if (!keys.has(id.toLowerCase())) await seenClusters.remove(id);
  await seenClusters.save(clusters.map((cluster) => seen(cluster, now())));
}

export function seen(cluster: Cluster, now: Date): SeenCluster {
  const finding = findingOf(cluster);
  return {
    id: cluster.resource.id,
    name: cluster.resource.name,
    kubernetesVersion: cluster.kubernetesVersion,
    isolated: cluster.bootstrap.source === 'cache',
    ...(cluster.bootstrap.source === 'cache' ? { registry: cluster.bootstrap.registry.name } : {}),
    ...(finding === undefined ? {} : { finding }),
    seenAt: now,
  };
}

/** Targets of clusters that are gone or not isolated any more, and versions that the cluster has left behind. */
async function removeObsolete(
  records: readonly TargetRecord[],
  { clusters, unreadable }: ClusterList,
  ports: ReconcilePorts,
): Promise<number> {
  const byKey = new Map(clusters.map((cluster) => [cluster.resource.key, cluster]));
  const unclear = new Set(unreadable.map(({ id }) => id.toLowerCase()));
  const obsolete = records.filter((record) => {
    const key = record.clusterId.toLowerCase();
    const cluster = byKey.get(key);
    if (unclear.has(key)) return false;
    if (!key.startsWith(`/subscriptions/${ports.subscriptionId}/`)) return isForgotten(record, ports.now());
    if (!cluster || cluster.bootstrap.source === 'direct') return true;
    return compareVersions(record.kubernetesVersion, cluster.kubernetesVersion) < 0;
  });
  for (const record of obsolete) {
    await ports.targets.remove(record);
    await ports.judgements.remove(record.clusterId, record.kubernetesVersion);
  }
  return obsolete.length;
}

/** A fleet member of another subscription is planned when its gate asks, and not listed here. */
function isForgotten({ planned, requestedAt }: TargetRecord, now: Date): boolean {
  return now.getTime() - (planned?.plannedAt ?? requestedAt).getTime() > forgetForeignAfterMs;
}

/** @param named versions that update runs name for it */
async function reconcileCluster(
  cluster: Cluster,
  named: readonly KubernetesVersion[],
  records: readonly TargetRecord[],
  { indexes, judgements }: Knowledge,
  ports: ReconcilePorts,
): Promise<number> {
  if (cluster.bootstrap.source === 'direct') return 0;
  const profile = await ports.clusters.upgradeProfile(cluster.resource);
  const own = records.filter((record) => record.clusterId.toLowerCase() === cluster.resource.key);
  const current = own.filter((record) => compareVersions(record.kubernetesVersion, cluster.kubernetesVersion) >= 0);
  const recorded = current.map((record) => record.kubernetesVersion);
  const wanted = wantedVersions(cluster, profile, [...named, ...recorded], ports.targetPolicy);
  const facts = await currentFacts(cluster, current, ports);
  for (const { planned } of current) if (planned && planned.factsHash !== facts) await denounce(planned, ports);
  const due = wanted.filter((version) => {
    const record = current.find((candidate) => candidate.kubernetesVersion === version);
    return needsPlan(record, facts, indexes, ports.now(), ports.reconcilePolicy);
  });
  await enqueueTargets(cluster.resource.id, due, ports);
  const settled = wanted.filter((version) => !due.includes(version));
  await judgeAgain(cluster.resource.id, settled, { records: current, indexes, judgements }, ports);
  return due.length;
}

/** Plans are made from what ARM says of a cluster alone, and a list may say less: a difference is looked at twice. */
async function currentFacts(
  cluster: Cluster,
  records: readonly TargetRecord[],
  ports: ReconcilePorts,
): Promise<string> {
  const listed = hashFacts(cluster);
  if (records.every(({ planned }) => planned === undefined || planned.factsHash === listed)) return listed;
  return hashFacts(await ports.clusters.get(cluster.resource));
}

/** A plan of other facts than today's must not open a gate while the new one is on its way. */
async function denounce({ clusterId, kubernetesVersion }: TargetRef, ports: ReconcilePorts): Promise<void> {
  const reason =
    'the cluster changed since it was planned (add-ons, pools, network or registry); it is being planned again';
  await ports.targets.saveFailure({ clusterId, kubernetesVersion, reason, at: ports.now(), effect: 'plan-wrong' });
}

/** Whether a target must be planned (again). Pure. */
export function needsPlan(
  record: TargetRecord | undefined,
  facts: string,
  indexes: ReadonlyMap<string, StateIndex>,
  now: Date,
  policy: ReconcilePolicy,
): boolean {
  const plan = record?.planned;
  if (!plan || plan.factsHash !== facts) return true;
  if (now.getTime() - plan.plannedAt.getTime() >= policy.renewPlanAfterMs) return true;
  const states = indexes.get(plan.registry);
  return plan.set.artifacts.some((artifact) => {
    const state = states?.get(artifactName(artifact));
    if (!state) return true;
    const overdueMs = now.getTime() - state.dueAt.getTime();
    if (state.phase === 'failed') return overdueMs >= policy.retryFailedAfterMs;
    return state.phase !== 'proven' && overdueMs >= policy.lostAfterMs;
  });
}

async function reconcileFleets(ports: ReconcilePorts): Promise<number> {
  const gates = await ports.fleets.listGates();
  const ours = gates.filter((gate) => isOurs(gate, ports.fleetGatePrefix) === undefined).map((gate) => gate.id);
  const records = await ports.fleetRecords.list();
  const unsettled = records
    .filter(({ action }) => action !== 'approved' && action !== 'left-alone')
    .map(({ id }) => id);
  const byKey = new Map([...unsettled, ...ours].map((id) => [id.toLowerCase(), id]));
  await ports.gateQueue.enqueue(
    [...byKey.values()].map((gateId) => ({ kind: 'fleet-gate', gateId })),
    0,
  );
  return byKey.size;
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Value | string> {
  try {
    return await work();
  } catch (error) {
    // A bug met at one cluster must not stop the round for the others; its stack is for the log.
    return error instanceof SyncError
      ? `${error.code}: ${error.message}. ${error.advice}`
      : `unexpected: ${String(error)}`;
  }
}
