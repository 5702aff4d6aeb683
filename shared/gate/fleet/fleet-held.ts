import { groupsBehind, type FleetGate, type UpdateRun } from './fleet.js';
import type { FleetGateRecord } from './fleet-ports.js';

const mostNamed = 5;
const mark = 'held by Azure:';

/**
 * What is to be told of an approved gate whose run has gone back to Pending: a member's version or node image is not in its region
 * yet (Azure/AKS#5423), or its maintenance window is closed. Nothing is to be done about it; the gate is not approved twice. Pure.
 * @returns the record's reasons as they are to be now
 */
export function reasonsWhileHeld(record: FleetGateRecord, run: UpdateRun | undefined): readonly string[] {
  const own = record.reasons.filter((reason) => !reason.startsWith(mark));
  // First: whoever looks wants to know why nothing moves.
  return run ? [...describeHeld(record, run), ...own] : own;
}

/** One sentence a member that Azure holds behind the gate; none where the run goes on. */
export function describeHeld(gate: Pick<FleetGate, 'stage' | 'group'>, run: UpdateRun): readonly string[] {
  if (run.state !== 'Pending') return [];
  const members = (groupsBehind(gate, run) ?? []).flatMap((group) => group.members ?? []);
  const held = members.filter(({ state }) => state === 'Pending');
  const told = held.slice(0, mostNamed).map(({ clusterId, message }) => {
    const name = clusterId.split('/').at(-1) ?? clusterId;
    return `${mark} ${name} is Pending although the gate is approved${message === undefined ? '' : `: ${message.slice(0, 300)}`}`;
  });
  const more = held.length - told.length;
  return more > 0 ? [...told, `${mark} ${more} more members`] : told;
}
