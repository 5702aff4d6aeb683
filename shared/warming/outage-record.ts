import { isOfTheFuture } from '../model/clock-skew.js';
import type { Outage, OutageSide } from './outage.js';
import type { RegistryProof } from './registry-proof.js';

/** An outage as people are told of it. */
export interface OutageRecord extends Outage {
  /** Key of the registry's resource id. */
  readonly registry: string;
  readonly loginServer: string;
  readonly side: OutageSide;
}

/**
 * A record that nobody renews is news no more. What a registry gets from MAR is tried by workers alone, and such a record is of an instance
 * that is gone, or of a registry that nobody wants anything from. The registry itself is looked at by the reconcile timer as long as there is
 * a record: where that has ceased for hours, nobody asks for it, or nothing of this app runs. Gates forget later: see `shutsGates`.
 */
const forgetAfterMs: Readonly<Record<OutageSide, number>> = { upstream: 15 * 60_000, registry: 2 * 3_600_000 };

/** Whether it goes on, as far as anybody knows. Pure. */
export function isCurrent({ side, lastProbe }: Pick<OutageRecord, 'side' | 'lastProbe'>, now: Date): boolean {
  return !isOfTheFuture(lastProbe, now) && now.getTime() - lastProbe.getTime() < forgetAfterMs[side];
}

/** One sentence for the gate and the status. */
export function describeOutage({ side, loginServer, since, lastProbe, reason }: OutageRecord): string {
  const who = side === 'registry' ? loginServer : `what ${loginServer} gets from MAR`;
  return `outage: ${who} fails since ${since.toISOString()} (${reason}); last tried ${lastProbe.toISOString()}, goes on by itself`;
}

/** That the registry itself fails, as its own record has it. */
export function outageOf({ registry, loginServer, outage }: RegistryProof): OutageRecord | undefined {
  return outage && { ...outage, registry, loginServer, side: 'registry' };
}
