import type { KubernetesVersion } from '../../model/kubernetes-version.js';
import { kindOfRun, versionAskedBy, type AskedVersion } from '../upgrade-kinds.js';

/** A gate of a Fleet. Source: `Microsoft.ContainerService/fleets/gates`, api-version 2026-06-01. */
export interface FleetGate {
  readonly id: string;
  readonly fleetId: string;
  readonly displayName: string;
  readonly gateType: string;
  readonly state: 'Pending' | 'Completed' | 'Skipped' | 'Unknown';
  readonly etag?: string;
  /** `Succeeded`, `Failed` or `Canceled` at rest; anything else while ARM works on the gate. */
  readonly provisioningState?: string;
  readonly updateRunId: string;
  readonly timing: 'Before' | 'After' | 'Unknown';
  readonly stage?: string;
  readonly group?: string;
}

/** An update run, as far as its gates are concerned. */
export interface UpdateRun {
  readonly id: string;
  /** `NotStarted`, `Running`, `Pending`, `Stopping`, `Stopped`, `Skipped`, `Failed`, `Completed`. */
  readonly state: string;
  readonly upgradeType: string;
  /** Absent for `NodeImageOnly`. */
  readonly kubernetesVersion?: KubernetesVersion;
  readonly stages: readonly { readonly name: string; readonly groups: readonly UpdateGroup[] }[];
}

export interface UpdateGroup {
  readonly name: string;
  readonly clusterIds: readonly string[];
  /** How far each is, as far as the run tells. */
  readonly members?: readonly UpdateMember[];
}

/** Source: `MemberUpdateStatus` of Microsoft.ContainerService/fleets. */
export interface UpdateMember {
  readonly clusterId: string;
  /** `NotStarted`, `Running`, `Pending`, `Stopping`, `Stopped`, `Skipped`, `Failed`, `Completed`. */
  readonly state: string;
  /** Why it is Pending, for example: its version is not in the region yet. */
  readonly message?: string;
}

/**
 * What a Fleet gate asks: may these clusters upgrade to this version? `current`: to newer node images, each cluster at the version
 * that it runs.
 */
export type GateQuestion =
  | { readonly ask: true; readonly version: AskedVersion; readonly clusterIds: readonly string[] }
  | { readonly ask: false; readonly reason: string };

/** States in which a run still heeds an approval. */
const liveStates = new Set(['Running', 'Pending', 'NotStarted']);

/** States of a member that this run will not upgrade any more. */
const throughStates = new Set(['Completed', 'Skipped']);

/** Whether a run may still upgrade something. */
export function isLive({ state }: UpdateRun): boolean {
  return liveStates.has(state);
}

/** Which gates are ours. Human approvals stay human: gates of another name, type or timing are left alone. */
export function isOurs(gate: FleetGate, prefix: string): GateQuestion | undefined {
  if (gate.gateType.toLowerCase() !== 'approval') return leave(`its type is ${gate.gateType}, not Approval`);
  if (gate.timing !== 'Before') return leave(`its timing is ${gate.timing}, not Before`);
  if (prefix !== '*' && !gate.displayName.toLowerCase().startsWith(prefix.toLowerCase())) {
    return leave(`its display name does not start with "${prefix}" (setting FLEET_GATE_PREFIX)`);
  }
  if (gate.state !== 'Pending') return leave(`it is ${gate.state}`);
  return undefined;
}

/** The clusters that pass a gate, and the version that they get. Pure. */
export function questionOf(gate: FleetGate, run: UpdateRun, prefix: string): GateQuestion {
  const notOurs = isOurs(gate, prefix);
  if (notOurs) return notOurs;
  if (!liveStates.has(run.state)) return leave(`the update run is ${run.state}`);
  const kind = kindOfRun(run.upgradeType);
  const version = kind && versionAskedBy(kind, run.kubernetesVersion);
  if (kind === undefined) return leave(`nobody knows what an update run of type ${run.upgradeType} upgrades`);
  if (version === undefined) return leave(`the update run (${run.upgradeType}) names no Kubernetes version`);
  const groups = groupsBehind(gate, run);
  if (!groups) return leave(`the update run has no stage "${gate.stage ?? ''}"`);
  if (groups.length === 0) return leave('its stage or group has no members');
  const clusterIds = [...new Set(groups.flatMap(membersOf))];
  if (clusterIds.length === 0) return leave('every member of its stage or group is through, or skipped');
  return { ask: true, version, clusterIds };
}

/** The versions that runs which may still upgrade something name, by cluster key; also where no gate exists yet. */
export function versionsByCluster(runs: readonly UpdateRun[]): ReadonlyMap<string, readonly KubernetesVersion[]> {
  const named = new Map<string, KubernetesVersion[]>();
  for (const { state, kubernetesVersion, stages } of runs) {
    if (!liveStates.has(state) || kubernetesVersion === undefined) continue;
    for (const id of stages.flatMap(({ groups }) => groups.flatMap(({ clusterIds }) => clusterIds))) {
      const key = id.toLowerCase();
      named.set(key, [...(named.get(key) ?? []), kubernetesVersion]);
    }
  }
  return named;
}

/** A group whose members ARM does not list must not be passed over: what is no cluster id keeps the gate shut. */
function membersOf({ name, clusterIds, members = [] }: UpdateGroup): readonly string[] {
  if (clusterIds.length === 0) return [`group "${name}", whose members the update run does not list`];
  const through = members.filter(({ state }) => throughStates.has(state)).map(({ clusterId }) => clusterId);
  return clusterIds.filter((id) => !through.includes(id));
}

/** Groups of the stage, or the one group, that a gate stands before. */
export function groupsBehind(
  { stage, group }: { readonly stage?: string; readonly group?: string },
  run: UpdateRun,
): readonly UpdateGroup[] | undefined {
  const found = run.stages.find(({ name }) => name === stage);
  return found?.groups.filter(({ name }) => group === undefined || name === group);
}

function leave(reason: string): GateQuestion {
  return { ask: false, reason };
}
