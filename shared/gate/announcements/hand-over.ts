import type { SyncError } from '../../model/errors.js';
import type { OutgoingEvent } from './outgoing-events.js';

/** What became of events that were handed over. */
export interface Handed {
  readonly taken: readonly OutgoingEvent[];
  /** Those that the topic will not have, each by itself. */
  readonly refused: readonly OutgoingEvent[];
  /** Why not all were taken. */
  readonly failure: SyncError | undefined;
}

/** Whether it is about the events, and not about a topic that is down or may not be written to. */
export function isRefusal({ code }: SyncError): boolean {
  return code === 'EVENTS_REFUSED';
}

/**
 * A topic refuses a request as a whole, for one event in it: halves of it are handed over, until those that it refuses are found.
 * @param attempt @returns what the topic answered where it did not take them
 */
export async function handOver(
  events: readonly OutgoingEvent[],
  attempt: (events: readonly OutgoingEvent[]) => Promise<SyncError | undefined>,
): Promise<Handed> {
  const failure = await attempt(events);
  if (!failure) return { taken: events, refused: [], failure };
  if (!isRefusal(failure) || events.length === 1)
    return { taken: [], refused: isRefusal(failure) ? events : [], failure };
  const half = Math.ceil(events.length / 2);
  const first = await handOver(events.slice(0, half), attempt);
  if (first.failure && !isRefusal(first.failure)) return first;
  const rest = await handOver(events.slice(half), attempt);
  return {
    taken: [...first.taken, ...rest.taken],
    refused: [...first.refused, ...rest.refused],
    failure: rest.failure ?? first.failure,
  };
}
