import { clockSkewMs, isOfTheFuture } from '../model/clock-skew.js';
import type { Outage } from './outage.js';
import type { ArtifactState } from './state.js';

/**
 * That a whole registry was looked at once more: the proof time of all that it covers, in one record, so that a warm set which did not
 * change costs no write per artifact.
 *
 * It is written after the records of all that was found missing have lost their proof, and is read before those records are: whoever
 * sees it sees the demotions, too.
 */
export interface RegistryProof {
  /** Key of the registry's resource id. */
  readonly registry: string;
  readonly loginServer: string;
  /** As of `ArtifactState`: a registry that was created again is another one. */
  readonly incarnation: string;
  /** Before the records of the artifacts were read. */
  readonly startedAt: Date;
  /** Before the registry was asked for the first time: everything covered was seen in it at this time or later. */
  readonly verifiedAt: Date;
  /** "inventory": tag, index and children, from the registry's own list; "heads": the tag's manifest alone. */
  readonly evidence: 'inventory' | 'heads';
  /**
   * Looks since then that did not reach the registry, whoever made them: it stands here as every judgement reads this record anyway. A round
   * that reaches the registry leaves it out; one under way meanwhile loses by ETag.
   */
  readonly outage?: Outage;
}

/** Of a registry that was never looked at as a whole. */
export function provesNothing(registry: string, loginServer: string): RegistryProof {
  const never = new Date(0);
  return { registry, loginServer, incarnation: '', startedAt: never, verifiedAt: never, evidence: 'heads' };
}

/** The record with this outage, or with none. */
export function withOutage({ outage: _outage, ...proof }: RegistryProof, outage: Outage | undefined): RegistryProof {
  return outage ? { ...proof, outage } : proof;
}

/** Optimistic concurrency as of `ArtifactStates`. */
export interface StoredRegistryProof {
  readonly proof: RegistryProof;
  readonly etag: string;
}

export interface RegistryProofs {
  get(registry: string): Promise<StoredRegistryProof | undefined>;
  /** By registry. */
  list(): Promise<ReadonlyMap<string, RegistryProof>>;
  /** @returns false when somebody else wrote first; nothing was written then */
  save(proof: RegistryProof, etag: string | undefined): Promise<boolean>;
}

/** A HEAD of the tag says nothing of children: all manifests are looked at this often all the same. */
export const headsVouchForMs = 24 * 3_600_000;

/**
 * When an artifact was last known to be in the registry; undefined for one that is not proven. Pure.
 * A record says nothing of an artifact that was proven about when its round began, or later: the round may not have asked for it.
 */
export function effectiveProvenAt(state: ArtifactState, proof: RegistryProof | undefined): Date | undefined {
  const { provenAt } = state;
  if (state.phase !== 'proven' || provenAt === undefined) return undefined;
  return proof && covers(proof, state) && proof.verifiedAt > provenAt ? proof.verifiedAt : provenAt;
}

/** Whether a round that ends with this record has to have looked at the artifact. Pure. */
export function covers(proof: RegistryProof, state: ArtifactState): boolean {
  if (state.phase !== 'proven' || state.provenAt === undefined) return false;
  const { registry, loginServer, incarnation } = state;
  const isThere = proof.registry === registry && proof.loginServer === loginServer && proof.incarnation === incarnation;
  const ageMs = proof.startedAt.getTime() - state.provenAt.getTime();
  return isThere && ageMs >= clockSkewMs && (proof.evidence === 'inventory' || ageMs < headsVouchForMs);
}

/** The state as gates and people see it: with the time of the newest look at it. */
export function withEffectiveProof(state: ArtifactState, proof: RegistryProof | undefined): ArtifactState {
  const provenAt = effectiveProvenAt(state, proof);
  return provenAt === undefined || provenAt === state.provenAt ? state : { ...state, provenAt };
}

/** Rounds may overtake each other: the one that began later knows more. A record of the future is a wrong clock's, and gives way. */
export function replaces(proof: RegistryProof, known: RegistryProof | undefined, now: Date): boolean {
  return known === undefined || isOfTheFuture(known.startedAt, now) || proof.startedAt >= known.startedAt;
}

/** Whether a registry has to be looked at again: since it is time, or since somebody could not reach it. Pure. */
export function isRoundDue(
  states: Iterable<ArtifactState>,
  proof: RegistryProof | undefined,
  now: Date,
  everyMs: number,
): boolean {
  if (proof && isSettled(proof, now, everyMs)) return false;
  // No gate opens on what a wrong clock dated: it is replaced at once.
  const mustLook = proof !== undefined && (isOfTheFuture(proof.startedAt, now) || proof.outage !== undefined);
  for (const state of states) {
    const provenAt = effectiveProvenAt(state, proof);
    if (provenAt && (mustLook || now.getTime() - provenAt.getTime() >= everyMs)) return true;
  }
  return false;
}

/** Whether another round now would find the same: the newest began lately, and nobody failed to reach the registry since. */
export function isSettled(proof: RegistryProof, now: Date, everyMs: number): boolean {
  return proof.outage === undefined && isYoung(proof, now, everyMs);
}

/** Whether its round began within this. */
export function isYoung(proof: RegistryProof, now: Date, everyMs: number): boolean {
  return !isOfTheFuture(proof.startedAt, now) && now.getTime() - proof.startedAt.getTime() < everyMs;
}
