import type { LocalAzure } from '../azure/local-azure-interface.js';
import type { Upgrade } from '../azure/world.js';
import type { AppStatus } from './app-status.js';

/** What the app says and what is true in the local Azure, at one moment. */
export interface Snapshot {
  readonly elapsedSeconds: number;
  /** Undefined until the app has answered for the first time. */
  readonly status: AppStatus | undefined;
  readonly clusters: readonly { readonly name: string; readonly kubernetesVersion: string; readonly state: string }[];
  readonly updateRuns: readonly RunSnapshot[];
  /** Every approval gate of every run, in the order of the run. */
  readonly gates: readonly GateSnapshot[];
  readonly upgrades: readonly Upgrade[];
  /** Published to the custom topic, each id once, oldest first. */
  readonly events: readonly EventSnapshot[];
  /** What the policy assignment holds, with clusters by name; absent where there is none. */
  readonly policy?: { readonly guarded: readonly string[]; readonly allowed: readonly string[] };
  readonly holds: readonly HoldSnapshot[];
  /** Login server by name of the registry. */
  readonly loginServers: ReadonlyMap<string, string>;
}

export interface RunSnapshot {
  readonly name: string;
  /** Absent where members get new node images alone. */
  readonly kubernetesVersion?: string;
  readonly state: string;
}

export interface GateSnapshot {
  readonly displayName: string;
  readonly run: string;
  /** Stage, and group where the gate is of one. */
  readonly place: string;
  readonly state: 'NotReached' | 'Pending' | 'Completed';
}

export interface EventSnapshot {
  /** Without the prefix. */
  readonly type: string;
  readonly subject: string;
}

/** A maintenance configuration: what the app says of it, and what is true of it. */
export interface HoldSnapshot {
  readonly cluster: string;
  readonly configuration: string;
  /** `none` where the app says nothing. */
  readonly state: string;
  readonly reason: string | undefined;
  /** Count of its `notAllowedDates` in Azure. */
  readonly entries: number;
}

/** That a cluster has no configuration to hold is told at the end only: most have none. */
export function isHoldNews({ state }: HoldSnapshot): boolean {
  return state !== 'without-configuration';
}

export function targetOf({ kubernetesVersion }: RunSnapshot): string {
  return kubernetesVersion ?? 'node images';
}

export function takeSnapshot(azure: LocalAzure, status: AppStatus | undefined, elapsedSeconds: number): Snapshot {
  const { world } = azure;
  return {
    elapsedSeconds,
    status,
    clusters: [...world.clusters.values()].map(({ name, kubernetesVersion, provisioningState }) => ({
      name,
      kubernetesVersion,
      state: provisioningState,
    })),
    updateRuns: world.runs.map(({ declared, state }) => ({
      name: declared.name,
      ...(declared.kubernetesVersion === undefined ? {} : { kubernetesVersion: declared.kubernetesVersion }),
      state,
    })),
    gates: listGates(azure),
    upgrades: [...world.upgrades],
    events: listEvents(azure),
    ...policyOf(azure),
    holds: listHolds(azure, status),
    loginServers: azure.loginServers,
  };
}

function policyOf({ world }: LocalAzure): Pick<Snapshot, 'policy'> {
  const { policyAssignment } = world;
  if (!policyAssignment) return {};
  const names = new Map([...world.clusters.values()].map(({ id, name }) => [id.toLowerCase(), name]));
  const nameOf = (id: string): string => names.get(id) ?? id;
  const guarded = policyAssignment.list('guardedClusters').map(nameOf);
  const allowed = policyAssignment.list('allowedVersions').map((entry) => {
    const [id = '', version = ''] = entry.split('|');
    return `${nameOf(id)} ${version}`;
  });
  return { policy: { guarded, allowed } };
}

function listGates({ world }: LocalAzure): readonly GateSnapshot[] {
  return world.runs.flatMap(({ declared, stages }) =>
    stages.flatMap((stage) => {
      const holders = [
        { place: stage.name, gates: stage.gates },
        ...stage.groups.map((group) => ({ place: `${stage.name}/${group.name}`, gates: group.gates })),
      ];
      return holders.flatMap(({ place, gates }) =>
        gates.map(({ displayName, gate }) => ({
          displayName,
          run: declared.name,
          place,
          state: gate?.state ?? ('NotReached' as const),
        })),
      );
    }),
  );
}

function listEvents({ publishedEvents }: LocalAzure): readonly EventSnapshot[] {
  const byId = new Map(publishedEvents.map((event) => [event.id, event]));
  return [...byId.values()].map(({ type, subject = '' }) => ({ type: type.split('.').at(-1) ?? type, subject }));
}

/** `GateOpened 3, GateClosed 3`; empty when nothing was published. */
export function countEvents(events: readonly EventSnapshot[]): string {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${type} ${count}`).join(', ');
}

/** Every configuration that exists or that the app speaks of. */
function listHolds({ world }: LocalAzure, status: AppStatus | undefined): readonly HoldSnapshot[] {
  return [...world.clusters.values()].flatMap(({ id, name, maintenance }) => {
    const told = (status?.holds ?? []).filter((hold) => hold.clusterId.toLowerCase() === id.toLowerCase());
    const names = new Set([...maintenance.list().map((one) => one.name), ...told.map((hold) => hold.configuration)]);
    return [...names].map((configuration) => {
      const hold = told.find((one) => one.configuration === configuration);
      const entries = maintenance.entries(configuration).length;
      return { cluster: name, configuration, state: hold?.state ?? 'none', reason: hold?.reasons.at(-1), entries };
    });
  });
}
