import { SyncError } from '../model/errors.js';
import { withoutPublished } from './announcements.js';
import type { OutgoingEvent } from './outgoing-events.js';
import type { EventPublisher, Judgement, Judgements, Problems } from './ports.js';
import { tellHourly } from './tell-hourly.js';

export interface PublishPorts {
  /** Undefined: no topic is set, nothing is published. */
  readonly events: EventPublisher | undefined;
  readonly judgements: Judgements;
  readonly problems: Problems;
  readonly now: () => Date;
}

/**
 * Publishes the outbox of a judgement and empties it. At least once: whoever dies after publishing leaves it full, and the next
 * judgement, the message that comes back or the reconcile timer publishes the same ids again. A topic that is down stops nothing.
 * @returns what the topic answered where it did not take them
 */
export async function publishAnnouncements(
  judgement: Judgement,
  ports: Pick<PublishPorts, 'events' | 'judgements'>,
): Promise<SyncError | undefined> {
  const pending = judgement.announcements?.pending ?? [];
  if (pending.length === 0) return undefined;
  const failure = await attempt(pending, ports);
  if (failure) return failure;
  const { clusterId, kubernetesVersion } = judgement;
  const stored = await ports.judgements.get(clusterId, kubernetesVersion);
  if (!stored?.judgement.announcements) return undefined;
  const announcements = withoutPublished(stored.judgement.announcements, pending);
  await ports.judgements.save({ ...stored.judgement, announcements }, stored.etag);
  return undefined;
}

/** As many at a time as a round of the reconcile timer has time for; the others wait for the next. */
const mostJudgements = 100;

/** What nobody has published yet, of all judgements. For the timer alone: a failure is told as a problem, and ends the round. */
export async function publishLeftovers(judgements: readonly Judgement[], ports: PublishPorts): Promise<void> {
  const waiting = judgements.filter(({ announcements }) => announcements && announcements.pending.length > 0);
  for (const judgement of waiting.slice(0, mostJudgements)) {
    const failure = await publishAnnouncements(judgement, ports);
    if (failure) return await tell(failure, ports);
  }
}

/** @returns false when the topic did not take them; told as a problem then */
export async function publishOrTell(
  events: readonly OutgoingEvent[],
  ports: Omit<PublishPorts, 'judgements'>,
): Promise<boolean> {
  const failure = await attempt(events, ports);
  if (failure) await tell(failure, ports);
  return failure === undefined;
}

async function attempt(
  events: readonly OutgoingEvent[],
  ports: Pick<PublishPorts, 'events'>,
): Promise<SyncError | undefined> {
  try {
    await ports.events?.publish(events);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return error;
  }
}

async function tell(error: SyncError, ports: Pick<PublishPorts, 'problems' | 'now'>): Promise<void> {
  await tellHourly({ source: 'event topic', subject: error.code, reason: `${error.message}. ${error.advice}` }, ports);
}
