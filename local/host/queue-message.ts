import type { TypedData } from './functions-core.js';

/** A message as the queue service hands it out. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly popReceipt: string;
  readonly messageText: string;
  readonly dequeueCount: number;
  readonly insertedOn: Date;
  readonly expiresOn: Date;
  readonly nextVisibleOn: Date;
}

export type DecodedText = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'undecodable' };

/** @param encoding of host.json; with base64, text that is none cannot be delivered */
export function decodeText(raw: string, encoding: 'base64' | 'none'): DecodedText {
  if (encoding === 'none') return { kind: 'text', text: raw };
  const isBase64 = raw.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(raw);
  return isBase64 ? { kind: 'text', text: Buffer.from(raw, 'base64').toString('utf8') } : { kind: 'undecodable' };
}

/** The metadata that a queue trigger gets with its message, named as in the host; the library makes them camel case. */
export function toTriggerMetadata(message: ReceivedMessage, text: string): Readonly<Record<string, TypedData>> {
  return {
    QueueTrigger: { string: text },
    Id: { string: message.messageId },
    PopReceipt: { string: message.popReceipt },
    DequeueCount: { int: message.dequeueCount },
    InsertionTime: { json: JSON.stringify(message.insertedOn) },
    ExpirationTime: { json: JSON.stringify(message.expiresOn) },
    NextVisibleTime: { json: JSON.stringify(message.nextVisibleOn) },
  };
}

/**
 * Milliseconds to wait after `emptyPolls` polls in a row that found nothing: 100 ms, then doubled with a fifth of jitter.
 * @param random in [0, 1)
 */
export function pollingDelay(emptyPolls: number, maxPollingInterval: number, random: number): number {
  const doubled = 100 * 2 ** Math.min(emptyPolls - 1, 20);
  return Math.min(maxPollingInterval, emptyPolls <= 1 ? 100 : doubled * (0.8 + 0.4 * random));
}
