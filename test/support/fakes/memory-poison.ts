import type { PoisonMessage, PoisonMessages } from '../../../shared/gate/ports.js';

/** Poison messages in memory. */
export class MemoryPoison implements PoisonMessages {
  readonly #rows = new Map<string, PoisonMessage>();

  async list(most: number): Promise<readonly PoisonMessage[]> {
    return [...this.#rows.values()].sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, most);
  }

  async save(message: PoisonMessage): Promise<void> {
    this.#rows.set(message.id, message);
  }

  async purge(before: Date): Promise<void> {
    for (const { id, at } of [...this.#rows.values()]) if (at < before) this.#rows.delete(id);
  }
}
