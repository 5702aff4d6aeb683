import type { OutageSide } from '../../../shared/warming/outage.js';
import type { OutageRecord, OutageRecords } from '../../../shared/warming/outages.js';

/** Outage records in memory. */
export class MemoryOutages implements OutageRecords {
  readonly #records = new Map<string, OutageRecord>();
  writes = 0;

  async list(): Promise<readonly OutageRecord[]> {
    return [...this.#records.values()];
  }

  async save(record: OutageRecord): Promise<void> {
    this.writes += 1;
    this.#records.set(`${record.side} ${record.registry}`, record);
  }

  async remove(registry: string, side: OutageSide): Promise<void> {
    this.writes += 1;
    this.#records.delete(`${side} ${registry}`);
  }
}
