import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import type { FleetGateRecord, FleetGateRecords } from '../../../shared/gate/fleet/fleet-ports.js';
import type {
  Judgement,
  Judgements,
  Problem,
  Problems,
  SeenCluster,
  SeenClusters,
} from '../../../shared/gate/ports.js';

/** Judgements in memory; every write has a new ETag. */
export class MemoryJudgements implements Judgements {
  readonly #rows = new Map<string, { judgement: Judgement; etag: string }>();
  #writes = 0;

  async get(clusterId: string, version: KubernetesVersion) {
    return this.#rows.get(judgementKey(clusterId, version));
  }

  async list(): Promise<readonly Judgement[]> {
    return [...this.#rows.values()].map(({ judgement }) => judgement);
  }

  async save(judgement: Judgement, etag: string | undefined): Promise<boolean> {
    const key = judgementKey(judgement.clusterId, judgement.kubernetesVersion);
    if (this.#rows.get(key)?.etag !== etag) return false;
    this.#writes += 1;
    this.#rows.set(key, { judgement, etag: `"${this.#writes}"` });
    return true;
  }

  async remove(clusterId: string, version: KubernetesVersion, etag: string): Promise<void> {
    const key = judgementKey(clusterId, version);
    if (this.#rows.get(key)?.etag === etag) this.#rows.delete(key);
  }
}

function judgementKey(clusterId: string, version: string): string {
  return `${clusterId.toLowerCase()} ${version}`;
}

/** Fleet gate records in memory. */
export class MemoryFleetGateRecords implements FleetGateRecords {
  readonly #rows = new Map<string, { record: FleetGateRecord; etag: string }>();
  #writes = 0;

  async get(gateId: string) {
    return this.#rows.get(gateId.toLowerCase());
  }

  async list(): Promise<readonly FleetGateRecord[]> {
    return [...this.#rows.values()].map(({ record }) => record);
  }

  async save(record: FleetGateRecord, etag: string | undefined): Promise<boolean> {
    const key = record.id.toLowerCase();
    if (this.#rows.get(key)?.etag !== etag) return false;
    this.#writes += 1;
    this.#rows.set(key, { record, etag: `"${this.#writes}"` });
    return true;
  }
}

/** Seen clusters in memory. */
export class MemorySeenClusters implements SeenClusters {
  readonly #rows = new Map<string, SeenCluster>();

  async get(clusterId: string): Promise<SeenCluster | undefined> {
    return this.#rows.get(clusterId.toLowerCase());
  }

  async list(): Promise<readonly SeenCluster[]> {
    return [...this.#rows.values()];
  }

  async save(clusters: readonly SeenCluster[]): Promise<void> {
    for (const cluster of clusters) this.#rows.set(cluster.id.toLowerCase(), cluster);
  }

  async remove(clusterId: string): Promise<void> {
    this.#rows.delete(clusterId.toLowerCase());
  }
}

/** Problems in memory. */
export class MemoryProblems implements Problems {
  readonly #rows: Problem[] = [];

  async list(most: number): Promise<readonly Problem[]> {
    return [...this.#rows].sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, most);
  }

  async add(problem: Problem): Promise<void> {
    this.#rows.push(problem);
  }

  async purge(before: Date): Promise<void> {
    this.#rows.splice(0, this.#rows.length, ...this.#rows.filter(({ at }) => at >= before));
  }
}
