import { compareVersions } from '../../model/kubernetes-version.js';
import type { Cluster } from '../../model/cluster.js';
import { SyncError } from '../../model/errors.js';
import type { ClusterList } from '../../requirements/ports.js';
import type { TargetRecord } from '../../warming/ports.js';
import { dropUnneeded } from '../../warming/drop-unneeded.js';
import { verifyRegistry } from '../../warming/verify-registry.js';
import type { VerifyPorts } from '../../warming/verify-registry-ports.js';
import type { TargetRef } from '../../warming/state.js';
import { reasonsWhileHeld } from '../fleet/fleet-held.js';
import { needsOfFleets } from '../fleet/fleet-needs.js';
import { isOurs, versionsByCluster, type UpdateRun } from '../fleet/fleet.js';
import { forgetJudgements } from '../announcements/forget-judgements.js';
import type { Holds, MaintenancePolicy } from '../maintenance/maintenance-ports.js';
import type { FleetGateRecords, Fleets } from '../fleet/fleet-ports.js';
import type { Judgement, SeenClusters } from '../ports.js';
import { publishLeftovers, type PublishPorts } from '../announcements/publish-announcements.js';
import { reconcileCluster, reconcileUnread, type ReconcileClusterPorts } from './reconcile-cluster.js';
import { pruneDeadlines } from './reconcile-deadlines.js';
import { indexRegistries, roundsDue } from './reconcile-knowledge.js';
import { rememberClusters, seen } from './seen-clusters.js';
import { tellHourly } from '../announcements/tell-hourly.js';
import { wakeMaintenance } from '../maintenance/wake-maintenance.js';
import { wakePolicy, type WakePolicyPorts } from '../policy/wake-policy.js';

const forgetForeignAfterMs = 7 * 24 * 3_600_000;

export interface ReconcilePorts
  extends ReconcileClusterPorts, PublishPorts, WakePolicyPorts, Omit<VerifyPorts, 'verifyQueue'> {
  readonly fleets: Fleets;
  readonly seenClusters: SeenClusters;
  readonly fleetRecords: FleetGateRecords;
  /** Lower case. Members of a fleet may lie in others. */
  readonly subscriptionId: string;
  readonly fleetGatePrefix: string;
  readonly holds: Pick<Holds, 'list'>;
  readonly maintenancePolicy: MaintenancePolicy;
}

/**
 * Whose planned maintenance is judged: of every cluster that AKS upgrades by itself, or where something is shut or held. Records of
 * Fleet gates that are gone are looked for with `all`, too.
 */
export type MaintenanceLook = 'all' | 'shut-or-held';

/** Counts of what one round set in motion. */
export interface Reconciled {
  readonly clusters: number;
  readonly planned: number;
  readonly removed: number;
  readonly fleetGates: number;
  /** Targets that were not judged open last. */
  readonly shut: number;
  /** Registries whose warm sets are proven again. */
  readonly rounds: number;
  /** What could not be looked at this time, for the log. */
  readonly failures: readonly string[];
}

/**
 * Looks at the whole subscription by itself: events get lost, workers die, facts change.
 * Idempotent; one cluster or the fleets failing does not keep the others waiting.
 */
export async function reconcile(ports: ReconcilePorts, look: MaintenanceLook = 'all'): Promise<Reconciled> {
  const listed = await ports.clusters.list();
  const { clusters } = listed;
  const known = await rememberClusters(listed, ports.seenClusters, ports.now());
  const fleetGates = await reconcileFleets(ports, look);
  const records = await ports.targets.list();
  const removed = await removeObsolete(records, listed, ports);
  const proofs = await ports.registryProofs.list();
  const indexes = await indexRegistries(records, proofs, ports.states);
  const kept = records.filter((record) => !removed.includes(record));
  const dropped = await attempt(() => dropUnneeded(kept, indexes, ports));
  const [due, ...othersDue] = roundsDue(indexes, proofs, ports.now(), ports.verifyPolicy);
  await startRounds(othersDue, ports);
  const { judgements, orphans } = await readJudgements(kept, ports);
  const deadlines = await pruneDeadlines(await ports.deadlines.list(), ports);
  const failures = listed.unreadable.map(({ id, reason }) => `${id}: ${reason}`);
  if (dropped !== undefined) failures.push(`artifacts that no plan needs: ${dropped}`);
  const runs = await attempt(() => ports.fleets.listUpdateRuns());
  if (typeof runs !== 'string') await tellHeldRuns(runs, ports);
  const named = versionsByCluster(typeof runs === 'string' ? [] : runs);
  const needs = needsOfFleets(typeof runs === 'string' ? [] : runs, fleetGates.ours, ports.now());
  const knowledge = { indexes, proofs, judgements, deadlines, needs };
  let planned = 0;
  for (const cluster of clusters) {
    const versions = named.get(cluster.resource.key) ?? [];
    const outcome = await attempt(() => reconcileCluster(cluster, versions, records, knowledge, ports));
    if (typeof outcome === 'number') planned += outcome;
    else {
      failures.push(`${cluster.resource.name}: ${outcome}`);
      await ports.seenClusters.save([
        { ...seen(cluster, known.get(cluster.resource.key), ports.now()), finding: outcome },
      ]);
    }
  }
  for (const { id } of listed.unreadable) {
    const outcome = await attempt(() => reconcileUnread(id, records, knowledge, ports));
    if (outcome !== undefined) failures.push(`${id}: ${outcome}`);
  }
  const maintained = await attempt(() =>
    reconcileMaintenance(look === 'all' ? clusters : clusters.filter(isShut(judgements)), ports),
  );
  failures.push(
    ...(await tellWholes({ 'update runs': runs, maintenance: maintained, fleets: fleetGates.listed }, ports)),
  );
  await wakePolicy(ports);
  if (due !== undefined) failures.push(...(await roundOf(due, ports)));
  await publishLeftovers([...judgements, ...orphans], ports);
  await forgetJudgements(orphans, ports);
  return {
    clusters: clusters.length,
    planned,
    removed: removed.length,
    shut: judgements.filter(({ decision }) => decision !== 'open').length,
    rounds: (due === undefined ? 0 : 1) + othersDue.length,
    failures,
    fleetGates: fleetGates.judged,
  };
}

/** A message a registry: a timer does no long work. A round that is on its way already makes the second one end at once, or find the same. */
async function startRounds(registries: readonly string[], { gateQueue }: ReconcilePorts): Promise<void> {
  const tasks = registries.map((registry) => ({ kind: 'verify-registry', registry }) as const);
  await gateQueue.enqueue(tasks, 0);
}

/** The only round that is due, or the first of them, takes a few seconds and saves its message. What is left of it becomes one. */
async function roundOf(registry: string, ports: ReconcilePorts): Promise<readonly string[]> {
  const task = { kind: 'verify-registry', registry } as const;
  const failure = await attempt(async () => {
    await verifyRegistry(task, { ...ports, verifyQueue: ports.gateQueue });
    return undefined;
  });
  return failure === undefined ? [] : [`${registry}: ${failure}`];
}

/** Targets of clusters that are gone or not isolated any more, and versions that the cluster has left behind. */
async function removeObsolete(
  records: readonly TargetRecord[],
  { clusters, unreadable }: ClusterList,
  ports: ReconcilePorts,
): Promise<readonly TargetRecord[]> {
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
  for (const record of obsolete) await ports.targets.remove(record);
  return obsolete;
}

/** Those of targets that are recorded, and those that one left behind. */
async function readJudgements(records: readonly TargetRecord[], ports: Pick<ReconcilePorts, 'judgements'>) {
  const keyOf = ({ clusterId, kubernetesVersion }: TargetRef) => `${clusterId.toLowerCase()} ${kubernetesVersion}`;
  const recorded = new Set(records.map(keyOf));
  const all = await ports.judgements.list();
  return {
    judgements: all.filter((judgement) => recorded.has(keyOf(judgement))),
    orphans: all.filter((judgement) => !recorded.has(keyOf(judgement))),
  };
}

/** A fleet member of another subscription is planned when its gate asks, and not listed here. */
function isForgotten({ planned, requestedAt }: TargetRecord, now: Date): boolean {
  return now.getTime() - (planned?.plannedAt ?? requestedAt).getTime() > forgetForeignAfterMs;
}

/**
 * What of the subscription could not be looked at as a whole shows at no cluster and no gate: people are told of what does not end by itself.
 * @param outcomes by what was looked at; a text is a failure
 * @returns the failures, for the log
 */
async function tellWholes(
  outcomes: Readonly<Record<string, unknown>>,
  ports: ReconcilePorts,
): Promise<readonly string[]> {
  const failures = Object.entries(outcomes).flatMap(([subject, reason]) =>
    typeof reason === 'string' ? [{ subject, reason }] : [],
  );
  for (const { subject, reason } of failures) {
    if (!reason.startsWith('ARM_UNAVAILABLE')) await tellHourly({ source: 'reconcile', subject, reason }, ports);
  }
  return failures.map(({ subject, reason }) => `${subject}: ${reason}`);
}

/** @returns gates of ours that are pending, and how many are judged again: also those that are settled since and not recorded so */
async function reconcileFleets(ports: ReconcilePorts, look: MaintenanceLook) {
  const listed = await attempt(() => ports.fleets.listGates());
  // Where no gate is, none waits: what is left of one that is gone can be told later.
  if (listed.length === 0 && look !== 'all') return { judged: 0, ours: [], listed };
  const ours = typeof listed === 'string' ? [] : listed.filter((gate) => !isOurs(gate, ports.fleetGatePrefix));
  const records = await ports.fleetRecords.list();
  const unsettled = records
    .filter(({ action }) => action !== 'approved' && action !== 'left-alone')
    .map(({ id }) => id);
  const byKey = new Map([...unsettled, ...ours.map(({ id }) => id)].map((id) => [id.toLowerCase(), id]));
  await ports.gateQueue.enqueue(
    [...byKey.values()].map((gateId) => ({ kind: 'fleet-gate', gateId })),
    0,
  );
  return { judged: byKey.size, ours, listed };
}

/** Clusters that AKS upgrades by itself, and those that something of ours may still be held at. */
async function reconcileMaintenance(clusters: readonly Cluster[], ports: ReconcilePorts): Promise<void> {
  const held = (await ports.holds.list()).map(({ clusterId }) => clusterId);
  await wakeMaintenance(clusters, ports, held);
}

function isShut(judgements: readonly Judgement[]): (cluster: Cluster) => boolean {
  const open = judgements.filter(({ decision }) => decision === 'open').map(({ clusterId }) => clusterId.toLowerCase());
  const shut = judgements.filter(({ decision }) => decision !== 'open').map(({ clusterId }) => clusterId.toLowerCase());
  return ({ resource }) => shut.includes(resource.key) || !open.includes(resource.key);
}

/** Approved gates whose runs Azure holds all the same are told, and left alone. */
async function tellHeldRuns(runs: readonly UpdateRun[], { fleetRecords }: ReconcilePorts): Promise<void> {
  if (runs.length === 0) return;
  for (const known of await fleetRecords.list()) {
    if (known.action !== 'approved') continue;
    const run = runs.find(({ id }) => id.toLowerCase() === known.updateRun.toLowerCase());
    const reasons = reasonsWhileHeld(known, run);
    if (reasons.join() === known.reasons.join()) continue;
    const stored = await fleetRecords.get(known.id);
    if (stored?.record.action === 'approved') await fleetRecords.save({ ...stored.record, reasons }, stored.etag);
  }
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
