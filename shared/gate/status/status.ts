import type { CatalogStatus } from '../../catalog/current-catalog.js';
import { nameResource } from '../audit.js';
import type { EnforcementPolicy } from '../enforcement.js';
import { compareVersions } from '../../model/kubernetes-version.js';
import type { ThrottledBudget } from '../../warming/budgets.js';
import { isCurrent, type OutageRecord } from '../../warming/outage-record.js';
import type { TargetRecord } from '../../warming/ports.js';
import { describeHold, type HoldStatus } from '../maintenance/hold-status.js';
import type { HoldRecord } from '../maintenance/maintenance-ports.js';
import { describeRegistries, type RegistryStatus } from './registry-status.js';
import { isBroken } from '../decision/reconsider.js';
import { describeTarget, type TargetKnowledge, type TargetStatus } from './target-status.js';
import type { AuditEntry, BreakGlass, PoisonMessage, Problem, SeenCluster } from '../ports.js';
import type { FleetGateRecord } from '../fleet/fleet-ports.js';

/** Where everything stands: `GET /api/status`. Times are ISO 8601. */
export interface Status {
  readonly version: string;
  readonly mode: 'observe' | 'enforce';
  /** In mode `enforce`: resource ids of what is enforced; absent where that is everything. */
  readonly scopes?: readonly string[];
  readonly evaluatedAt: string;
  readonly registries: readonly RegistryStatus[];
  readonly clusters: readonly ClusterStatus[];
  readonly fleetGates: readonly FleetGateStatus[];
  /** Gates that a person holds open now. */
  readonly breakGlasses: readonly BreakGlassStatus[];
  /** The newest changes in Azure, made or only told; `GET /api/audit` has the others. */
  readonly changes: readonly ChangeStatus[];
  /** Planned maintenance that is held, or that something is to be said of; absent where there is none. */
  readonly holds?: readonly HoldStatus[];
  /** Registries, and what they get from MAR, that fail for now. */
  readonly outages: readonly OutageStatus[];
  /** Messages that were given up on, newest first; those without `replayedAt` can be replayed. */
  readonly poison: readonly PoisonStatus[];
  readonly catalog: CatalogStatus;
  /** Request budgets that are paused or below their rate, since a server refused; absent where there is none. */
  readonly throttled?: readonly ThrottledBudget[];
  readonly problems: readonly (Omit<Problem, 'at'> & { readonly at: string })[];
}

export type FleetGateStatus = Omit<Told<FleetGateRecord, 'recordedAt'>, 'approval'>;
export type BreakGlassStatus = Told<BreakGlass, 'at' | 'expiresAt'>;
/** `name`: what people call the resource. */
export type ChangeStatus = Told<AuditEntry, 'at'> & { readonly name: string };

/** With its times as ISO 8601. */
type Told<Entry, Times extends keyof Entry> = Omit<Entry, Times> & Readonly<Record<Times, string>>;

export interface PoisonStatus {
  readonly id: string;
  readonly queue: PoisonMessage['queue'];
  readonly reason: string;
  readonly at: string;
  readonly replayedAt?: string;
}

/** Nothing is asked of it meanwhile but by one probe after the other. */
export interface OutageStatus {
  readonly loginServer: string;
  readonly side: OutageRecord['side'];
  /** What fails, in words. */
  readonly what: string;
  readonly since: string;
  readonly lastProbe: string;
}

export interface ClusterStatus {
  readonly id: string;
  readonly name: string;
  readonly kubernetesVersion: string;
  readonly isolated: boolean;
  readonly registry?: string;
  readonly finding?: string;
  /** Why its events do not reach the app: the timer finds its new versions, a little later. */
  readonly unheard?: string;
  readonly targets: readonly TargetStatus[];
}

export interface StatusInput extends TargetKnowledge {
  readonly version: string;
  readonly enforcement: EnforcementPolicy;
  readonly changes: readonly AuditEntry[];
  readonly clusters: readonly SeenCluster[];
  readonly targets: readonly TargetRecord[];
  readonly fleetGates: readonly FleetGateRecord[];
  readonly holds: readonly HoldRecord[];
  readonly poison: readonly PoisonMessage[];
  readonly catalog: CatalogStatus;
  readonly problems: readonly Problem[];
}

/** Pure: the same records give the same page. */
export function describeStatus(input: StatusInput): Status {
  return {
    version: input.version,
    mode: input.enforcement.mode,
    ...(input.enforcement.scopes.length === 0 ? {} : { scopes: input.enforcement.scopes }),
    evaluatedAt: input.now.toISOString(),
    registries: describeRegistries(input.targets, input.states, input.now, input.policy),
    clusters: input.clusters
      .map((cluster) => describeCluster(cluster, input))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    fleetGates: input.fleetGates.map(describeFleetGate),
    breakGlasses: input.breakGlasses.filter((glass) => isBroken(glass, input.now)).map(describeGlass),
    changes: input.changes.map(describeChange),
    ...(input.holds.length === 0 ? {} : { holds: input.holds.map(describeHold) }),
    outages: input.outages.filter((outage) => isCurrent(outage, input.now)).map(describeOutageStatus),
    poison: input.poison.map(describePoison),
    catalog: input.catalog,
    ...(input.throttled.length === 0 ? {} : { throttled: input.throttled }),
    problems: input.problems.map((problem) => ({ ...problem, at: problem.at.toISOString() })),
  };
}

function describeFleetGate({ approval: _ours, ...gate }: FleetGateRecord): FleetGateStatus {
  return { ...gate, recordedAt: gate.recordedAt.toISOString() };
}

export function describeGlass(glass: BreakGlass): BreakGlassStatus {
  return { ...glass, at: glass.at.toISOString(), expiresAt: glass.expiresAt.toISOString() };
}

export function describeChange(entry: AuditEntry): ChangeStatus {
  return { ...entry, name: nameResource(entry.resource), at: entry.at.toISOString() };
}

function describePoison({ id, queue, reason, at, replayedAt }: PoisonMessage): PoisonStatus {
  const replayed = replayedAt ? { replayedAt: replayedAt.toISOString() } : {};
  return { id, queue, reason, at: at.toISOString(), ...replayed };
}

function describeOutageStatus({ loginServer, side, reason, since, lastProbe }: OutageRecord): OutageStatus {
  return { loginServer, side, what: reason, since: since.toISOString(), lastProbe: lastProbe.toISOString() };
}

function describeCluster(cluster: SeenCluster, input: StatusInput): ClusterStatus {
  const key = cluster.id.toLowerCase();
  const targets = input.targets
    .filter((target) => target.clusterId.toLowerCase() === key)
    .sort((a, b) => compareVersions(a.kubernetesVersion, b.kubernetesVersion));
  return {
    id: cluster.id,
    name: cluster.name,
    kubernetesVersion: cluster.kubernetesVersion,
    isolated: cluster.isolated,
    ...(cluster.registry === undefined ? {} : { registry: cluster.registry }),
    ...(cluster.finding === undefined ? {} : { finding: cluster.finding }),
    ...(cluster.unheard === undefined ? {} : { unheard: cluster.unheard }),
    targets: targets.map((target) => describeTarget(target, cluster, input)),
  };
}
