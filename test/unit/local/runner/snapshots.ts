import type { AppStatus } from '../../../../local/runner/app-status.js';
import type { Snapshot } from '../../../../local/runner/snapshot.js';

type Target = AppStatus['clusters'][number]['targets'][number];

export function aTarget(fields: Partial<Target> = {}): Target {
  return { kubernetesVersion: '1.35.7', decision: 'open', required: 2, cached: 2, missing: [], reasons: [], ...fields };
}

export function aMissing(artifact: string): Target['missing'][number] {
  return { artifact, state: 'waiting', reason: 'not cached yet' };
}

/** One isolated cluster with one target in one registry, and what the fields say otherwise. */
export function aStatus(targets: readonly Target[] = [aTarget()], fields: Partial<AppStatus> = {}): AppStatus {
  const cluster = { id: '/c', name: 'payments', kubernetesVersion: '1.34.10', isolated: true, targets: [...targets] };
  return {
    registries: [{ loginServer: '127.0.0.1:1', required: 2, cached: 2, failed: 0, waiting: 0 }],
    clusters: [cluster],
    fleetGates: [],
    problems: [],
    ...fields,
  };
}

export function aSnapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    elapsedSeconds: 7,
    status: aStatus(),
    clusters: [{ name: 'payments', kubernetesVersion: '1.34.10', state: 'Succeeded' }],
    updateRuns: [{ name: 'run-1', kubernetesVersion: '1.35.7', state: 'Pending' }],
    gates: [{ displayName: 'canary', run: 'run-1', place: 'one', state: 'Pending' }],
    upgrades: [],
    events: [],
    holds: [],
    loginServers: new Map([['contoso', '127.0.0.1:1']]),
    ...fields,
  };
}
