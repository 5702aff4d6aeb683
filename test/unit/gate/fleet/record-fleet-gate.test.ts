import { settleRecord } from '../../../../shared/gate/fleet/record-fleet-gate.js';
import type { FleetGateAction, FleetGateRecord } from '../../../../shared/gate/fleet/fleet-ports.js';
import { before, gateId, minutes, now, runId } from '../../../support/builders.js';

function recorded(action: FleetGateAction): FleetGateRecord {
  return { id: gateId(), displayName: '', updateRun: runId, stage: '', action, reasons: ['known'], recordedAt: now };
}

const early = before(minutes(1));
const muchLater = new Date(now.getTime() + minutes(11));
const late = new Date(now.getTime() + minutes(1));

test.each([
  ['approved', 'waiting', 'Pending', early, 'stands'],
  ['approved', 'left-alone', 'Completed', late, 'stands'],
  ['approved', 'waiting', 'Pending', late, 'stands'],
  ['approved', 'waiting', 'Pending', muchLater, 'waiting'],
  ['approving', 'waiting', 'Pending', early, 'stands'],
  ['approving', 'approving', 'Pending', early, 'stands'],
  ['approving', 'waiting', 'Pending', late, 'waiting'],
  ['approving', 'approved', 'Pending', early, 'approved'],
  ['approving', 'left-alone', 'Completed', early, 'approved'],
  ['waiting', 'left-alone', 'Completed', early, 'left-alone'],
] as const)(
  'a record "%s" and a look that found "%s" at a gate %s, read at %s: %s',
  (known, found, state, readAt, expected) => {
    const settled = settleRecord(recorded(known), { action: found, reasons: ['found'] }, { state, readAt });
    expect(settled === 'stands' ? settled : settled.action).toBe(expected);
  },
);
