import { artifactName, type ArtifactRef } from '../model/artifact.js';
import type { ArtifactStates, StoredState } from './ports.js';
import type { ArtifactState } from './state.js';

/** The newest warning that proofs of a registry are about to be taken back. */
export interface LossMark {
  /** New with every warning. */
  readonly token: string;
  readonly at: Date;
}

/**
 * Warnings of lost proofs, by registry. One is written before a proof is taken back: whoever remembers proofs looks here first, and believes
 * its memory only if there was no warning since, nor shortly before.
 */
export interface ProofLosses {
  /** @returns undefined when there never was one */
  newest(registry: string): Promise<LossMark | undefined>;
  /** Replaces the warning that is there. */
  warn(registry: string): Promise<void>;
}

type Change = Parameters<ArtifactStates['save']>[0][number];

/** What a record proves; more is higher. */
const nothing = 0;
const manifests = 1;
const everything = 2;

/**
 * States that warn before they lose a proof. What a record proved is known from when it was handed out, as nobody replaces one without its
 * ETag; of one that was not handed out here the most is assumed. Costs one write where proofs get lost, and nothing else. Stopped between
 * warning and loss, a warning was for nothing.
 */
export class WarningStates implements ArtifactStates {
  /** By registry and artifact. */
  readonly #handedOut = new Map<string, { readonly etag: string; readonly proves: number }>();

  constructor(
    private readonly states: ArtifactStates,
    private readonly losses: ProofLosses,
  ) {}

  async list(registry: string): Promise<ReadonlyMap<string, StoredState>> {
    const stored = await this.states.list(registry);
    for (const one of stored.values()) this.#note(one);
    return stored;
  }

  async get(registry: string, artifact: ArtifactRef, step?: number): Promise<StoredState | undefined> {
    const stored = await this.states.get(registry, artifact, step);
    if (stored) this.#note(stored);
    return stored;
  }

  async save(changes: readonly Change[]): Promise<readonly string[]> {
    const losing = new Set(changes.filter((change) => this.#mayLose(change)).map(({ state }) => state.registry));
    for (const registry of losing) await this.losses.warn(registry);
    return await this.states.save(changes);
  }

  #note({ state, etag }: StoredState): void {
    this.#handedOut.set(keyOf(state), { etag, proves: proves(state) });
  }

  #mayLose({ state, etag }: Change): boolean {
    // A record that is created replaces none.
    if (etag === undefined) return false;
    const known = this.#handedOut.get(keyOf(state));
    return proves(state) < (known?.etag === etag ? known.proves : everything);
  }
}

function keyOf(state: ArtifactState): string {
  return `${state.registry} ${artifactName(state)}`;
}

function proves({ phase, proof }: ArtifactState): number {
  if (phase !== 'proven') return nothing;
  return proof === 'deep' ? everything : manifests;
}
