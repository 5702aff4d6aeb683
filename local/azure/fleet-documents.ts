import type { Document } from './cluster-documents.js';
import type { Fleet } from './fleet.js';
import type { GateState, GroupState, PlannedGate, RunState, StageState, Timing } from './fleet-state.js';

/** `Microsoft.ContainerService/fleets`. */
export function describeFleet(fleet: Fleet, location: string): Document {
  return {
    id: fleet.id,
    name: fleet.declared.name,
    type: 'Microsoft.ContainerService/fleets',
    location,
    tags: {},
    eTag: '"f1"',
    properties: { provisioningState: 'Succeeded' },
  };
}

export function describeMembers(fleet: Fleet): readonly Document[] {
  return fleet.declared.members.map((member) => ({
    id: `${fleet.id}/members/${member.cluster}`,
    name: member.cluster,
    type: 'Microsoft.ContainerService/fleets/members',
    eTag: '"m1"',
    properties: {
      clusterResourceId: memberClusterId(fleet.clusters.get(member.cluster)?.id ?? ''),
      group: member.group,
      provisioningState: 'Succeeded',
    },
  }));
}

/** Fleet spells `resourceGroups`, where AKS itself has `resourcegroups`: ids compare without case. */
function memberClusterId(clusterId: string): string {
  return clusterId.replace('/resourcegroups/', '/resourceGroups/');
}

/** `Microsoft.ContainerService/fleets/updateRuns`, api-version 2026-06-01. */
export function describeRun(run: RunState): Document {
  const { declared } = run;
  return {
    id: run.id,
    name: declared.name,
    type: 'Microsoft.ContainerService/fleets/updateRuns',
    eTag: '"r1"',
    properties: {
      provisioningState: 'Succeeded',
      managedClusterUpdate: {
        upgrade: {
          type: declared.upgradeType,
          ...(declared.kubernetesVersion === undefined ? {} : { kubernetesVersion: declared.kubernetesVersion }),
        },
        nodeImageSelection: { type: 'Consistent' },
      },
      strategy: {
        stages: declared.stages.map((stage) => ({
          name: stage.name,
          ...describeGateConfigurations(stage),
          groups: stage.groups.map((group) => ({ name: group.name, ...describeGateConfigurations(group) })),
          afterStageWaitInSeconds: stage.afterStageWaitSeconds,
        })),
      },
      status: { status: { state: run.state }, stages: run.stages.map(describeStage) },
    },
  };
}

interface Gated {
  readonly beforeGates: readonly { readonly displayName: string }[];
  readonly afterGates: readonly { readonly displayName: string }[];
}

function describeGateConfigurations({ beforeGates, afterGates }: Gated): Document {
  return {
    beforeGates: beforeGates.map(({ displayName }) => ({ displayName, type: 'Approval' })),
    afterGates: afterGates.map(({ displayName }) => ({ displayName, type: 'Approval' })),
  };
}

function describeStage(stage: StageState): Document {
  return {
    name: stage.name,
    status: { state: stage.state },
    ...describeGateStatuses(stage.gates),
    groups: stage.groups.map(describeGroup),
  };
}

function describeGroup(group: GroupState): Document {
  return {
    name: group.name,
    status: { state: group.state },
    ...describeGateStatuses(group.gates),
    members: group.members.map((member) => ({
      name: member.name,
      clusterResourceId: memberClusterId(member.cluster.id),
      status: { state: member.state },
      ...(member.message === undefined ? {} : { message: member.message }),
    })),
  };
}

function describeGateStatuses(gates: readonly PlannedGate[]): Document {
  const of = (timing: Timing): readonly Document[] =>
    gates
      .filter((planned) => planned.timing === timing)
      .map(({ displayName, gate }) => ({
        displayName,
        ...(gate ? { gateId: gate.id } : {}),
        status: { state: gate?.state ?? 'NotStarted' },
      }));
  return { beforeGates: of('Before'), afterGates: of('After') };
}

/** `Microsoft.ContainerService/fleets/gates`, api-version 2026-06-01. */
export function describeGate(gate: GateState): Document {
  return {
    id: gate.id,
    name: gate.name,
    type: 'Microsoft.ContainerService/fleets/gates',
    eTag: gateETag(gate),
    properties: { provisioningState: gate.provisioningState, ...describeGateProperties(gate) },
  };
}

/** What the resource and its events have in common. */
export function describeGateProperties(gate: GateState): Document {
  return {
    displayName: gate.displayName,
    gateType: 'Approval',
    target: {
      id: gate.run.id,
      updateRunProperties: {
        name: gate.run.declared.name,
        stage: gate.stage,
        ...(gate.group === undefined ? {} : { group: gate.group }),
        timing: gate.timing,
      },
    },
    state: gate.state,
  };
}

export function gateETag(gate: GateState): string {
  return `"${gate.name.slice(0, 8)}-${gate.revision}"`;
}
