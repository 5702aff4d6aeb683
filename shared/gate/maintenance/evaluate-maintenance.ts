import type { Cluster, UpgradeProfile } from '../../model/cluster.js';
import { SyncError } from '../../model/errors.js';
import type { KubernetesVersion } from '../../model/kubernetes-version.js';
import { parseClusterId } from '../../model/resource-id.js';
import type { ClusterReader } from '../../requirements/ports.js';
import type { PlanQueue } from '../../warming/ports.js';
import { enqueueTargets } from '../../warming/request-targets.js';
import { modeOf, type EnforcementPolicy } from '../enforcement.js';
import { judgeTarget, type JudgePorts } from '../evaluate-target.js';
import { decideHold, type HoldFacts } from './maintenance-decide.js';
import {
  configurationNames,
  longestReason,
  type ConfigurationName,
  type MaintenancePolicy,
  type StoredHold,
} from './maintenance-ports.js';
import { askedConfigurations, askedVersions, operationOf } from './maintenance-targets.js';
import type { GateTask } from '../ports.js';
import { passageOf, type Passage } from '../passage.js';
import { tellRefusal, tellUnread, type HoldPorts, type StepOutcome } from './record-hold.js';
import { takeHoldStep } from './take-hold-step.js';

export interface MaintenancePorts extends JudgePorts, HoldPorts {
  readonly clusters: ClusterReader;
  readonly planQueue: PlanQueue;
  readonly enforcement: EnforcementPolicy;
  readonly maintenancePolicy: MaintenancePolicy;
  /** Lower case. Clusters of others are read for their fleets, and changed by nobody here. */
  readonly subscriptionId: string;
}

/** Somebody else writes the same configuration: what is left is for the next round. */
const mostTries = 3;

/** Why a configuration is to be held, by its name; empty where it is not. */
type Shut = ReadonlyMap<ConfigurationName, readonly string[]>;

/**
 * Judges the maintenance configurations of one cluster: holds those that govern an upgrade whose target is not open, and releases them
 * when all targets are. Pure decisions in `maintenance-decide.ts`; every change is recorded before Azure is asked.
 *
 * Runs twice: the version of a hold's record decides who acts. Stops anywhere: the record tells what was begun, and the next task,
 * the reconcile timer's at the latest, sees in Azure how far it got. An entry that nobody is left to remove ends by itself.
 * @returns one line for the log
 * @throws SyncError ARM_UNAVAILABLE: the message comes back. What else Azure says is told at the hold; of a cluster that cannot be read,
 * where there is one
 */
export async function evaluateMaintenance(
  { clusterId }: Extract<GateTask, { kind: 'maintenance' }>,
  ports: MaintenancePorts,
): Promise<string> {
  if (parseClusterId(clusterId).subscriptionId.toLowerCase() !== ports.subscriptionId)
    return 'left alone: of another subscription';
  const cluster = await findCluster(clusterId, ports.clusters);
  if (!cluster) return await forgetCluster(clusterId, ports);
  if (cluster instanceof SyncError) return await tellUnread(clusterId, cluster, ports);
  const asked = askedConfigurations(cluster, ports.maintenancePolicy);
  const known = await ports.holds.ofCluster(cluster.resource.id);
  if (asked.size === 0 && known.length === 0) return 'left alone';
  const judgedAt = ports.now();
  const shut = await judgeAll(cluster, asked, known, ports);
  const names = configurationNames.filter(
    (name) => shut.has(name) || known.some(({ record }) => record.configuration === name),
  );
  const outcomes: string[] = [];
  for (const name of names)
    outcomes.push(`${name}: ${await settle(cluster, { name, shut: shut.get(name) ?? 'not-asked', judgedAt }, ports)}`);
  return outcomes.join('; ');
}

/** @returns undefined where there is none; an error that does not end by itself */
async function findCluster(clusterId: string, clusters: ClusterReader): Promise<Cluster | SyncError | undefined> {
  try {
    return await clusters.get(parseClusterId(clusterId));
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    return error.code === 'CLUSTER_NOT_FOUND' ? undefined : error;
  }
}

async function forgetCluster(clusterId: string, { holds }: MaintenancePorts): Promise<string> {
  for (const stored of await holds.ofCluster(clusterId)) await holds.remove(stored);
  return 'the cluster is gone';
}

/** Each version is judged once, however many configurations ask for it. A gate that is only held open releases no hold, and places none. */
async function judgeAll(
  cluster: Cluster,
  asked: ReturnType<typeof askedConfigurations>,
  known: readonly StoredHold[],
  ports: MaintenancePorts,
): Promise<Shut> {
  const needsProfile = [...asked.values()].some((upgrades) => upgrades !== 'current');
  const profile = needsProfile ? await readProfile(cluster, ports.clusters) : undefined;
  const offered = typeof profile === 'string' ? undefined : profile;
  const versions = new Map([...asked].map(([name, upgrades]) => [name, askedVersions(cluster, offered, upgrades)]));
  const judged = new Map<KubernetesVersion, Passage>();
  for (const version of new Set([...versions.values()].flat()))
    judged.set(version, await judge(cluster, version, ports));
  const isHeld = (name: ConfigurationName): boolean =>
    known.some(({ record: { configuration, entry, state } }) => {
      return configuration === name && entry !== undefined && state !== 'would-hold';
    });
  const whyShut = (name: ConfigurationName, version: KubernetesVersion): readonly string[] => {
    const passage = judged.get(version);
    if (!passage || passage.may === 'open' || (passage.may === 'stay' && !isHeld(name))) return [];
    return [passage.reason];
  };
  const unknown = (name: ConfigurationName) =>
    typeof profile === 'string' && asked.get(name) !== 'current' ? [profile] : [];
  return new Map(
    [...versions].map(([name, own]) => [name, [...own.flatMap((version) => whyShut(name, version)), ...unknown(name)]]),
  );
}

/** @returns why nobody knows what AKS would upgrade to: then it must not, and what is held must not run out */
async function readProfile({ resource }: Cluster, clusters: ClusterReader): Promise<UpgradeProfile | string> {
  try {
    return await clusters.upgradeProfile(resource);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    return `which versions AKS offers is not known: ${error.code}: ${error.message}. ${error.advice}`.slice(
      0,
      longestReason,
    );
  }
}

/** Asks for a plan where there is none, or none of the cluster as it is now, so that a held gate can open at all. */
async function judge(cluster: Cluster, version: KubernetesVersion, ports: MaintenancePorts): Promise<Passage> {
  const { id } = cluster.resource;
  const judged = await judgeTarget(id, version, ports);
  const passage = passageOf(cluster, version, judged);
  if (!judged.record || (passage.may === 'not' && passage.isOutdated)) await enqueueTargets(id, [version], ports);
  return passage;
}

/** What was found out about one configuration before Azure was asked for it. */
type Judged = Pick<HoldFacts, 'name' | 'shut' | 'judgedAt'>;

async function settle(cluster: Cluster, judged: Judged, ports: MaintenancePorts): Promise<string> {
  let outcome: StepOutcome = { outcome: 'conflict', because: 'not tried' };
  for (let left = mostTries; left > 0 && outcome.outcome === 'conflict'; left -= 1)
    outcome = await tryToSettle(cluster, judged, ports);
  return outcome.because;
}

/** Record and configuration are read anew for every try. */
async function tryToSettle(cluster: Cluster, judged: Judged, ports: MaintenancePorts): Promise<StepOutcome> {
  const { id } = cluster.resource;
  const { name } = judged;
  const stored = (await ports.holds.ofCluster(id)).find(({ record }) => record.configuration === name);
  try {
    const configuration = (await ports.maintenance.list(id)).find((one) => one.name === name);
    const facts: HoldFacts = {
      ...judged,
      ...{ configuration, record: stored?.record, now: ports.now(), policy: ports.maintenancePolicy },
      operation: operationOf(cluster),
      mode: modeOf(id, ports.enforcement),
    };
    return await takeHoldStep(decideHold(facts), { ...facts, clusterId: id, stored }, ports);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    return await tellRefusal({ clusterId: id, name, stored, error, now: ports.now() }, ports);
  }
}
