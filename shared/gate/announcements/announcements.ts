import { createHash } from 'node:crypto';
import type { GateDecision, MissingArtifact } from '../decision/decide.js';
import {
  makeEvent,
  mostListed,
  sourceOf,
  type EventDataOf,
  type GateEventData,
  type OutgoingEvent,
} from './outgoing-events.js';
import type { Announcements, Judgement } from '../ports.js';
import type { Risk } from '../decision/risk.js';

const nothingTold: Announcements = { pending: [], told: [] };

export function isNothing({ pending, told }: Announcements): boolean {
  return pending.length === 0 && told.length === 0;
}

/** While a topic is down the newest are kept, as far as a column of text takes them: a gate that cannot be recorded is worse. */
const mostPending = 20;
const mostCharacters = 32_000;
const mostTold = 400;
const longestReason = 300;

export interface Told {
  /** What became true with this judgement. */
  readonly events: readonly OutgoingEvent[];
  readonly announcements: Announcements;
}

export interface AnnounceInput {
  readonly previous: Judgement | undefined;
  readonly judgement: Judgement;
  readonly decision: GateDecision;
  readonly mode: 'observe' | 'enforce';
  readonly subscriptionId: string;
  readonly risk: Risk | undefined;
  /** Absent: events are told in the log alone, none is kept. */
  readonly topic: 'configured' | 'absent';
}

/**
 * What is new with a judgement, and the outbox that is to be saved with it. Pure; the same input gives the same ids.
 * A failure is told once until its artifact is proven or its reason changes, a risk once for each deadline and kind.
 */
export function announce(input: AnnounceInput): Told {
  const { previous, judgement, decision, risk } = input;
  const known = previous?.announcements ?? nothingTold;
  const about = { source: sourceOf(input.subscriptionId), subject: judgement.clusterId, at: judgement.decidedAt };
  const parts = [judgement.kubernetesVersion, judgement.decidedAt.toISOString(), `${judgement.step}`];
  const data = describeGate(input);
  const failed = decision.missing.filter(({ state }) => state === 'failed');
  const fresh = failed.filter((artifact) => !known.told.includes(failureKey(artifact)));
  const riskKey = risk && keyOfRisk(risk);
  const isNewRisk = risk !== undefined && riskKey !== undefined && !known.told.includes(riskKey);
  const events = [
    ...(previous?.decision === decision.decision
      ? []
      : [makeEvent(decision.decision === 'open' ? 'GateOpened' : 'GateClosed', parts, about, data)]),
    ...(fresh.length === 0 ? [] : [makeEvent('WarmupFailed', parts, about, { ...data, ...describeFailed(fresh) })]),
    ...(isNewRisk
      ? [makeEvent('DeadlineAtRisk', [judgement.kubernetesVersion, riskKey], about, { ...data, ...describeRisk(risk) })]
      : []),
  ];
  const pending = input.topic === 'absent' ? [] : keepNewest([...known.pending, ...events]);
  return { events, announcements: { pending, told: stillTold(known, decision, failed, risk) } };
}

/** What stays in the outbox when some of it was published. */
export function withoutPublished(announcements: Announcements, published: readonly OutgoingEvent[]): Announcements {
  const ids = new Set(published.map(({ id }) => id));
  return { ...announcements, pending: announcements.pending.filter(({ id }) => !ids.has(id)) };
}

function keepNewest(pending: readonly OutgoingEvent[]): readonly OutgoingEvent[] {
  let kept = pending.slice(-mostPending);
  while (kept.length > 0 && JSON.stringify(kept).length > mostCharacters) kept = kept.slice(1);
  return kept;
}

/** A failure is forgotten when its artifact is missing no more; a risk when its deadline is another one. */
function stillTold(
  known: Announcements,
  decision: GateDecision,
  failed: readonly MissingArtifact[],
  risk: Risk | undefined,
): readonly string[] {
  const standing = new Set(decision.missing.map(({ artifact }) => `failed ${hash(artifact)} `));
  const kept = known.told.filter((key) =>
    key.startsWith('failed ')
      ? [...standing].some((start) => key.startsWith(start))
      : risk === undefined || key.includes(risk.deadline.at.toISOString()),
  );
  const all = new Set([...kept, ...failed.map(failureKey), ...(risk ? [keyOfRisk(risk)] : [])]);
  return [...all].slice(-mostTold);
}

function failureKey({ artifact, reason }: MissingArtifact): string {
  return `failed ${hash(artifact)} ${hash(reason.split(':')[0] ?? '')}`;
}

function keyOfRisk({ deadline, kind }: Risk): string {
  return `risk ${deadline.at.toISOString()} ${kind}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function describeGate({ judgement, decision, mode, risk }: AnnounceInput): GateEventData {
  const { clusterId, kubernetesVersion } = judgement;
  const { estimatedOpenAt, estimatedRange, breakGlass } = decision;
  return {
    clusterId,
    cluster: clusterId.split('/').at(-1) ?? clusterId,
    kubernetesVersion,
    mode,
    decision: decision.decision,
    since: judgement.since.toISOString(),
    decidedAt: judgement.decidedAt.toISOString(),
    required: decision.required,
    cached: decision.cached,
    missing: listed(decision.missing),
    missingCount: decision.missing.length,
    reasons: decision.reasons.slice(0, mostListed).map((reason) => reason.slice(0, longestReason)),
    ...(estimatedOpenAt === undefined ? {} : { estimatedOpenAt }),
    ...(estimatedRange ? { estimatedEarliest: estimatedRange.earliest, estimatedLatest: estimatedRange.latest } : {}),
    ...(breakGlass ? { breakGlass } : {}),
    ...(risk ? { deadline: risk.deadline.at.toISOString() } : {}),
  };
}

function describeFailed(
  failed: readonly MissingArtifact[],
): Pick<EventDataOf<'WarmupFailed'>, 'failed' | 'failedCount'> {
  return { failed: listed(failed), failedCount: failed.length };
}

function describeRisk({ deadline, kind, why }: Risk) {
  return {
    deadline: deadline.at.toISOString(),
    because: deadline.what.slice(0, longestReason),
    risk: kind,
    why: why.slice(0, longestReason),
  };
}

function listed(missing: readonly MissingArtifact[]): MissingArtifact[] {
  return missing.slice(0, mostListed).map((one) => ({ ...one, reason: one.reason.slice(0, longestReason) }));
}
