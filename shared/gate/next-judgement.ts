import type { TargetRecord } from '../warming/ports.js';
import { announce, isNothing } from './announcements/announcements.js';
import { nextDeadline } from './decision/deadlines.js';
import type { GateDecision } from './decision/decide.js';
import { modeOf, type EnforcementPolicy } from './enforcement.js';
import type { Forecast } from './decision/forecast.js';
import type { OutgoingEvent } from './announcements/outgoing-events.js';
import type { DeadlineRecords, Judgement } from './ports.js';
import type { PublishPorts } from './announcements/publish-announcements.js';
import { assessRisk, type Risk } from './decision/risk.js';

export interface AnnouncePorts extends Pick<PublishPorts, 'events' | 'judgements'> {
  readonly deadlines: Pick<DeadlineRecords, 'of'>;
  /** A cache is to be complete this long before its deadline: setting DEADLINE_MARGIN_MINUTES. */
  readonly deadlineMarginMs: number;
  readonly enforcement: EnforcementPolicy;
  /** Lower case; names the app in its events. */
  readonly subscriptionId: string;
  readonly now: () => Date;
}

/** The next judgement of a target, with its outbox, and the events that are new with it. Reads only. */
export async function nextJudgement(
  { clusterId, kubernetesVersion }: TargetRecord,
  decision: GateDecision,
  forecast: Forecast,
  previous: Judgement | undefined,
  ports: AnnouncePorts,
): Promise<{ readonly judgement: Judgement; readonly events: readonly OutgoingEvent[] }> {
  const now = ports.now();
  const judgement: Judgement = {
    ...{ clusterId, kubernetesVersion, decision: decision.decision, decidedAt: now },
    since: previous?.decision === decision.decision ? previous.since : now,
    step: (previous?.step ?? 0) + 1,
  };
  const risk = decision.decision === 'open' ? undefined : await riskOf(judgement, forecast, ports);
  const { subscriptionId } = ports;
  const mode = modeOf(clusterId, ports.enforcement);
  const topic = ports.events ? 'configured' : 'absent';
  const { events, announcements } = announce({ previous, judgement, decision, mode, subscriptionId, risk, topic });
  return { judgement: isNothing(announcements) ? judgement : { ...judgement, announcements }, events };
}

/** One more lookup for a gate that is shut. */
async function riskOf(
  { clusterId, kubernetesVersion, decidedAt }: Judgement,
  forecast: Forecast,
  { deadlines, deadlineMarginMs }: AnnouncePorts,
): Promise<Risk | undefined> {
  const deadline = nextDeadline(await deadlines.of(clusterId), clusterId, kubernetesVersion, decidedAt);
  return assessRisk(forecast, deadline, decidedAt, deadlineMarginMs);
}
