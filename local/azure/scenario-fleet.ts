import { z } from 'zod';
import { displayName, name, seconds, version } from './scenario-values.js';

const gateConfiguration = z.strictObject({ displayName: displayName.describe('Name that people read.') });
const gates = z.array(gateConfiguration).default([]);

const group = z.strictObject({
  name: name.describe('A group of fleet members.'),
  beforeGates: gates.describe('Approvals before the group.'),
  afterGates: gates.describe('Approvals after the group.'),
});

const stage = z.strictObject({
  name: name.describe('Name of the stage.'),
  beforeGates: gates.describe('Approvals before the stage.'),
  groups: z.array(group).min(1).describe('Groups that upgrade at the same time.'),
  afterGates: gates.describe('Approvals after the stage.'),
  afterStageWaitSeconds: seconds.default(0).describe('Wait before the next stage.'),
});

const updateRun = z.strictObject({
  name: name.describe('Name of the update run.'),
  upgradeType: z
    .enum(['Full', 'NodeImageOnly'])
    .default('Full')
    .describe('What it upgrades; `NodeImageOnly` leaves each member at the version that it runs.'),
  kubernetesVersion: version.optional().describe('Target of a `Full` upgrade, which needs one.'),
  stages: z.array(stage).min(1).describe('Stages, one after the other.'),
});

const member = z.strictObject({
  cluster: name.describe('A cluster of this scenario.'),
  group: name.describe('Update group of the member.'),
  regionLacks: z
    .array(version)
    .default([])
    .describe(
      'Versions that its region does not have: its upgrade to one stays `Pending`, and its run, as in Azure/AKS#5423.',
    ),
});

export const fleet = z.strictObject({
  name: name.describe('Name of the fleet.'),
  resourceGroup: name.describe('Its resource group.'),
  members: z.array(member).default([]).describe('Clusters of the fleet.'),
  updateRuns: z.array(updateRun).default([]).describe('Update runs, started together by `play`.'),
  upgradeSeconds: seconds.default(1).describe('How long the upgrade of one cluster takes.'),
  approvalSeconds: seconds.default(0.2).describe('How long approving a gate takes; 0 answers 200 instead of 202.'),
  heldGates: z
    .enum(['Completed', 'Pending'])
    .default('Completed')
    .describe('What becomes of an approved gate behind which a member has to wait for its region; no source tells.'),
});

export const expectedRun = z.strictObject({
  name: name.describe('An update run of this scenario.'),
  state: z
    .enum(['NotStarted', 'Running', 'Pending', 'Completed'])
    .describe('Its state at the end; `Pending` waits at a gate.'),
});

export const expectedGate = z.strictObject({
  displayName: displayName.describe('A gate of this scenario.'),
  state: z.enum(['Pending', 'Completed', 'NotReached']).describe('Its state at the end.'),
  told: z.string().optional().describe('What a reason that the app gives for it must contain; unset: not looked at.'),
});
