import { isOurs, questionOf, type FleetGate, type UpdateRun } from '../../../../shared/gate/fleet/fleet.js';
import { clusterId, gateOf, runOf, target } from '../../../support/builders.js';

const prefix = 'artifact-sync';
const { kubernetesVersion: _version, ...nodeImages } = runOf(undefined, { upgradeType: 'NodeImageOnly' });
const twoGroups = runOf(undefined, {
  stages: [
    {
      name: 'canary',
      groups: [
        { name: 'first', clusterIds: [clusterId('one')] },
        { name: 'rest', clusterIds: [clusterId('two'), clusterId('one')] },
      ],
    },
    { name: 'production', groups: [{ name: 'first', clusterIds: [clusterId('three')] }] },
  ],
});

test.each<[string, Partial<FleetGate>, UpdateRun, readonly string[]]>([
  ['a stage asks for all its members, each once', {}, twoGroups, [clusterId('one'), clusterId('two')]],
  ['a group asks for its members', { group: 'rest' }, twoGroups, [clusterId('two'), clusterId('one')]],
  ['another stage asks for its own', { stage: 'production' }, twoGroups, [clusterId('three')]],
  ['a run that has not started yet is heard', {}, runOf(undefined, { state: 'NotStarted' }), [clusterId()]],
])('a gate before %s', (_sentence, gate, run, clusterIds) => {
  expect(questionOf(gateOf(gate), run, prefix)).toEqual({ ask: true, version: target, clusterIds });
});

test('a gate of a run of node images asks for the version that each of its members runs', () => {
  expect(questionOf(gateOf(), nodeImages, prefix)).toMatchObject({ ask: true, version: 'current' });
});

test.each<[string, Partial<FleetGate>, UpdateRun, string]>([
  ['of another type', { gateType: 'ScheduledStart' }, runOf(), 'its type is ScheduledStart, not Approval'],
  ['after a stage', { timing: 'After' }, runOf(), 'its timing is After, not Before'],
  ['of an unknown timing', { timing: 'Unknown' }, runOf(), 'its timing is Unknown'],
  ['of a person', { displayName: 'CAB approval' }, runOf(), 'does not start with "artifact-sync"'],
  ['without a name', { displayName: '' }, runOf(), 'does not start with'],
  ['that is completed', { state: 'Completed' }, runOf(), 'it is Completed'],
  ['that was skipped', { state: 'Skipped' }, runOf(), 'it is Skipped'],
  ['of a run that was stopped', {}, runOf(undefined, { state: 'Stopped' }), 'the update run is Stopped'],
  ['of a run that is stopping', {}, runOf(undefined, { state: 'Stopping' }), 'the update run is Stopping'],
  ['of a run of an unknown state', {}, runOf(undefined, { state: 'Unknown' }), 'the update run is Unknown'],
  ['of a stage that is gone', { stage: 'gone' }, runOf(), 'the update run has no stage "gone"'],
  ['of a group that is gone', { group: 'gone' }, runOf(), 'its stage or group has no members'],
  ['of a stage without groups', {}, runOf(undefined, { stages: [{ name: 'canary', groups: [] }] }), 'has no members'],
])('a gate %s is left alone, and said so', (_sentence, gate, run, reason) => {
  const question = questionOf(gateOf(gate), run, prefix);
  expect(question).toMatchObject({ ask: false });
  expect(question.ask ? '' : question.reason).toContain(reason);
});

test('a group whose members are not listed asks for something that is no cluster, and so keeps the gate shut', () => {
  const question = questionOf(gateOf(), runOf([]), prefix);
  expect(question).toMatchObject({
    ask: true,
    clusterIds: [expect.stringContaining('members the update run does not list') as string],
  });
});

test('the name is compared without case, and * takes every name', () => {
  expect(isOurs(gateOf({ displayName: 'Artifact-Sync canary' }), prefix)).toBeUndefined();
  expect(isOurs(gateOf({ displayName: 'CAB approval' }), '*')).toBeUndefined();
});
