import type { FakeClock } from './clock.js';

/** A message in the hands of a worker. */
export interface Delivery<Message> {
  readonly message: Message;
  /** How often the queue has handed it out, this time included. */
  readonly deliveries: number;
  /** Done with it: it is gone. */
  complete(): void;
  /** Failed: it comes back after the visibility timeout, or goes to the poison messages. */
  abandon(): void;
}

interface Entry {
  readonly text: string;
  visibleAt: number;
  deliveries: number;
}

const leaseSeconds = 600;
const visibilityTimeoutSeconds = 30;
const maxDequeueCount = 5;

/** A storage queue with the Functions host's habits in front of it (host.json): at least once, unordered, poison after 5 tries. */
export class MemoryQueue<Message> {
  readonly #entries = new Set<Entry>();
  readonly poison: Message[] = [];
  /** How often each message is there: queues promise at least once. */
  copies = 1;
  /** Longest the queue has ever been. */
  mostHeld = 0;

  constructor(private readonly clock: FakeClock) {}

  async enqueue(messages: readonly Message[], delaySeconds: number): Promise<void> {
    for (const message of messages.flatMap((message) => Array<Message>(this.copies).fill(message))) {
      this.#entries.add({ text: JSON.stringify(message), visibleAt: this.#after(delaySeconds), deliveries: 0 });
    }
    this.mostHeld = Math.max(this.mostHeld, this.#entries.size);
  }

  /** Everything that is on its way, also what is not visible yet. */
  get messages(): readonly Message[] {
    return [...this.#entries].map((entry) => JSON.parse(entry.text) as Message);
  }

  /** How many messages a worker could take now. */
  get visible(): number {
    return this.#ready().length;
  }

  /** When the next message becomes visible, in ms since 1970; Infinity for an empty queue. */
  get nextVisibleAt(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#entries].map((entry) => entry.visibleAt));
  }

  /** Hands out one visible message, any of them: queues promise no order. A worker that dies leaves it to the lease. */
  receive(choice = 0): Delivery<Message> | undefined {
    const ready = this.#ready();
    const entry = ready[choice % Math.max(ready.length, 1)];
    if (!entry) return undefined;
    entry.deliveries += 1;
    entry.visibleAt = this.#after(leaseSeconds);
    return {
      message: JSON.parse(entry.text) as Message,
      deliveries: entry.deliveries,
      complete: () => this.#entries.delete(entry),
      abandon: () => this.#abandon(entry),
    };
  }

  /** A message is lost, as none should be. */
  lose(choice: number): void {
    const entry = [...this.#entries][choice % Math.max(this.#entries.size, 1)];
    if (entry) this.#entries.delete(entry);
  }

  /** A message is there twice. */
  duplicate(choice: number): void {
    const entry = [...this.#entries][choice % Math.max(this.#entries.size, 1)];
    if (entry) this.#entries.add({ ...entry });
  }

  /** Every message is visible again, also those that workers still hold. */
  expireLeases(): void {
    for (const entry of this.#entries) entry.visibleAt = Math.min(entry.visibleAt, this.clock.now().getTime());
  }

  #abandon(entry: Entry): void {
    if (!this.#entries.has(entry)) return;
    entry.visibleAt = this.#after(visibilityTimeoutSeconds);
    if (entry.deliveries < maxDequeueCount) return;
    this.#entries.delete(entry);
    this.poison.push(JSON.parse(entry.text) as Message);
  }

  #ready(): readonly Entry[] {
    return [...this.#entries].filter((entry) => entry.visibleAt <= this.clock.now().getTime());
  }

  #after(seconds: number): number {
    return this.clock.now().getTime() + seconds * 1000;
  }
}
