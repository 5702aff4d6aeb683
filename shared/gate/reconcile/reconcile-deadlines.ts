import type { Cluster } from '../../model/cluster.js';
import { SyncError } from '../../model/errors.js';
import type { KubernetesVersion } from '../../model/kubernetes-version.js';
import { deadlinesOfMaintenance, nextDeadline, type Deadline } from '../decision/deadlines.js';
import type { FleetNeeds } from '../fleet/fleet-needs.js';
import type { MaintenanceConfiguration, MaintenanceConfigurations } from '../maintenance/maintenance-ports.js';
import type { DeadlineRecords } from '../ports.js';

export interface DeadlinePorts {
  readonly deadlines: DeadlineRecords;
  readonly maintenance: Pick<MaintenanceConfigurations, 'list'>;
  readonly now: () => Date;
}

/** What ended, or whose time has come, is kept so long: events of it may still arrive. */
const forgetAfterMs = 8 * 24 * 3_600_000;

/**
 * Brings the windows of a cluster up to date. Writes only what has changed; the last round of several at a time wins, all come to the
 * same.
 * @param known all deadlines as stored
 * @returns those of this cluster as they are now
 */
export async function refreshDeadlines(
  cluster: Cluster,
  targets: readonly KubernetesVersion[],
  known: readonly Deadline[],
  { deadlines, maintenance, now }: DeadlinePorts,
): Promise<readonly Deadline[]> {
  const own = known.filter(({ clusterId }) => clusterId.toLowerCase() === cluster.resource.key);
  const configurations = await readConfigurations(cluster, maintenance);
  if (!configurations) return own;
  const windows = deadlinesOfMaintenance(cluster, configurations, targets, now());
  const before = own.filter(({ source }) => source === 'maintenance');
  for (const window of windows) if (!before.some((one) => isSame(one, window))) await deadlines.save(window);
  for (const one of before) if (!windows.some(({ key }) => key === one.key)) await deadlines.remove(one);
  return [...own.filter(({ source }) => source !== 'maintenance'), ...windows];
}

/** @returns undefined when they cannot be read: what was known stays, and nothing else of the cluster waits for it */
async function readConfigurations(
  { resource }: Cluster,
  maintenance: DeadlinePorts['maintenance'],
): Promise<readonly MaintenanceConfiguration[] | undefined> {
  try {
    return await maintenance.list(resource.id);
  } catch (error) {
    if (error instanceof SyncError) return undefined;
    throw error;
  }
}

function isSame(one: Deadline, other: Deadline): boolean {
  return (
    one.key === other.key && one.at.getTime() === other.at.getTime() && one.versions.join() === other.versions.join()
  );
}

/** Forgets what is over. @returns what is left */
export async function pruneDeadlines(
  known: readonly Deadline[],
  { deadlines, now }: Pick<DeadlinePorts, 'deadlines' | 'now'>,
): Promise<readonly Deadline[]> {
  const isOver = ({ at, toldAt }: Deadline): boolean =>
    now().getTime() - Math.max(at.getTime(), toldAt.getTime()) > forgetAfterMs;
  for (const one of known.filter(isOver)) await deadlines.remove(one);
  return known.filter((one) => !isOver(one));
}

/** When each target of a cluster is needed, by what comes first. Pure. */
export function neededBy(
  cluster: Pick<Cluster, 'resource' | 'kubernetesVersion'>,
  versions: readonly KubernetesVersion[],
  deadlines: readonly Deadline[],
  needs: FleetNeeds,
  now: Date,
): ReadonlyMap<KubernetesVersion, Date> {
  const fleet = needs.get(cluster.resource.key);
  const found = versions.flatMap((version): readonly (readonly [KubernetesVersion, Date])[] => {
    const current = version === cluster.kubernetesVersion ? fleet?.get('current') : undefined;
    const all = [nextDeadline(deadlines, cluster.resource.id, version, now)?.at, fleet?.get(version), current];
    const times = all.flatMap((at) => (at ? [at.getTime()] : []));
    return times.length === 0 ? [] : [[version, new Date(Math.min(...times))]];
  });
  return new Map(found);
}
