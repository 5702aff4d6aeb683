import type { QueueClient } from '@azure/storage-queue';
import pLimit from 'p-limit';

const concurrentSends = 16;
const longestDelaySeconds = 604_800;

/** A queue of JSON messages, in base64 as the Functions host expects it (host.json `messageEncoding`). At least once, unordered. */
export class JsonQueue<Message> {
  constructor(private readonly client: QueueClient) {}

  async enqueue(messages: readonly Message[], delaySeconds: number): Promise<void> {
    const limit = pLimit(concurrentSends);
    const visibilityTimeout = Math.min(Math.max(Math.ceil(delaySeconds), 0), longestDelaySeconds);
    // A message never expires: a lost one would be found only by the reconcile timer.
    const options = { visibilityTimeout, messageTimeToLive: -1 };
    await Promise.all(
      messages.map((message) =>
        limit(() => this.client.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'), options)),
      ),
    );
  }
}
