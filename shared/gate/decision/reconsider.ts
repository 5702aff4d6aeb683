import { isOfTheFuture } from '../../model/clock-skew.js';
import type { KubernetesVersion } from '../../model/kubernetes-version.js';
import type { Outage } from '../../warming/outage.js';
import type { TargetRecord } from '../../warming/ports.js';
import { decideTarget, type GateDecision, type GatePolicy, type StateIndex } from './decide.js';
import { withHysteresis } from './hysteresis.js';
import type { BreakGlass, Judgement, SeenCluster } from '../ports.js';
import { runningTo } from './running-upgrade.js';

/** What is known of a target beside its plan and its proofs. */
export interface Circumstances {
  readonly version: KubernetesVersion;
  readonly record: TargetRecord | undefined;
  readonly states: StateIndex;
  /** As of `decideTarget`. */
  readonly outage: Outage | undefined;
  readonly judged: Pick<Judgement, 'decision'> | undefined;
  readonly seen: SeenCluster | undefined;
  readonly glass: BreakGlass | undefined;
}

/** What becomes of a decision that proofs alone gave: an open gate does not flap (`withHysteresis`), a person may overrule it. Pure. */
export function reconsider(decided: GateDecision, known: Circumstances, now: Date, policy: GatePolicy): GateDecision {
  if (decided.decision === 'open') return decided;
  const settled = withHysteresis(decided, {
    was: known.judged?.decision,
    upgradingSince: runningTo(known.version, known.seen, now)?.since,
    aged: isWithinGrace(decided, known, now, policy) ? 'within-grace' : 'no',
  });
  if (!known.glass || !isBroken(known.glass, now)) return settled;
  // A gate that is only held open opens nothing: the person says more.
  const { held: _held, ...rest } = settled;
  const { who, reason, expiresAt } = known.glass;
  const breakGlass = { who, reason, expiresAt: expiresAt.toISOString() };
  return { ...rest, decision: 'open', breakGlass, reasons: [describeBroken(known.glass), ...settled.reasons] };
}

export function describeBroken({ who, reason, expiresAt }: BreakGlass): string {
  return `break glass: ${who} opened this gate until ${expiresAt.toISOString()}: ${reason}`;
}

/** Whether a glass is broken now: neither mended by time nor dated in the future. */
export function isBroken({ at, expiresAt }: BreakGlass, now: Date): boolean {
  return now < expiresAt && !isOfTheFuture(at, now);
}

/** Whether it rests on proofs alone: only such a decision may open something that cannot be shut again. */
export function isProvenOpen({ decision, held, breakGlass }: GateDecision): boolean {
  return decision === 'open' && held === undefined && breakGlass === undefined;
}

/** A proof that a little more patience would accept, and that somebody is to look at again. Nothing else is forgiven. */
function isWithinGrace(decided: GateDecision, known: Circumstances, now: Date, policy: GatePolicy): boolean {
  if (policy.graceMs === 0 || decided.decision !== 'closed') return false;
  const patient = { ...policy, maxProofAgeMs: policy.maxProofAgeMs + policy.graceMs };
  const isAge = decideTarget(known.record, known.states, now, patient, known.outage).decision === 'open';
  return isAge && decided.missing.every(({ artifact }) => isBeingRenewed(artifact, known.states));
}

/** A settled proof was due when it was proven; one that is due later has a task on its way. */
function isBeingRenewed(artifact: string, states: StateIndex): boolean {
  const state = states.get(artifact);
  return state?.provenAt !== undefined && state.dueAt > state.provenAt;
}
