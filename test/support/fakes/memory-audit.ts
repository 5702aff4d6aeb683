import type { AuditEntry, AuditTrail, BreakGlass, BreakGlasses } from '../../../shared/gate/ports.js';
import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';

/** The audit trail in memory. */
export class MemoryAuditTrail implements AuditTrail {
  readonly #entries = new Map<string, AuditEntry>();

  async list(most: number): Promise<readonly AuditEntry[]> {
    return [...this.#entries.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, most);
  }

  async save(entry: AuditEntry): Promise<void> {
    this.#entries.set(entry.id, entry);
  }

  async purge(before: Date): Promise<void> {
    for (const { id, at } of [...this.#entries.values()]) if (at < before) this.#entries.delete(id);
  }
}

/** Broken glasses in memory. */
export class MemoryBreakGlasses implements BreakGlasses {
  readonly #glasses = new Map<string, BreakGlass>();

  async get(clusterId: string, version: KubernetesVersion): Promise<BreakGlass | undefined> {
    return this.#glasses.get(keyOf(clusterId, version));
  }

  async list(): Promise<readonly BreakGlass[]> {
    return [...this.#glasses.values()];
  }

  async save(glass: BreakGlass): Promise<void> {
    this.#glasses.set(keyOf(glass.clusterId, glass.kubernetesVersion), glass);
  }

  async remove(clusterId: string, version: KubernetesVersion): Promise<void> {
    this.#glasses.delete(keyOf(clusterId, version));
  }
}

function keyOf(clusterId: string, version: KubernetesVersion): string {
  return `${clusterId.toLowerCase()} ${version}`;
}
