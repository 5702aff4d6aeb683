import { reasonsWhileHeld } from '../../../../shared/gate/fleet/fleet-held.js';
import type { UpdateGroup, UpdateMember, UpdateRun } from '../../../../shared/gate/fleet/fleet.js';
import type { FleetGateRecord } from '../../../../shared/gate/fleet/fleet-ports.js';
import { clusterId, gateId, now, runId, runOf } from '../../../support/builders.js';

const open = 'open for 1.35.7: one, two';
const lacks = 'Version 1.35.7 is not available in this region';
const oneIsHeld = `held by Azure: one is Pending although the gate is approved: ${lacks}`;
const approved: FleetGateRecord = {
  ...{ id: gateId(), displayName: '', updateRun: runId, stage: 'canary', action: 'approved', recordedAt: now },
  reasons: [open],
};

function memberOf(name: string, state: string, message?: string): UpdateMember {
  return { clusterId: clusterId(name), state, ...(message === undefined ? {} : { message }) };
}

function groupOf(name: string, ...members: readonly UpdateMember[]): UpdateGroup {
  return { name, clusterIds: members.map((member) => member.clusterId), members };
}

/** A run with one stage of these groups, and another stage whose one member is Pending, too. */
function runWith(state: string, ...groups: readonly UpdateGroup[]): UpdateRun {
  const later = { name: 'later', groups: [groupOf('rest', memberOf('other', 'Pending', lacks))] };
  return runOf([], { state, stages: [{ name: 'canary', groups }, later] });
}

const held = groupOf('first', memberOf('one', 'Pending', lacks), memberOf('two', 'Completed'));
const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => memberOf(name, 'Pending'));
const toldOf = (name: string): string => `held by Azure: ${name} is Pending although the gate is approved`;

test.each<[string, Partial<FleetGateRecord>, UpdateRun | undefined, readonly string[]]>([
  ['a member is Pending', {}, runWith('Pending', held), [oneIsHeld, open]],
  ['it was told already', { reasons: [oneIsHeld, open] }, runWith('Pending', held), [oneIsHeld, open]],
  ['no reason is given', {}, runWith('Pending', groupOf('first', memberOf('one', 'Pending'))), [toldOf('one'), open]],
  ['the run goes on', { reasons: [oneIsHeld, open] }, runWith('Running', held), [open]],
  ['the run is gone', { reasons: [oneIsHeld, open] }, undefined, [open]],
  ['only members of another stage are Pending', {}, runWith('Pending', groupOf('first')), [open]],
  ['the run has lost the stage', { stage: 'gone' }, runWith('Pending', held), [open]],
  ['members are not listed', {}, runWith('Pending', { name: 'first', clusterIds: [clusterId()] }), [open]],
  [
    'the gate is of a group, and another one is held',
    { group: 'second' },
    runWith('Pending', held, groupOf('second', memberOf('two', 'Running'))),
    [open],
  ],
  [
    'more members are Pending than anybody reads',
    {},
    runWith('Pending', groupOf('first', ...many)),
    [...['a', 'b', 'c', 'd', 'e'].map(toldOf), 'held by Azure: 2 more members', open],
  ],
  [
    'the reason is a long one',
    {},
    runWith('Pending', groupOf('first', memberOf('one', 'Pending', 'x'.repeat(500)))),
    [`${toldOf('one')}: ${'x'.repeat(300)}`, open],
  ],
])('what an approved gate tells when %s', (_sentence, changes, run, reasons) => {
  expect(reasonsWhileHeld({ ...approved, ...changes }, run)).toEqual(reasons);
});
