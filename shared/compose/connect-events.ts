import type { TokenCredential } from '@azure/core-auth';
import { EventGridTopic } from '../azure/event-publisher.js';
import type { Config } from '../config.js';
import type { EventPublisher } from '../gate/ports.js';

/** Who tells others; nobody where no topic is set. */
export function connectEvents(
  { eventTopicEndpoint }: Config,
  credential: TokenCredential,
  now: () => Date,
): { readonly events: EventPublisher | undefined } {
  return {
    events: eventTopicEndpoint === undefined ? undefined : new EventGridTopic(eventTopicEndpoint, credential, now),
  };
}
