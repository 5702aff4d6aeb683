import { setTimeout as delay } from 'node:timers/promises';
import { QueueServiceClient, RestError } from '@azure/storage-queue';
import type { QueueSettings } from './host-json.js';
import { describeError, type HostLog } from './host-log.js';
import { pollingDelay, type ReceivedMessage } from './queue-message.js';
import { processMessage, type QueueProcessorParts } from './queue-processor.js';
import type { Worker } from './worker.js';

const poisonSuffix = '-poison';

export interface QueueListenerOptions {
  readonly functionName: string;
  readonly queueName: string;
  readonly connectionString: string;
  readonly settings: QueueSettings;
  readonly lockSeconds: number;
  readonly worker: Worker;
  readonly log: HostLog;
  /** Called after a message was moved, with the queue's name, so that a listener there can look at once. */
  readonly onPoisoned: (poisonQueueName: string) => void;
}

export interface QueueListener {
  readonly queueName: string;
  /** Polls now instead of at the end of the current wait. */
  wake(): void;
  /** Stops polling and waits for the messages in hand. */
  stop(): Promise<void>;
}

/**
 * Polls one queue for one function: up to `batchSize` messages whenever no more than `newBatchThreshold` are being worked on, so at
 * most the sum of both at a time. A queue that does not exist is not created, only looked for again.
 */
export function listenToQueue(options: QueueListenerOptions): QueueListener {
  const parts = toProcessorParts(options);
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let nap = new AbortController();

  const start = (message: ReceivedMessage): void => {
    const work: Promise<void> = processMessage(parts, message).finally(() => running.delete(work));
    running.add(work);
  };
  const poll = async (): Promise<void> => {
    for (let emptyPolls = 0; !stopping.signal.aborted;) {
      if (running.size > options.settings.newBatchThreshold) {
        await Promise.race(running);
        continue;
      }
      const messages = await receive(parts, options.settings.batchSize);
      for (const message of messages) start(message);
      emptyPolls = messages.length > 0 ? 0 : emptyPolls + 1;
      if (emptyPolls === 0) continue;
      nap = new AbortController();
      const signal = AbortSignal.any([nap.signal, stopping.signal]);
      const wait = pollingDelay(emptyPolls, options.settings.maxPollingInterval, Math.random());
      await delay(wait, undefined, { signal }).catch(() => (emptyPolls = 0));
    }
  };
  const polling = poll();

  return {
    queueName: options.queueName,
    wake: () => nap.abort(),
    async stop() {
      stopping.abort();
      await polling;
      await Promise.all(running);
    },
  };
}

function toProcessorParts(options: QueueListenerOptions): QueueProcessorParts {
  const service = QueueServiceClient.fromConnectionString(options.connectionString);
  const poisonName = `${options.queueName}${poisonSuffix}`;
  const hasPoison = !options.queueName.endsWith(poisonSuffix);
  return {
    functionName: options.functionName,
    queue: service.getQueueClient(options.queueName),
    poison: hasPoison ? service.getQueueClient(poisonName) : undefined,
    settings: options.settings,
    lockSeconds: options.lockSeconds,
    worker: options.worker,
    log: options.log,
    onPoisoned: () => options.onPoisoned(poisonName),
  };
}

async function receive(parts: QueueProcessorParts, count: number): Promise<readonly ReceivedMessage[]> {
  try {
    const answer = await parts.queue.receiveMessages({ numberOfMessages: count, visibilityTimeout: parts.lockSeconds });
    return answer.receivedMessageItems;
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return [];
    parts.log.write('error', `Queue ${parts.queue.name} cannot be read: ${describeError(error)}`);
    return [];
  }
}
