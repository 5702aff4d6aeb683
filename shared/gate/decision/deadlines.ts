import type { Cluster } from '../../model/cluster.js';
import { minorOf, type KubernetesVersion } from '../../model/kubernetes-version.js';
import type { MaintenanceConfiguration } from '../maintenance/maintenance-ports.js';
import { nextWindowStart } from './maintenance-window.js';

/** When a cluster will pull, and who says so. */
export interface Deadline {
  /** Resource id as Azure spells it. */
  readonly clusterId: string;
  /** `notice`: AKS announced it; `maintenance`: a window in which AKS may. */
  readonly source: 'notice' | 'maintenance';
  /** Tells deadlines of one source apart: id of the announced event, name of the maintenance configuration. */
  readonly key: string;
  /** Targets that are needed by then. */
  readonly versions: readonly KubernetesVersion[];
  readonly at: Date;
  /** For people. */
  readonly what: string;
  /** When this was true as far as its source says: what was true before does not replace it. */
  readonly toldAt: Date;
  /** `ended`: it was cancelled, or has begun. */
  readonly state: 'ahead' | 'ended';
}

/** The first deadline ahead that a target is needed by. Pure. */
export function nextDeadline(
  deadlines: readonly Deadline[],
  clusterId: string,
  version: KubernetesVersion,
  now: Date,
): Deadline | undefined {
  const key = clusterId.toLowerCase();
  const own = deadlines.filter(
    (deadline) =>
      deadline.clusterId.toLowerCase() === key &&
      deadline.state === 'ahead' &&
      deadline.at > now &&
      deadline.versions.includes(version),
  );
  return own.reduce<Deadline | undefined>((first, one) => (first && first.at <= one.at ? first : one), undefined);
}

/** A notice of AKS about one cluster. */
export interface Notice {
  readonly eventId: string;
  /** Undefined: it names no time. */
  readonly scheduledAt: Date | undefined;
  readonly status: 'scheduled' | 'over';
  /** What it is about, as AKS words it. */
  readonly details: string;
  /** Versions that its details name. */
  readonly versions: readonly KubernetesVersion[];
  readonly toldAt: Date;
}

const aboutNodes = /node.?os|node.?image|vhd|security/i;
const aboutReleases = /weekly|add.?on|release/i;

/**
 * What a notice says of the targets of a cluster. Events come twice, late and in any order: `toldAt` decides which counts. A notice that
 * names no version is one of all targets unless it says that it is about nodes or weekly releases, which change what runs. Pure.
 * @param targets versions that are prepared for the cluster, with the one that it runs
 * @returns undefined where it names no time
 */
export function deadlineOfNotice(
  cluster: Pick<Cluster, 'resource' | 'kubernetesVersion'>,
  notice: Notice,
  targets: readonly KubernetesVersion[],
): Deadline | undefined {
  const { eventId, scheduledAt, status, details, toldAt } = notice;
  if (!scheduledAt) return undefined;
  const current = cluster.kubernetesVersion;
  const named = notice.versions.filter((version) => version !== current && targets.includes(version));
  const aboutCurrent = aboutNodes.test(details) || aboutReleases.test(details);
  return {
    clusterId: cluster.resource.id,
    source: 'notice',
    key: eventId,
    versions: named.length > 0 ? named : aboutCurrent ? [current] : targets,
    at: scheduledAt,
    what: `AKS announced: ${details || 'maintenance'}`.slice(0, 300),
    toldAt,
    state: status === 'scheduled' ? 'ahead' : 'ended',
  };
}

/**
 * The next windows in which AKS may change the cluster by itself, with what it may need then. A channel that upgrades nothing makes no
 * deadline of its window. Pure.
 * @param targets versions that are prepared for the cluster, with the one that it runs
 */
export function deadlinesOfMaintenance(
  cluster: Cluster,
  configurations: readonly Pick<MaintenanceConfiguration, 'name' | 'document'>[],
  targets: readonly KubernetesVersion[],
  now: Date,
): readonly Deadline[] {
  return configurations.flatMap(({ name, document }): readonly Deadline[] => {
    const at = nextWindowStart(fieldOf(document['properties'], 'maintenanceWindow'), now);
    const versions = versionsIn(name, cluster, targets);
    if (!at || versions.length === 0) return [];
    const what = `maintenance window ${name}`;
    return [
      {
        clusterId: cluster.resource.id,
        source: 'maintenance',
        key: name,
        versions,
        at,
        what,
        toldAt: now,
        state: 'ahead',
      },
    ];
  });
}

/** What may change in a window: by its name and the cluster's channels. Source: azure-aks-docs planned-maintenance.md, auto-upgrade-cluster.md. */
function versionsIn(
  configuration: string,
  { kubernetesVersion: current, properties }: Cluster,
  targets: readonly KubernetesVersion[],
): readonly KubernetesVersion[] {
  const profile = fieldOf(properties, 'autoUpgradeProfile');
  const channelOf = (name: string): string => {
    const channel = fieldOf(profile, name);
    return typeof channel === 'string' ? channel.toLowerCase() : 'none';
  };
  const upgrades = targets.filter((version) => version !== current);
  switch (configuration.toLowerCase()) {
    case 'default':
      return [current];
    case 'aksmanagednodeosupgradeschedule':
      return ['none', 'unmanaged'].includes(channelOf('nodeOSUpgradeChannel')) ? [] : [current];
    case 'aksmanagedautoupgradeschedule':
      switch (channelOf('upgradeChannel')) {
        case 'none':
          return [];
        case 'node-image':
          return [current];
        case 'patch':
          return upgrades.filter((version) => minorOf(version) === minorOf(current));
        default:
          return upgrades;
      }
    default:
      return [];
  }
}

function fieldOf(document: unknown, name: string): unknown {
  return typeof document === 'object' && document !== null ? (document as Record<string, unknown>)[name] : undefined;
}
