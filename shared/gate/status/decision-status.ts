import type { ThrottledBudget } from '../../warming/budgets.js';
import { describeOutage, isCurrent, type OutageRecord } from '../../warming/outage-record.js';
import type { TargetRecord } from '../../warming/ports.js';
import { nextDeadline, type Deadline } from '../decision/deadlines.js';
import type { GateDecision, GatePolicy, StateIndex } from '../decision/decide.js';
import { forecastOpening, withForecast } from '../decision/forecast.js';
import type { RiskKind } from '../announcements/outgoing-events.js';
import { pauseOf } from '../decision/pause-of.js';
import { assessRisk } from '../decision/risk.js';

/** When a cluster will pull; times are ISO 8601. */
export interface DeadlineStatus {
  readonly at: string;
  /** Who says so. */
  readonly what: string;
  readonly risk?: { readonly kind: RiskKind; readonly why: string };
}

export interface DecisionInput {
  readonly now: Date;
  readonly policy: GatePolicy;
  readonly outages: readonly OutageRecord[];
  readonly throttled: readonly ThrottledBudget[];
  readonly deadlines: readonly Deadline[];
  readonly deadlineMarginMs: number;
}

/** A decision with when it may change, and whether that is in time. */
export function describeOutlook(
  decision: GateDecision,
  record: TargetRecord,
  states: StateIndex,
  input: DecisionInput,
): GateDecision & { readonly deadline?: DeadlineStatus } {
  const { now, policy } = input;
  const { registry, loginServer } = record.planned ?? {};
  const held = input.outages.filter((outage) => outage.registry === registry && isCurrent(outage, now));
  const pausedUntil = pauseOf(input.throttled.filter((budget) => budget.registry === loginServer));
  const forecast = forecastOpening({
    record,
    states,
    decision,
    policy,
    held: held.map(describeOutage),
    pausedUntil,
    now,
  });
  const deadline = nextDeadline(input.deadlines, record.clusterId, record.kubernetesVersion, now);
  const risk = assessRisk(forecast, deadline, now, input.deadlineMarginMs);
  const { at, what } = deadline ?? {};
  return {
    ...withForecast(decision, forecast),
    ...(at && what !== undefined
      ? { deadline: { at: at.toISOString(), what, ...(risk ? { risk: { kind: risk.kind, why: risk.why } } : {}) } }
      : {}),
  };
}
