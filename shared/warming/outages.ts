import { artifactName } from '../model/artifact.js';
import type { SyncError } from '../model/errors.js';
import { noteLookInVain, noteReached } from './note-looks.js';
import { afterFailure, healthy, outagePolicy, permitOf, type Health, type OutageSide, type Permit } from './outage.js';
import type { OutageRecord } from './outage-record.js';
import type { RegistryProofs } from './registry-proof.js';
import type { ArtifactState } from './state.js';
import type { Outcome } from './steps.js';
import { isUnreachable } from './unreachable.js';

/**
 * What registries get from MAR, for people: no decision reads it. That a registry itself fails stands in its own record, `RegistryProof`, as
 * decisions do rest on that.
 */
export interface OutageRecords {
  list(): Promise<readonly OutageRecord[]>;
  /** Replaces what is there. */
  save(record: OutageRecord): Promise<void>;
  /** Of a record that is not there, too. */
  remove(registry: string, side: OutageSide): Promise<void>;
}

export interface OutagePorts {
  readonly outageRecords: OutageRecords;
  readonly registryProofs: Pick<RegistryProofs, 'get' | 'save'>;
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
    private readonly ports: OutagePorts,
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

  /** What came of it, told as soon as it is known. A failure counts against the side that failed; every other answer clears the sides that gave it. */
  async tell(state: ArtifactState, outcome: Outcome): Promise<void> {
    const now = this.now();
    if (outcome.kind !== 'failure') {
      for (const side of answeredBy(state, outcome)) await this.#clear(state, side, now);
      return;
    }
    const { error } = outcome;
    const side = sideOf(error);
    if (side === 'own') return;
    if (side === 'none') return await this.#clear(state, 'registry', now);
    // It answered, as far as this goes; a gateway that fails says the same (502), so that no record of it is cleared by that.
    if (error.code === 'UPSTREAM_UNAVAILABLE') this.#health.delete(keyOf(state, 'registry'));
    const reason = `${error.code}: ${error.message}`.slice(0, 300);
    const failure = { artifact: artifactName(state), code: error.code, reason };
    const health = afterFailure(this.#of(state, side), failure, now, this.policy);
    this.#health.set(keyOf(state, side), health);
    if (!health.outage) return;
    const { registry, loginServer } = state;
    if (side === 'registry') await noteLookInVain(state, error, now, this.ports.registryProofs);
    else await this.ports.outageRecords.save({ registry, loginServer, side, ...health.outage });
  }

  #of(state: ArtifactState, side: OutageSide): Health {
    return this.#health.get(keyOf(state, side)) ?? healthy;
  }

  async #clear(state: ArtifactState, side: OutageSide, at: Date): Promise<void> {
    const { outage } = this.#of(state, side);
    this.#health.delete(keyOf(state, side));
    if (!outage) return;
    if (side === 'registry') await noteReached(state, at, this.ports.registryProofs);
    else await this.ports.outageRecords.remove(state.registry, side);
  }
}

/** What is proven is looked at in the registry alone: MAR may be down meanwhile. */
function sidesOf({ phase }: ArtifactState): readonly OutageSide[] {
  return phase === 'proven' ? ['registry'] : ['registry', 'upstream'];
}

/** Who has answered. How an import goes on is ARM's word alone. */
function answeredBy(state: ArtifactState, { kind }: Outcome): readonly OutageSide[] {
  return kind === 'import-running' || kind === 'import-lost' ? ['upstream'] : sidesOf(state);
}

/** Whom a failure speaks against; `none` where the registry answered and it tells of no outage, and `own` where it tells nothing at all. */
function sideOf(error: SyncError): OutageSide | 'none' | 'own' {
  const { code, failureClass } = error;
  if (failureClass === 'throttled' || failureClass === 'ours') return 'own';
  // Imports are ARM's: the registry itself may be well.
  if (failureClass === 'upstream-down' || code.startsWith('ARM_')) return 'upstream';
  return isUnreachable(error) ? 'registry' : 'none';
}

function keyOf({ registry }: ArtifactState, side: OutageSide): string {
  return `${side} ${registry}`;
}
