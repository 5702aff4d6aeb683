import type { OutageSide } from '../../../shared/warming/outage.js';
import type { OutageRecord } from '../../../shared/warming/outage-record.js';
import type { OutageRecords } from '../../../shared/warming/outages.js';
import { MemoryRegistryProofs } from './memory-registry-proofs.js';

/** Where an `Outages` notes what it learns, in memory. */
export const memoryOutagePorts = () => ({
  outageRecords: new MemoryOutages(),
  registryProofs: new MemoryRegistryProofs(),
});

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
