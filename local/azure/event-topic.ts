import { answerJson, bearerToken, type Answer, type Received } from './http.js';
import type { Dice } from './dice.js';
import type { TokenIssuer } from './identity.js';
import type { Scenario } from './scenario.js';

/** Audience of the data plane of every topic. Source: azure-docs event-grid authenticate-with-microsoft-entra-id.md. */
const audience = 'https://eventgrid.azure.net';
/** Source: azure-docs event-grid quotas-limits.md, "Custom topic, system topic and partner topic limits". */
const largestRequest = 1024 * 1024;

/** A CloudEvent as it was published. */
export interface PublishedEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time?: string;
  readonly data: unknown;
}

export interface EventTopicParts {
  readonly issuer: TokenIssuer;
  readonly dice: Dice;
  readonly faults: Scenario['faults'];
}

/**
 * A custom topic of schema CloudEvents 1.0, which keeps what was published. A request is taken whole or not at all.
 * Source: azure-docs event-grid post-to-custom-topic.md, cloud-event-schema.md; CloudEvents 1.0.2, "Required Attributes".
 */
export class EventTopic {
  readonly published: PublishedEvent[] = [];
  isDown = false;

  constructor(private readonly parts: EventTopicParts) {}

  answer(request: Received): Answer {
    if (request.path !== '/api/events' || request.method !== 'POST')
      return problem(404, 'NotFound', 'no such endpoint');
    if (!this.parts.issuer.accepts(bearerToken(request.headers), [audience]))
      return problem(401, 'Unauthorized', 'The request must carry a token of Microsoft Entra for Event Grid.');
    if (this.isDown) return problem(503, 'ServiceUnavailable', 'The topic is not available.');
    if (this.parts.dice.hits(this.parts.faults.eventTopicThrottledShare, 'event topic 429', 'topic'))
      return { ...problem(429, 'TooManyRequests', 'too many'), headers: { 'retry-after': '1' } };
    if (request.query.get('api-version') !== '2018-01-01') return problem(400, 'BadRequest', 'api-version is wrong');
    if (!/^application\/cloudevents-batch\+json/i.test(request.headers['content-type'] ?? ''))
      return problem(400, 'BadRequest', 'The topic takes batches of CloudEvents.');
    if (request.body.length > largestRequest) return problem(413, 'RequestEntityTooLarge', 'at most 1 MB');
    const events = readEvents(request.body);
    if (!events) return problem(400, 'BadRequest', 'This is no batch of CloudEvents 1.0.');
    this.published.push(...events);
    return { status: 200 };
  }
}

function readEvents(body: Buffer): readonly PublishedEvent[] | undefined {
  try {
    const document: unknown = JSON.parse(body.toString('utf8'));
    return Array.isArray(document) && document.every(isCloudEvent) ? document : undefined;
  } catch {
    return undefined;
  }
}

function isCloudEvent(candidate: unknown): candidate is PublishedEvent {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const event = candidate as Record<string, unknown>;
  const required = [event['id'], event['source'], event['type']];
  const time = event['time'];
  const isTime = time === undefined || (typeof time === 'string' && !Number.isNaN(Date.parse(time)));
  return event['specversion'] === '1.0' && required.every((text) => typeof text === 'string' && text !== '') && isTime;
}

function problem(status: number, code: string, message: string): Answer {
  return answerJson(status, { error: { code, message } });
}
