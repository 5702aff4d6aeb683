import type { CatalogStore, StoredDocument } from '../../../shared/catalog/ports.js';

/** A container in memory, with what a test wants to know: how often it was written, and what people upload. */
export class FakeCatalogStore implements CatalogStore {
  readonly writes: string[] = [];
  lists = 0;
  #version = 0;
  readonly #texts = new Map<string, StoredDocument>();

  /** As a person does: whatever was there is replaced. */
  upload(name: string, text: string): void {
    this.#texts.set(name, { text, etag: this.#nextEtag() });
  }

  remove(name: string): void {
    this.#texts.delete(name);
  }

  async list(): Promise<ReadonlyMap<string, string>> {
    this.lists += 1;
    return new Map([...this.#texts].map(([name, { etag }]) => [name, etag]));
  }

  async read(name: string): Promise<StoredDocument | undefined> {
    return this.#texts.get(name);
  }

  async write(name: string, text: string, etag: string | undefined): Promise<string | undefined> {
    if (this.#texts.get(name)?.etag !== etag) return undefined;
    const next = this.#nextEtag();
    this.#texts.set(name, { text, etag: next });
    this.writes.push(name);
    return next;
  }

  #nextEtag(): string {
    this.#version += 1;
    return `0x${this.#version.toString(16).padStart(8, '0')}`;
  }
}
