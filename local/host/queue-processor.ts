import { RestError, type QueueClient } from '@azure/storage-queue';
import type { QueueSettings } from './host-json.js';
import { describeError, type HostLog } from './host-log.js';
import { decodeText, toTriggerMetadata, type ReceivedMessage } from './queue-message.js';
import type { Worker } from './worker.js';

export interface QueueProcessorParts {
  readonly functionName: string;
  readonly queue: QueueClient;
  /** Undefined for a queue that is itself one for poison messages. */
  readonly poison: QueueClient | undefined;
  readonly settings: QueueSettings;
  /** How long a received message stays invisible unless renewed, in seconds. Azure: 600. */
  readonly lockSeconds: number;
  readonly worker: Worker;
  readonly log: HostLog;
  readonly onPoisoned: () => void;
}

/**
 * One received message to its end: success deletes it, failure makes it visible again after `visibilityTimeout`, the last allowed
 * failure moves it to the poison queue. A poison queue has none of its own: there a failure leaves the message invisible until its
 * lock ends. A host that dies in between leaves it invisible just as long. Never throws.
 */
export async function processMessage(parts: QueueProcessorParts, message: ReceivedMessage): Promise<void> {
  const { settings, poison, log, queue, functionName } = parts;
  try {
    const decoded = decodeText(message.messageText, settings.messageEncoding);
    const isSpent = message.dequeueCount > settings.maxDequeueCount;
    if (poison !== undefined && (decoded.kind === 'undecodable' || isSpent)) return await moveToPoison(parts, message);
    const text = decoded.kind === 'text' ? decoded.text : message.messageText;
    const lock = holdLock(parts, message);
    const hasSucceeded = await invoke(parts, message, text);
    const popReceipt = await lock.release();
    const locked = { ...message, popReceipt };
    if (hasSucceeded) await queue.deleteMessage(message.messageId, popReceipt);
    else if (poison === undefined) return;
    else if (message.dequeueCount >= settings.maxDequeueCount) await moveToPoison(parts, locked);
    else await queue.updateMessage(message.messageId, popReceipt, undefined, settings.visibilityTimeout / 1000);
  } catch (error) {
    const isGone = error instanceof RestError && error.statusCode === 404;
    const reason = isGone ? 'somebody else took or removed it' : describeError(error);
    log.write('warning', `Message ${message.messageId} of ${functionName} was not settled: ${reason}`);
  }
}

async function invoke(parts: QueueProcessorParts, message: ReceivedMessage, text: string): Promise<boolean> {
  try {
    await parts.worker.invoke({
      functionName: parts.functionName,
      reason: `New queue message detected on '${parts.queue.name}'.`,
      input: { string: text },
      triggerMetadata: toTriggerMetadata(message, text),
    });
    return true;
  } catch {
    return false;
  }
}

/** Keeps a message invisible while it is worked on: renewed at half time. `release` ends that and gives the valid pop receipt. */
function holdLock(parts: QueueProcessorParts, message: ReceivedMessage): { release(): Promise<string> } {
  let { popReceipt } = message;
  let renewal: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    const renewed = await parts.queue.updateMessage(message.messageId, popReceipt, undefined, parts.lockSeconds);
    popReceipt = renewed.popReceipt ?? popReceipt;
  };
  const timer = setInterval(() => {
    renewal = renewal.then(renew).catch((error: unknown) => {
      parts.log.write('warning', `Lock of message ${message.messageId} was not renewed: ${describeError(error)}`);
    });
  }, parts.lockSeconds * 500);
  return {
    async release() {
      clearInterval(timer);
      await renewal;
      return popReceipt;
    },
  };
}

/** Copies, then deletes: a death in between leaves a duplicate, never a loss. */
async function moveToPoison(parts: QueueProcessorParts, message: ReceivedMessage): Promise<void> {
  const { poison, queue, log } = parts;
  if (poison === undefined) return;
  log.write(
    'warning',
    `Message ${message.messageId} has reached MaxDequeueCount of ${parts.settings.maxDequeueCount} or cannot be decoded. Moving it to queue '${poison.name}'.`,
  );
  await poison.createIfNotExists();
  await poison.sendMessage(message.messageText);
  await queue.deleteMessage(message.messageId, message.popReceipt);
  parts.onPoisoned();
}
