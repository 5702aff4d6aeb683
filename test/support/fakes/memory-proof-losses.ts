import type { LossMark, ProofLosses } from '../../../shared/warming/proof-losses.js';

/** Warnings in memory. */
export class MemoryProofLosses implements ProofLosses {
  readonly #marks = new Map<string, LossMark>();
  #warnings = 0;

  constructor(private readonly now: () => Date) {}

  async newest(registry: string): Promise<LossMark | undefined> {
    return this.#marks.get(registry);
  }

  async warn(registry: string): Promise<void> {
    this.#warnings += 1;
    this.#marks.set(registry, { token: String(this.#warnings), at: this.now() });
  }

  get warnings(): number {
    return this.#warnings;
  }
}
