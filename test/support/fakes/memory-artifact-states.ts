import { artifactName, type ArtifactRef } from '../../../shared/model/artifact.js';
import type { ArtifactStates, StoredState } from '../../../shared/warming/ports.js';
import type { ArtifactState } from '../../../shared/warming/state.js';

/** Artifact states in memory; every write has a new ETag. */
export class MemoryArtifactStates implements ArtifactStates {
  readonly #rows = new Map<string, Map<string, StoredState>>();
  #writes = 0;

  async list(registry: string): Promise<ReadonlyMap<string, StoredState>> {
    return new Map(this.#rows.get(registry));
  }

  async get(registry: string, artifact: ArtifactRef): Promise<StoredState | undefined> {
    return this.#rows.get(registry)?.get(artifactName(artifact));
  }

  async save(
    changes: readonly { readonly state: ArtifactState; readonly etag: string | undefined }[],
  ): Promise<readonly string[]> {
    return changes.flatMap(({ state, etag }) => {
      const rows = this.#rows.get(state.registry) ?? new Map<string, StoredState>();
      const name = artifactName(state);
      if (rows.get(name)?.etag !== etag) return [name];
      this.#writes += 1;
      this.#rows.set(state.registry, rows.set(name, { state, etag: `"${this.#writes}"` }));
      return [];
    });
  }
}
