import type { KubernetesVersion } from '../../shared/model/kubernetes-version.js';
import type { ClusterState } from './cluster-state.js';
import {
  planGates,
  type GateState,
  type GroupState,
  type MemberState,
  type PlannedGate,
  type RunState,
  type StageState,
  type Timing,
} from './fleet-state.js';
import { guidOf } from './guid.js';
import type { ScenarioFleet, ScenarioRun } from './scenario.js';
import type { Timers } from './timers.js';

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

  /** As `UpdateRuns_Stop`: its gates stay as they are. */
  stop(run: RunState): void {
    run.state = 'Stopped';
  }

  /** A run that somebody deleted and created again under its name, to another version. */
  retarget(run: RunState, kubernetesVersion: KubernetesVersion): void {
    run.declared = { ...run.declared, kubernetesVersion };
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
      .flatMap(({ cluster: name, regionLacks }) => {
        const cluster = this.clusters.get(name);
        return cluster ? [{ name, cluster, regionLacks, state: 'NotStarted' as const }] : [];
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
    await Promise.all(group.members.map((member) => this.upgrade(member, run, stage, group)));
    await this.passGates(run, stage, group, 'After');
    group.state = 'Completed';
  }

  private async upgrade(member: MemberState, run: RunState, stage: StageState, group: GroupState): Promise<void> {
    const { cluster } = member;
    const { upgradeType, kubernetesVersion = cluster.kubernetesVersion } = run.declared;
    if (member.regionLacks.includes(kubernetesVersion)) await this.waitForRegion(member, run, stage, group);
    member.state = 'Running';
    cluster.provisioningState = upgradeType === 'Full' ? 'Upgrading' : 'UpgradingNodeImageVersion';
    this.listener.clusterUpgrading(cluster, kubernetesVersion);
    await this.timers.sleep(this.declared.upgradeSeconds);
    if (upgradeType === 'Full') cluster.finishUpgrade(kubernetesVersion);
    else cluster.finishNodeImages();
    member.state = 'Completed';
  }

  /** For ever: whoever waits is `Pending`, up to the run, although the gate was approved. Source: Azure/AKS#5423. */
  private waitForRegion(member: MemberState, run: RunState, stage: StageState, group: GroupState): Promise<never> {
    for (const one of [run, stage, group, member]) one.state = 'Pending';
    const version = run.declared.kubernetesVersion ?? '';
    member.message = `Kubernetes version ${version} is not available in the region of ${member.name} yet.`;
    if (this.declared.heldGates === 'Pending') this.reopenGates(run, stage, group);
    return new Promise<never>(() => undefined);
  }

  private reopenGates(run: RunState, stage: StageState, group: GroupState): void {
    for (const gate of this.gates) {
      const isBefore = gate.run === run && gate.stage === stage.name && gate.timing === 'Before';
      if (!isBefore || (gate.group ?? group.name) !== group.name || gate.state === 'Pending') continue;
      gate.state = 'Pending';
      gate.revision += 1;
      this.listener.gateUpdated(gate);
    }
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
