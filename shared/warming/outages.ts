import { isOfTheFuture } from '../model/clock-skew.js';
import { artifactName } from '../model/artifact.js';
import type { SyncError } from '../model/errors.js';
import {
  afterFailure,
  healthy,
  outagePolicy,
  permitOf,
  type Health,
  type Outage,
  type OutageSide,
  type Permit,
} from './outage.js';
import type { ArtifactState } from './state.js';
import type { Outcome } from './steps.js';

/** An outage as people are told of it. */
export interface OutageRecord extends Outage {
  /** Key of the registry's resource id. */
  readonly registry: string;
  readonly loginServer: string;
  readonly side: OutageSide;
}

/** Outages for people, one per registry and side; no decision of the engine reads them. */
export interface OutageRecords {
  list(): Promise<readonly OutageRecord[]>;
  /** Replaces what is there. */
  save(record: OutageRecord): Promise<void>;
  /** Of a record that is not there, too. */
  remove(registry: string, side: OutageSide): Promise<void>;
}

/** A record that nobody renews by probing is of an instance that is gone, or of a registry that nobody wants anything from. */
const forgetAfterMs = 15 * 60_000;

export function isCurrent({ lastProbe }: OutageRecord, now: Date): boolean {
  return !isOfTheFuture(lastProbe, now) && now.getTime() - lastProbe.getTime() < forgetAfterMs;
}

/** One sentence for the gate and the status. */
export function describeOutage({ side, loginServer, since, lastProbe, reason }: OutageRecord): string {
  const who = side === 'registry' ? loginServer : `what ${loginServer} gets from MAR`;
  return `outage: ${who} fails since ${since.toISOString()} (${reason}); last tried ${lastProbe.toISOString()}, goes on by itself`;
}

/**
 * Outage mode, in the memory of one instance. With many instances that is right: an outage is only a reason to send fewer requests,
 * never a state of an artifact; an instance that has not learnt of it yet sends `failuresForOutage` requests and knows, one that has
 * forgotten it likewise; and instances that saw different things cannot disagree about anything that is stored. Sharing it would
 * cost a read per message, and one instance without network would stop all others.
 */
export class Outages {
  readonly #health = new Map<string, Health>();

  constructor(
    private readonly records: OutageRecords,
    private readonly now: () => Date,
    private readonly policy = outagePolicy,
  ) {}

  /** Whether this artifact may be worked on now. Synchronous, so that of the tasks of this instance one gets to probe. */
  permit(state: ArtifactState): Exclude<Permit['kind'], 'wait'> | { readonly seconds: number } {
    const sides = sidesOf(state);
    const permits = sides.map((side) => ({ side, permit: permitOf(this.#of(state, side), this.now(), this.policy) }));
    const waits = permits.flatMap(({ permit }) => (permit.kind === 'wait' ? permit.seconds : []));
    if (waits.length > 0) return { seconds: Math.max(...waits) };
    let kind: 'go' | 'probe' = 'go';
    for (const { side, permit } of permits) {
      if (permit.kind !== 'probe') continue;
      this.#health.set(keyOf(state, side), permit.health);
      kind = 'probe';
    }
    return kind;
  }

  /** What came of it. A failure counts against the side that failed; every other answer clears the sides that gave it. */
  async tell(state: ArtifactState, outcome: Outcome): Promise<void> {
    if (outcome.kind !== 'failure') {
      for (const side of sidesOf(state)) await this.#clear(state, side);
      return;
    }
    const { error } = outcome;
    const { failureClass } = error;
    const side = sideOf(error);
    if (side === 'own') return;
    if (side !== 'registry') await this.#clear(state, 'registry');
    if (side === 'none') return;
    const failure = {
      artifact: artifactName(state),
      failureClass,
      reason: `${error.code}: ${error.message}`.slice(0, 300),
    };
    const health = afterFailure(this.#of(state, side), failure, this.now(), this.policy);
    this.#health.set(keyOf(state, side), health);
    const { registry, loginServer } = state;
    if (health.outage) await this.records.save({ registry, loginServer, side, ...health.outage });
  }

  #of(state: ArtifactState, side: OutageSide): Health {
    return this.#health.get(keyOf(state, side)) ?? healthy;
  }

  async #clear(state: ArtifactState, side: OutageSide): Promise<void> {
    const { outage } = this.#of(state, side);
    this.#health.delete(keyOf(state, side));
    if (outage) await this.records.remove(state.registry, side);
  }
}

/** What is proven is looked at in the registry alone: MAR may be down meanwhile. */
function sidesOf({ phase }: ArtifactState): readonly OutageSide[] {
  return phase === 'proven' ? ['registry'] : ['registry', 'upstream'];
}

/** Whom a failure speaks against; `none` where it tells of no outage, and `own` where it tells nothing at all. */
function sideOf({ code, failureClass }: SyncError): OutageSide | 'none' | 'own' {
  if (failureClass === 'throttled' || failureClass === 'ours') return 'own';
  if (failureClass === 'permanent') return 'none';
  // Imports are ARM's: the registry itself may be well.
  return failureClass === 'upstream-down' || code.startsWith('ARM_') ? 'upstream' : 'registry';
}

function keyOf({ registry }: ArtifactState, side: OutageSide): string {
  return `${side} ${registry}`;
}
