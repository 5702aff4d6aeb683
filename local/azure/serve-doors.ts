import { randomBytes } from 'node:crypto';
import { EventTopic, type EventTopicParts } from './event-topic.js';
import type { Handle } from './http.js';
import { answerIdentity, type TokenIssuer } from './identity.js';
import { scheduleOutage } from './schedule-outage.js';
import type { Timers } from './timers.js';

/** Listens for one service. @returns the port */
export type Serve = (service: string, handle: Handle, protocol: 'http' | 'https') => Promise<number>;

/** The managed identity of the app. */
export async function serveIdentity(serve: Serve, issuer: TokenIssuer) {
  const identityHeader = randomBytes(16).toString('hex');
  const port = await serve('identity', (request) => answerIdentity(request, identityHeader, issuer), 'http');
  return { identityEndpoint: `http://127.0.0.1:${port}/msi/token`, identityHeader };
}

/** The custom topic that the app publishes to. */
export async function serveEventTopic(serve: Serve, parts: EventTopicParts & { readonly timers: Timers }) {
  const topic = new EventTopic(parts);
  scheduleOutage(parts.faults.eventTopicDown, topic, parts.timers);
  const port = await serve('event-topic', (request) => topic.answer(request), 'https');
  return { eventTopicEndpoint: `https://127.0.0.1:${port}/api/events`, publishedEvents: topic.published };
}
