import type { RegistryProof, RegistryProofs, StoredRegistryProof } from '../../../shared/warming/registry-proof.js';

/** Proofs of registries in memory; every write has a new ETag. */
export class MemoryRegistryProofs implements RegistryProofs {
  readonly #rows = new Map<string, StoredRegistryProof>();
  writes = 0;

  async get(registry: string): Promise<StoredRegistryProof | undefined> {
    return this.#rows.get(registry);
  }

  async list(): Promise<ReadonlyMap<string, RegistryProof>> {
    return new Map([...this.#rows].map(([registry, { proof }]) => [registry, proof]));
  }

  async save(proof: RegistryProof, etag: string | undefined): Promise<boolean> {
    if (this.#rows.get(proof.registry)?.etag !== etag) return false;
    this.writes += 1;
    this.#rows.set(proof.registry, { proof, etag: `"${this.writes}"` });
    return true;
  }
}
