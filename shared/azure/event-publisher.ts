import type { TokenCredential } from '@azure/core-auth';
import { isRestError } from '@azure/core-rest-pipeline';
import { EventGridPublisherClient } from '@azure/eventgrid';
import { SyncError, type FailureCode } from '../model/errors.js';
import { parseRetryAfter } from '../model/retry-after.js';
import type { EventPublisher } from '../gate/ports.js';
import { eventPrefix, schemaOf, type OutgoingEvent } from '../gate/announcements/outgoing-events.js';
import { retryClosed } from './closed-connection.js';

/** A gate waits for this at most. */
const timeoutMs = 10_000;
/** A topic that failed is left alone for so long by this instance: what waits is published later, and gates are judged meanwhile. */
const restMs = 15_000;
const longestRestMs = 10 * 60_000;
/** A request holds 1 MB at most; an event of ours a hundredth of that. */
const mostAtOnce = 40;

/**
 * An Event Grid custom topic with the schema CloudEvents 1.0.
 * Source: azure-docs event-grid cloud-event-schema.md; role EventGrid Data Sender; audience `https://eventgrid.azure.net`.
 */
export class EventGridTopic implements EventPublisher {
  readonly #client: EventGridPublisherClient<'CloudEvent'>;
  #restUntil = 0;
  /** Why it rests. */
  #failure: SyncError | undefined;

  /** @param endpoint for example `https://topic.westeurope-1.eventgrid.azure.net/api/events` */
  constructor(
    private readonly endpoint: string,
    credential: TokenCredential,
    private readonly now: () => Date,
  ) {
    this.#client = new EventGridPublisherClient(endpoint, 'CloudEvent', credential, {
      retryOptions: { maxRetries: 0 },
      additionalPolicies: [{ policy: retryClosed, position: 'perCall' }],
    });
  }

  async publish(events: readonly OutgoingEvent[]): Promise<void> {
    if (this.#failure && this.now().getTime() < this.#restUntil) throw this.#failure;
    for (let start = 0; start < events.length; start += mostAtOnce) {
      await this.#send(events.slice(start, start + mostAtOnce));
    }
  }

  async #send(events: readonly OutgoingEvent[]): Promise<void> {
    const cloudEvents = events.map(({ id, type, source, subject, time, data }) => {
      const schema = schemaOf(type);
      return { id, type: `${eventPrefix}${type}`, source, subject, time: new Date(time), data, dataschema: schema };
    });
    try {
      await this.#client.send(cloudEvents, { abortSignal: AbortSignal.timeout(timeoutMs) });
    } catch (cause) {
      const failure = this.#failureOf(cause);
      // What it answers about these events says nothing of the next.
      if (failure.code === 'EVENTS_REFUSED') throw failure;
      const rest = Math.min((failure.retryAfterSeconds ?? 0) * 1000, longestRestMs);
      this.#restUntil = this.now().getTime() + Math.max(rest, restMs);
      this.#failure = failure;
      throw failure;
    }
  }

  #failureOf(cause: unknown): SyncError {
    const where = `event topic ${this.endpoint}`;
    const status = isRestError(cause) ? cause.statusCode : undefined;
    const reason = cause instanceof Error ? cause.message.replace(/\p{Cc}/gu, ' ').slice(0, 200) : 'unknown';
    if (status === undefined) return new SyncError('EVENTS_UNAVAILABLE', `${where}: no answer (${reason})`, { cause });
    const response = isRestError(cause) ? cause.response : undefined;
    const retryAfterSeconds = response && parseRetryAfter(response.headers);
    const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return new SyncError(codeOf(status), `${where}: ${status} ${reason}`, { cause, ...retry });
  }
}

function codeOf(status: number): FailureCode {
  if (status === 401 || status === 403) return 'EVENTS_FORBIDDEN';
  return status === 408 || status === 429 || status >= 500 ? 'EVENTS_UNAVAILABLE' : 'EVENTS_REFUSED';
}
