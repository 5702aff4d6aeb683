import type { GateDecision } from './decide.js';

/** What a decision is held against, so that a gate does not flap. */
export interface Standing {
  /** The newest recorded judgement; undefined before the first. */
  readonly was: GateDecision['decision'] | undefined;
  /** When an upgrade of this cluster to this target was first seen to run; undefined while none does. */
  readonly upgradingSince: Date | undefined;
  /** Whether nothing is wrong but the age of proofs, by no more than the grace, and all of them are being looked at again. */
  readonly aged: 'within-grace' | 'no';
}

/**
 * A gate that was open and is not any more. Pure.
 *
 * | proofs say        | recorded before | upgrade to it | merely aged  | gate                        |
 * | ----------------- | --------------- | ------------- | ------------ | --------------------------- |
 * | open              | any             | any           | -            | open                        |
 * | closed or unknown | open            | runs          | any          | open, held: upgrade-running |
 * | closed            | open            | none          | within grace | open, held: grace           |
 * | closed or unknown | open            | none          | no           | as the proofs say           |
 * | closed or unknown | not open        | any           | any          | as the proofs say           |
 *
 * So a tag that moved, an artifact that went missing or a proof that expired closes an open gate as long as the upgrade has not begun.
 * Once it has, closing would stop nothing, and put holds on a cluster halfway. A gate that is held open approves nothing new.
 */
export function withHysteresis(decided: GateDecision, standing: Standing): GateDecision {
  const { was, upgradingSince, aged } = standing;
  if (decided.decision === 'open') return decided;
  const running =
    upgradingSince && `upgradeRunning: ARM reports this upgrade under way since ${upgradingSince.toISOString()}`;
  if (was === 'open' && running) {
    const reason = `${running}: a gate that was open stays so until it ends`;
    return { ...decided, decision: 'open', held: 'upgrade-running', reasons: [reason, ...decided.reasons] };
  }
  if (was === 'open' && aged === 'within-grace' && decided.decision === 'closed') {
    const reason = 'grace: proofs have become too old and are being renewed; nothing else is missing';
    return { ...decided, decision: 'open', held: 'grace', reasons: [reason, ...decided.reasons] };
  }
  return running ? { ...decided, reasons: [...decided.reasons, `${running}, although this gate was shut`] } : decided;
}
