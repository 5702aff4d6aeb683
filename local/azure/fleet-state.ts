import type { KubernetesVersion } from '../../shared/model/kubernetes-version.js';
import type { ClusterState } from './cluster-state.js';
import type { ScenarioRun } from './scenario.js';

export type UpdateState = 'NotStarted' | 'Running' | 'Pending' | 'Stopped' | 'Completed';
export type Timing = 'Before' | 'After';

/** A gate of an update run: a resource from the moment that the run reaches it. */
export interface GateState {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly run: RunState;
  readonly stage: string;
  readonly group: string | undefined;
  readonly timing: Timing;
  state: 'Pending' | 'Completed';
  provisioningState: 'Succeeded' | 'Updating';
  /** Counts writes; the ETag is made of it. */
  revision: number;
  /** Lets the run go on. */
  readonly release: () => void;
}

export interface PlannedGate {
  readonly displayName: string;
  readonly timing: Timing;
  gate?: GateState;
}

export interface MemberState {
  readonly name: string;
  readonly cluster: ClusterState;
  readonly regionLacks: readonly KubernetesVersion[];
  state: UpdateState;
  /** Why it is Pending. */
  message?: string;
}

export interface GroupState {
  readonly name: string;
  readonly members: readonly MemberState[];
  readonly gates: readonly PlannedGate[];
  state: UpdateState;
}

export interface StageState {
  readonly name: string;
  readonly groups: readonly GroupState[];
  readonly gates: readonly PlannedGate[];
  readonly afterStageWaitSeconds: number;
  state: UpdateState;
}

export interface RunState {
  readonly id: string;
  declared: ScenarioRun;
  readonly stages: readonly StageState[];
  state: UpdateState;
}

type Named = { readonly displayName: string };

export function planGates(holder: {
  readonly beforeGates: readonly Named[];
  readonly afterGates: readonly Named[];
}): readonly PlannedGate[] {
  return [
    ...holder.beforeGates.map(({ displayName }) => ({ displayName, timing: 'Before' as const })),
    ...holder.afterGates.map(({ displayName }) => ({ displayName, timing: 'After' as const })),
  ];
}
