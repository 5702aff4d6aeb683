import type { Deadline } from '../../../shared/gate/decision/deadlines.js';
import type { OutgoingEvent } from '../../../shared/gate/announcements/outgoing-events.js';
import type { DeadlineRecords, EventPublisher } from '../../../shared/gate/ports.js';
import type { SyncError } from '../../../shared/model/errors.js';

/** A topic in memory; while `failure` is set it takes nothing, and never a request with an event that it refuses. */
export class FakeTopic implements EventPublisher {
  readonly taken: OutgoingEvent[] = [];
  failure: SyncError | undefined;
  refuses: (event: OutgoingEvent) => SyncError | undefined = () => undefined;
  calls = 0;

  async publish(events: readonly OutgoingEvent[]): Promise<void> {
    this.calls += 1;
    const failure = this.failure ?? events.map(this.refuses).find((refusal) => refusal !== undefined);
    if (failure) throw failure;
    this.taken.push(...events);
  }

  typesOf(): readonly string[] {
    return this.taken.map(({ type }) => type);
  }
}

/** Deadlines in memory. */
export class MemoryDeadlines implements DeadlineRecords {
  readonly #rows = new Map<string, Deadline>();

  async list(): Promise<readonly Deadline[]> {
    return [...this.#rows.values()];
  }

  async of(clusterId: string): Promise<readonly Deadline[]> {
    return [...this.#rows.values()].filter((one) => one.clusterId.toLowerCase() === clusterId.toLowerCase());
  }

  async save(deadline: Deadline): Promise<void> {
    const known = this.#rows.get(keyOf(deadline));
    if (known && known.toldAt > deadline.toldAt) return;
    this.#rows.set(keyOf(deadline), deadline);
  }

  async remove(deadline: Pick<Deadline, 'clusterId' | 'source' | 'key'>): Promise<void> {
    this.#rows.delete(keyOf(deadline));
  }
}

function keyOf({ clusterId, source, key }: Pick<Deadline, 'clusterId' | 'source' | 'key'>): string {
  return `${clusterId} ${source} ${key}`.toLowerCase();
}
