import { artifactName, type ArtifactRef } from '../../../shared/model/artifact.js';
import type { StateCarrier } from '../../../shared/warming/carry-states.js';
import type { RecentStates, StoredState, WarmTask } from '../../../shared/warming/ports.js';
import type { ArtifactState } from '../../../shared/warming/state.js';

/** Artifact states in memory; every write has a new ETag. */
export class MemoryArtifactStates implements RecentStates, StateCarrier {
  readonly #rows = new Map<string, Map<string, StoredState>>();
  readonly #carried = new Map<string, StoredState>();
  readonly #writtenAt = new WeakMap<StoredState, Date>();
  #writes = 0;

  constructor(private readonly now = () => new Date()) {}

  async list(registry: string): Promise<ReadonlyMap<string, StoredState>> {
    return new Map(this.#rows.get(registry));
  }

  async listSince(registry: string, since: Date): Promise<ReadonlyMap<string, StoredState>> {
    const rows = [...(this.#rows.get(registry) ?? [])];
    return new Map(rows.filter(([, stored]) => (this.#writtenAt.get(stored) ?? since) >= since));
  }

  async get(registry: string, artifact: ArtifactRef, task?: WarmTask): Promise<StoredState | undefined> {
    const carried = this.#carried.get(task?.carried ?? '');
    if (carried && carried.state.step === task?.step) return carried;
    return this.#rows.get(registry)?.get(artifactName(artifact));
  }

  carry(task: WarmTask): string | undefined {
    const written = this.#rows.get(task.registry)?.get(artifactName(task));
    if (written?.state.step !== task.step) return undefined;
    this.#carried.set(written.etag, written);
    return written.etag;
  }

  async save(
    changes: readonly { readonly state: ArtifactState; readonly etag: string | undefined }[],
  ): Promise<readonly string[]> {
    return changes.flatMap(({ state, etag }) => {
      const rows = this.#rows.get(state.registry) ?? new Map<string, StoredState>();
      const name = artifactName(state);
      if (rows.get(name)?.etag !== etag) return [name];
      this.#writes += 1;
      const stored = { state, etag: `"${this.#writes}"` };
      this.#writtenAt.set(stored, this.now());
      this.#rows.set(state.registry, rows.set(name, stored));
      return [];
    });
  }
}
