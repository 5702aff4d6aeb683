import type { HoldRecord, Holds, StoredHold } from '../../../shared/gate/maintenance/maintenance-ports.js';

/** Holds in memory; every write has a new ETag. */
export class MemoryHolds implements Holds {
  readonly #rows = new Map<string, StoredHold>();
  #writes = 0;

  async list(): Promise<readonly HoldRecord[]> {
    return [...this.#rows.values()].map(({ record }) => record);
  }

  async ofCluster(clusterId: string): Promise<readonly StoredHold[]> {
    return [...this.#rows.values()].filter(({ record }) => isSame(record.clusterId, clusterId));
  }

  async save(record: HoldRecord, etag: string | undefined): Promise<string | undefined> {
    const key = keyOf(record);
    if (this.#rows.get(key)?.etag !== etag) return undefined;
    this.#writes += 1;
    this.#rows.set(key, { record, etag: `"${this.#writes}"` });
    return `"${this.#writes}"`;
  }

  async remove({ record, etag }: StoredHold): Promise<boolean> {
    const key = keyOf(record);
    return this.#rows.get(key)?.etag === etag && this.#rows.delete(key);
  }
}

function keyOf({ clusterId, configuration }: HoldRecord): string {
  return `${clusterId.toLowerCase()} ${configuration}`;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
