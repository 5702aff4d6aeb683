import { createHash } from 'node:crypto';
import type { KubernetesVersion } from '../../shared/model/kubernetes-version.js';
import type { ClusterState } from './cluster-state.js';
import type { ScenarioFleet, ScenarioRun } from './scenario.js';
import type { Timers } from './timers.js';

export type UpdateState = 'NotStarted' | 'Running' | 'Pending' | 'Completed';
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
  state: UpdateState;
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
  readonly declared: ScenarioRun;
  readonly stages: readonly StageState[];
  state: UpdateState;
}

/** What happens in a fleet, told to whoever listens. */
export interface FleetListener {
  gateCreated(gate: GateState): void;
  gateUpdated(gate: GateState): void;
  /** All nodes of the cluster are about to pull what the version needs. */
  clusterUpgrading(cluster: ClusterState, version: KubernetesVersion): void;
}

/** A Fleet with its update runs. Source: azure-facts.md section 7; states as `UpdateState` of api-version 2026-06-01. */
export class Fleet {
  readonly id: string;
  readonly runs: readonly RunState[];
  readonly gates: GateState[] = [];

  constructor(
    readonly declared: ScenarioFleet,
    subscriptionId: string,
    readonly clusters: ReadonlyMap<string, ClusterState>,
    private readonly timers: Timers,
    private readonly listener: FleetListener,
  ) {
    const scope = `/subscriptions/${subscriptionId}/resourceGroups/${declared.resourceGroup}`;
    this.id = `${scope}/providers/Microsoft.ContainerService/fleets/${declared.name}`;
    this.runs = declared.updateRuns.map((run) => this.plan(run));
  }

  /** Every update run, from its first stage to its end; waits at gates. Call once. */
  start(): void {
    for (const run of this.runs) void this.playRun(run);
  }

  /** Approves a pending gate, after the time that approving takes. */
  approve(gate: GateState): void {
    gate.provisioningState = 'Updating';
    gate.revision += 1;
    const finish = (): void => {
      gate.state = 'Completed';
      gate.provisioningState = 'Succeeded';
      gate.revision += 1;
      this.listener.gateUpdated(gate);
      gate.release();
    };
    if (this.declared.approvalSeconds === 0) finish();
    else this.timers.after(this.declared.approvalSeconds, finish);
  }

  private plan(run: ScenarioRun): RunState {
    const stages = run.stages.map((stage) => ({
      name: stage.name,
      state: 'NotStarted' as const,
      gates: planGates(stage),
      afterStageWaitSeconds: stage.afterStageWaitSeconds,
      groups: stage.groups.map((group) => ({
        name: group.name,
        state: 'NotStarted' as const,
        gates: planGates(group),
        members: this.membersOf(group.name),
      })),
    }));
    return { id: `${this.id}/updateRuns/${run.name}`, declared: run, state: 'NotStarted', stages };
  }

  private membersOf(group: string): readonly MemberState[] {
    return this.declared.members
      .filter((member) => member.group === group)
      .flatMap(({ cluster: name }) => {
        const cluster = this.clusters.get(name);
        return cluster ? [{ name, cluster, state: 'NotStarted' as const }] : [];
      });
  }

  private async playRun(run: RunState): Promise<void> {
    run.state = 'Running';
    for (const stage of run.stages) {
      stage.state = 'Running';
      await this.passGates(run, stage, undefined, 'Before');
      await Promise.all(stage.groups.map((group) => this.playGroup(run, stage, group)));
      await this.passGates(run, stage, undefined, 'After');
      await this.timers.sleep(stage.afterStageWaitSeconds);
      stage.state = 'Completed';
    }
    run.state = 'Completed';
  }

  private async playGroup(run: RunState, stage: StageState, group: GroupState): Promise<void> {
    group.state = 'Running';
    await this.passGates(run, stage, group, 'Before');
    await Promise.all(group.members.map((member) => this.upgrade(member, run.declared.kubernetesVersion)));
    await this.passGates(run, stage, group, 'After');
    group.state = 'Completed';
  }

  private async upgrade(member: MemberState, version: KubernetesVersion): Promise<void> {
    member.state = 'Running';
    member.cluster.provisioningState = 'Upgrading';
    this.listener.clusterUpgrading(member.cluster, version);
    await this.timers.sleep(this.declared.upgradeSeconds);
    member.cluster.finishUpgrade(version);
    member.state = 'Completed';
  }

  /** Creates the gates and waits for all of them; whoever waits is `Pending`, up to the run. */
  private async passGates(
    run: RunState,
    stage: StageState,
    group: GroupState | undefined,
    timing: Timing,
  ): Promise<void> {
    const planned = (group ?? stage).gates.filter((gate) => gate.timing === timing);
    if (planned.length === 0) return;
    const waiting = group ? [run, stage, group] : [run, stage];
    for (const one of waiting) one.state = 'Pending';
    await Promise.all(planned.map((gate) => this.reachGate(gate, run, stage, group)));
    if (group) group.state = 'Running';
    if (this.gates.some((gate) => gate.run === run && gate.state === 'Pending')) return;
    run.state = 'Running';
    stage.state = 'Running';
  }

  private reachGate(
    planned: PlannedGate,
    run: RunState,
    stage: StageState,
    group: GroupState | undefined,
  ): Promise<void> {
    return new Promise((release) => {
      const name = guidOf(`${run.id}/${stage.name}/${group?.name ?? ''}/${planned.timing}/${planned.displayName}`);
      const gate: GateState = {
        id: `${this.id}/gates/${name}`,
        name,
        displayName: planned.displayName,
        run,
        stage: stage.name,
        group: group?.name,
        timing: planned.timing,
        state: 'Pending',
        provisioningState: 'Succeeded',
        revision: 1,
        release,
      };
      planned.gate = gate;
      this.gates.push(gate);
      this.listener.gateCreated(gate);
    });
  }
}

type Named = { readonly displayName: string };

function planGates(holder: {
  readonly beforeGates: readonly Named[];
  readonly afterGates: readonly Named[];
}): readonly PlannedGate[] {
  return [
    ...holder.beforeGates.map(({ displayName }) => ({ displayName, timing: 'Before' as const })),
    ...holder.afterGates.map(({ displayName }) => ({ displayName, timing: 'After' as const })),
  ];
}

/** A stable id in the shape of the GUIDs that name gates. */
function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
