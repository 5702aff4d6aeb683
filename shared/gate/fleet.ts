import type { KubernetesVersion } from '../model/kubernetes-version.js';

/** A gate of a Fleet. Source: `Microsoft.ContainerService/fleets/gates`, api-version 2026-06-01. */
export interface FleetGate {
  readonly id: string;
  readonly fleetId: string;
  readonly displayName: string;
  readonly gateType: string;
  readonly state: 'Pending' | 'Completed' | 'Skipped' | 'Unknown';
  readonly etag?: string;
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
}

/**
 * What a Fleet gate asks: may these clusters upgrade to this version? `current`: to newer node images, each cluster at the version
 * that it runs.
 */
export type GateQuestion =
  | { readonly ask: true; readonly version: KubernetesVersion | 'current'; readonly clusterIds: readonly string[] }
  | { readonly ask: false; readonly reason: string };

/** States in which a run still heeds an approval. */
const liveStates = new Set(['Running', 'Pending', 'NotStarted']);

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
  const version = run.upgradeType.toLowerCase() === 'nodeimageonly' ? 'current' : run.kubernetesVersion;
  if (version === undefined) return leave(`the update run (${run.upgradeType}) names no Kubernetes version`);
  const stage = run.stages.find((candidate) => candidate.name === gate.stage);
  if (!stage) return leave(`the update run has no stage "${gate.stage ?? ''}"`);
  const groups = gate.group === undefined ? stage.groups : stage.groups.filter((group) => group.name === gate.group);
  if (groups.length === 0) return leave('its stage or group has no members');
  const clusterIds = [...new Set(groups.flatMap(membersOf))];
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
function membersOf({ name, clusterIds }: UpdateGroup): readonly string[] {
  return clusterIds.length > 0 ? clusterIds : [`group "${name}", whose members the update run does not list`];
}

function leave(reason: string): GateQuestion {
  return { ask: false, reason };
}
