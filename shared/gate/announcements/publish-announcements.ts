import { SyncError } from '../../model/errors.js';
import { withoutPublished } from './announcements.js';
import { handOver, isRefusal } from './hand-over.js';
import type { OutgoingEvent } from './outgoing-events.js';
import type { EventPublisher, Judgement, Judgements, Problems } from '../ports.js';
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
 */
export async function publishAnnouncements(
  judgement: Judgement,
  ports: Pick<PublishPorts, 'events' | 'judgements'>,
): Promise<void> {
  const pending = judgement.announcements?.pending ?? [];
  if (pending.length === 0 || (await attempt(pending, ports))) return;
  await takeOut(judgement, pending, ports);
}

/** As many at a time as a round of the reconcile timer has time for; the others wait for the next. */
const mostJudgements = 100;
/** A topic that refuses so many in one round refuses all of them: it takes another schema, or is no topic. */
const mostRefused = 20;
/** As long as Event Grid itself tries at most: what is refused for so long will never be taken. */
const giveUpAfterMs = 24 * 3_600_000;

/**
 * What nobody has published yet, of all judgements. For the timer alone: failures are told as a problem, and a topic that is down ends the
 * round. An event that the topic refuses is tried for a day, in people's sight, and given up. It keeps others waiting for some rounds at most:
 * each begins elsewhere, as what a topic refuses stays at its place.
 */
export async function publishLeftovers(judgements: readonly Judgement[], ports: PublishPorts): Promise<void> {
  const waiting = judgements.filter(({ announcements }) => announcements && announcements.pending.length > 0);
  const refused: OutgoingEvent[] = [];
  let refusal: SyncError | undefined;
  const first = ports.now().getTime() % Math.max(waiting.length, 1);
  const inTurn = [...waiting.slice(first), ...waiting.slice(0, first)];
  for (const judgement of inTurn.slice(0, mostJudgements)) {
    const handed = await handOver(judgement.announcements?.pending ?? [], (events) => attempt(events, ports));
    const hopeless = handed.refused.filter(({ time }) => ports.now().getTime() - Date.parse(time) >= giveUpAfterMs);
    if (handed.failure && hopeless.length > 0) await tellGivenUp(hopeless, handed.failure, ports);
    await takeOut(judgement, [...handed.taken, ...hopeless], ports);
    refused.push(...handed.refused);
    if (handed.failure && !isRefusal(handed.failure)) return await tell(handed.failure, ports);
    refusal = handed.failure ?? refusal;
    if (refused.length >= mostRefused) break;
  }
  if (refusal) await tell(refusal, ports, `; refused: ${listOf(refused)}`);
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

/** @returns what the topic answered where it did not take them */
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

/** Whoever writes the judgement at the same time wins, and leaves them in: they are published once more. */
async function takeOut(
  { clusterId, kubernetesVersion }: Judgement,
  events: readonly OutgoingEvent[],
  { judgements }: Pick<PublishPorts, 'judgements'>,
): Promise<void> {
  if (events.length === 0) return;
  const stored = await judgements.get(clusterId, kubernetesVersion);
  if (!stored?.judgement.announcements) return;
  const announcements = withoutPublished(stored.judgement.announcements, events);
  await judgements.save({ ...stored.judgement, announcements }, stored.etag);
}

/** Told before they go: who dies in between tells it twice. Their content stands in the log of the function gate. */
async function tellGivenUp(
  events: readonly OutgoingEvent[],
  failure: SyncError,
  { problems, now }: Pick<PublishPorts, 'problems' | 'now'>,
): Promise<void> {
  const reason = `given up after a day: ${listOf(events)}. ${failure.message}. ${failure.advice}`;
  await problems.add({ at: now(), source: 'event topic', subject: 'EVENTS_REFUSED: given up', reason });
}

async function tell(error: SyncError, ports: Pick<PublishPorts, 'problems' | 'now'>, more = ''): Promise<void> {
  const reason = `${error.message}${more}. ${error.advice}`;
  await tellHourly({ source: 'event topic', subject: error.code, reason }, ports);
}

const mostNamed = 5;

function listOf(events: readonly OutgoingEvent[]): string {
  const named = events.slice(0, mostNamed).map(({ id, type, subject }) => `${type} of ${subject} (id ${id})`);
  const more = events.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
