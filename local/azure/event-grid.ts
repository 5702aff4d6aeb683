import { randomUUID } from 'node:crypto';
import type { Dice } from './dice.js';
import type { EventGridEvent, Topic } from './events.js';
import type { Scenario } from './scenario.js';
import type { Timers } from './timers.js';

interface WebhookSubscription {
  readonly name: string;
  readonly topic: Topic;
  /** Webhook; `http:` is fine here, as the Functions host of `local/` has no certificate. */
  readonly endpoint: string;
}

interface QueueSubscription {
  readonly name: string;
  readonly topic: Topic;
  /** Puts a message on a storage queue. @throws Error when it does not take it */
  readonly enqueue: (text: string) => Promise<unknown>;
}

export type Subscription = WebhookSubscription | QueueSubscription;

/** One try to deliver one event. */
export interface Delivery {
  readonly subscription: string;
  readonly event: EventGridEvent;
  /** 0 for the first try. */
  readonly deliveryCount: number;
  /** Undefined when nobody answered. */
  readonly status: number | undefined;
}

export interface DeadLetter {
  readonly subscription: string;
  readonly event: EventGridEvent;
  readonly reason: string;
}

/** Seconds before the tries after the first. Azure's own: 10, 30, 60, 300, 600 and so on, 30 tries or a day. */
export const quickRetries: readonly number[] = [0.2, 0.5, 1, 2, 4, 8, 8, 8, 8, 16, 16, 16, 16];

/** Source: azure-docs event-grid delivery-and-retry.md, webhooks. */
const finalStatuses: ReadonlySet<number> = new Set([400, 401, 403, 413]);

/** Delivers at least once and unordered, one event in an array. Source: azure-facts.md section 6. */
export class EventGrid {
  readonly deliveries: Delivery[] = [];
  readonly deadLetters: DeadLetter[] = [];
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly faults: Scenario['faults'],
    private readonly dice: Dice,
    private readonly timers: Timers,
    private readonly retrySeconds: readonly number[],
  ) {}

  /**
   * Creates a subscription, of a webhook after the validation handshake.
   * @throws Error when the endpoint does not answer 200 with the code
   */
  async subscribe(subscription: Subscription): Promise<void> {
    if ('endpoint' in subscription) await this.validate(subscription);
    this.subscriptions.push(subscription);
  }

  private async validate(subscription: WebhookSubscription): Promise<void> {
    const validationCode = randomUUID();
    const event: EventGridEvent = {
      id: randomUUID(),
      topic: subscription.topic,
      subject: '',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      eventTime: new Date().toISOString(),
      data: { validationCode, validationUrl: 'https://localhost/manual-validation-is-not-offered' },
      dataVersion: '2',
      metadataVersion: '1',
    };
    const response = await post(subscription, event, 'SubscriptionValidation', 0);
    const answer = response && (await response.text());
    if (response?.status !== 200 || !answersCode(answer ?? '', validationCode)) {
      const got = response ? `${response.status} ${(answer ?? '').slice(0, 200)}` : 'no answer';
      throw new Error(
        `event subscription ${subscription.name}: the endpoint did not pass the validation handshake: ${got}`,
      );
    }
  }

  /** Hands an event to every subscription of the topic; without one it is gone, as in Azure. */
  publish(topic: Topic, event: EventGridEvent): void {
    for (const subscription of this.subscriptions.filter((one) => one.topic === topic)) {
      const subject = `${subscription.name} ${event.eventType} ${event.subject}`;
      if (this.dice.hits(this.faults.eventLostShare, 'event lost', subject)) continue;
      const copies = this.dice.hits(this.faults.eventDuplicatedShare, 'event doubled', subject) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const isHeld = copy > 0 || this.dice.hits(this.faults.eventDelayedShare, 'event delayed', subject);
        const wait = isHeld ? this.dice.between(this.faults.eventDelaySeconds, 'event delay', subject) : 0;
        this.timers.after(wait, () => void this.deliver(subscription, event, 0));
      }
    }
  }

  private async deliver(subscription: Subscription, event: EventGridEvent, deliveryCount: number): Promise<void> {
    const status = await hand(subscription, event, deliveryCount);
    this.deliveries.push({ subscription: subscription.name, event, deliveryCount, status });
    if (status !== undefined && status >= 200 && status <= 204) return;
    const reason = status === undefined ? 'no answer' : `status ${status}`;
    const wait = status !== undefined && finalStatuses.has(status) ? undefined : this.retrySeconds[deliveryCount];
    if (wait === undefined) this.deadLetters.push({ subscription: subscription.name, event, reason });
    else this.timers.after(wait, () => void this.deliver(subscription, event, deliveryCount + 1));
  }
}

/** @returns undefined when nobody answered */
async function hand(subscription: Subscription, event: EventGridEvent, count: number): Promise<number | undefined> {
  if ('enqueue' in subscription) return enqueue(subscription, event);
  const response = await post(subscription, event, 'Notification', count);
  await response?.text().catch(() => '');
  return response?.status;
}

/** One event a message, in base64. Source: azure-docs event-grid handler-storage-queues.md. */
async function enqueue(subscription: QueueSubscription, event: EventGridEvent): Promise<number> {
  try {
    await subscription.enqueue(Buffer.from(JSON.stringify(event)).toString('base64'));
    return 200;
  } catch {
    return 503;
  }
}

async function post(
  subscription: WebhookSubscription,
  event: EventGridEvent,
  kind: 'Notification' | 'SubscriptionValidation',
  deliveryCount: number,
): Promise<Response | undefined> {
  try {
    return await fetch(subscription.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'aeg-event-type': kind,
        'aeg-delivery-count': String(deliveryCount),
        'aeg-subscription-name': subscription.name.toUpperCase(),
        'aeg-data-version': event.dataVersion,
        'aeg-metadata-version': event.metadataVersion,
      },
      body: JSON.stringify([event]),
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    return undefined;
  }
}

function answersCode(body: string, code: string): boolean {
  try {
    const answer = JSON.parse(body) as { readonly validationResponse?: unknown } | null;
    return answer?.validationResponse === code;
  } catch {
    return false;
  }
}
