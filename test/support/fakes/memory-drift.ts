import type { DriftReports, PullEvent, PullLog, RegistryInventory, StoredTag } from '../../../shared/drift/ports.js';
import type { DriftReport } from '../../../shared/drift/report.js';
import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import type { ObservedArtifact } from '../../../shared/requirements/observed.js';
import type { ObservedArtifacts } from '../../../shared/requirements/ports.js';

/** Facts in memory; every write has a new ETag. */
export class MemoryObserved implements ObservedArtifacts {
  readonly #rows = new Map<string, { facts: readonly ObservedArtifact[]; etag: string }>();
  #writes = 0;

  async get(minor: string) {
    return this.#rows.get(minor) ?? { facts: [], etag: undefined };
  }

  async save(minor: string, facts: readonly ObservedArtifact[], etag: string | undefined): Promise<boolean> {
    if (this.#rows.get(minor)?.etag !== etag) return false;
    this.#writes += 1;
    this.#rows.set(minor, { facts, etag: `"${this.#writes}"` });
    return true;
  }
}

/** Reports in memory. */
export class MemoryDriftReports implements DriftReports {
  readonly #rows = new Map<string, DriftReport>();

  async list(): Promise<readonly DriftReport[]> {
    return [...this.#rows.values()];
  }

  async get(clusterId: string, version: KubernetesVersion): Promise<DriftReport | undefined> {
    return this.#rows.get(keyOf(clusterId, version));
  }

  async save(report: DriftReport): Promise<void> {
    this.#rows.set(keyOf(report.clusterId, report.kubernetesVersion), report);
  }

  async remove(clusterId: string): Promise<void> {
    for (const key of [...this.#rows.keys()]) if (key.startsWith(keyOf(clusterId, ''))) this.#rows.delete(key);
  }
}

function keyOf(clusterId: string, version: string): string {
  return `${clusterId.toLowerCase()} ${version}`;
}

/** What registries hold, by login server. */
export class FakeInventory implements RegistryInventory {
  readonly #tags = new Map<string, StoredTag[]>();
  /** Throw to be a registry that fails. */
  fault: (loginServer: string) => void = () => undefined;

  put(loginServer: string, tag: StoredTag): void {
    this.#tags.set(loginServer, [...(this.#tags.get(loginServer) ?? []), tag]);
  }

  async list(loginServer: string, isWanted: (repository: string) => boolean): Promise<readonly StoredTag[]> {
    this.fault(loginServer);
    return (this.#tags.get(loginServer) ?? []).filter(({ repository }) => isWanted(repository));
  }
}

/** A log of pulls, by login server. */
export class FakePullLog implements PullLog {
  readonly #events = new Map<string, PullEvent[]>();
  /** Throw to be a workspace that fails. */
  fault: (loginServer: string) => void = () => undefined;

  put(loginServer: string, event: PullEvent): void {
    this.#events.set(loginServer, [...(this.#events.get(loginServer) ?? []), event]);
  }

  async list(loginServer: string, since: Date): Promise<readonly PullEvent[]> {
    this.fault(loginServer);
    return (this.#events.get(loginServer) ?? []).filter(({ lastAt }) => lastAt >= since);
  }
}
