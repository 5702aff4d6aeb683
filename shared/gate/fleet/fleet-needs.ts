import type { KubernetesVersion } from '../../model/kubernetes-version.js';
import { isLive, type FleetGate, type UpdateRun } from './fleet.js';

/** When clusters are needed by update runs, by cluster key and version; `current`: the version that the cluster runs. */
export type FleetNeeds = ReadonlyMap<string, ReadonlyMap<KubernetesVersion | 'current', Date>>;

/** A run that waits at a gate of ours goes on as soon as that opens; its other stages, and runs that have not begun, come later. */
const soonMs = 30 * 60_000;
const laterMs = 6 * 3_600_000;

/**
 * Orders the work for update runs. No window opens at these times, a run waits at its gate: they say who comes first, and put no
 * deadline at risk. Pure.
 * @param pending gates of ours that are pending
 */
export function needsOfFleets(runs: readonly UpdateRun[], pending: readonly FleetGate[], now: Date): FleetNeeds {
  const needs = new Map<string, Map<KubernetesVersion | 'current', Date>>();
  for (const run of runs.filter(isLive)) {
    const version = run.upgradeType.toLowerCase() === 'nodeimageonly' ? ('current' as const) : run.kubernetesVersion;
    if (version === undefined) continue;
    const gates = pending.filter((gate) => gate.updateRunId.toLowerCase() === run.id.toLowerCase());
    for (const stage of run.stages) {
      for (const group of stage.groups) {
        const waits = gates.some((gate) => gate.stage === stage.name && (gate.group ?? group.name) === group.name);
        const at = new Date(now.getTime() + (waits ? soonMs : laterMs));
        for (const id of group.clusterIds) hasten(needs, id.toLowerCase(), version, at);
      }
    }
  }
  return needs;
}

function hasten(
  needs: Map<string, Map<KubernetesVersion | 'current', Date>>,
  cluster: string,
  version: KubernetesVersion | 'current',
  at: Date,
): void {
  const own = needs.get(cluster) ?? new Map<KubernetesVersion | 'current', Date>();
  const known = own.get(version);
  if (!known || at < known) own.set(version, at);
  needs.set(cluster, own);
}
