import { artifactName, type Digest } from '../../../shared/model/artifact.js';
import { covers, type RegistryProof } from '../../../shared/warming/registry-proof.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import type { RecentStates } from '../../../shared/warming/ports.js';
import type { LocalRegistries } from './local-registries.js';

/** The registry notices a moved tag so late (acr#860), and for so long a proof of it may be of before. */
const lieMs = 5 * 60_000;
/** By so much instances may date a look wrongly. */
export const mostSkewSeconds = 120;
const skewMs = mostSkewSeconds * 1000;

/** When somebody took from a registry, or from MAR, what was there: proofs of before are wrong since, and nobody was told. */
interface Harm {
  /** Login server; undefined for a tag that moved at MAR. */
  readonly loginServer: string | undefined;
  readonly repository: string;
  readonly at: number;
}

/** A proof as the test saw it made, by the true clock. */
export interface SeenProof {
  /** The dated proof in the record, in ms. */
  readonly provenAt: number;
  /** When the worker that made it began. */
  readonly startedAt: number;
  readonly savedAt: number;
}

interface Tree {
  readonly manifests: readonly Digest[];
  readonly blobs: readonly Digest[];
}

/** What is really in the registries, and what was done to them behind the app's back. */
export class Truth {
  #harms: readonly Harm[] = [];
  /** When MAR was last seen to be down: until then nobody could hear of a moved tag. */
  #marDownAt = Number.NEGATIVE_INFINITY;
  readonly #trees = new Map<string, Tree>();
  readonly #proofs = new Map<string, SeenProof>();

  constructor(
    private readonly local: LocalRegistries,
    private readonly now: () => number,
  ) {}

  harm(loginServer: string | undefined, repository: string): void {
    this.#harms = [...this.#harms, { loginServer, repository, at: this.now() }];
  }

  /** MAR answers, or does not; said once more at the end of each. */
  setMar(isDown: boolean): void {
    if (this.local.mar.isDown || isDown) this.#marDownAt = this.now();
    this.local.mar.isDown = isDown;
  }

  /** Notes the proofs that a worker writes. */
  watch(states: RecentStates, startedAt: () => number): RecentStates {
    return {
      list: (registry) => states.list(registry),
      listSince: (registry, since) => states.listSince(registry, since),
      get: (registry, artifact, task) => states.get(registry, artifact, task),
      save: async (changes) => {
        const lost = new Set(await states.save(changes));
        for (const { state } of changes) if (!lost.has(artifactName(state))) this.#note(state, startedAt());
        return [...lost];
      },
    };
  }

  proofOf(state: ArtifactState): SeenProof | undefined {
    return this.#proofs.get(keyOf(state));
  }

  /** Parts of an artifact that the registry does not have: of what was proven, and of what a node gets that pulls by the tag now. */
  missing(state: ArtifactState): readonly string[] {
    return [...this.#missingOf(state, state.digest), ...this.#missingByTag(state)];
  }

  /**
   * Those that are missing without an excuse: none for what was taken away since the proof was begun, and nobody could know.
   * @param round the newest look at the whole registry: at manifests, that is
   */
  unexcused(state: ArtifactState, round: RegistryProof | undefined): readonly string[] {
    const proof = this.#proofs.get(keyOf(state));
    const own = proof?.provenAt === state.provenAt?.getTime() ? proof?.startedAt : undefined;
    const { loginServer, repository, cachedRepository } = state;
    const isHarmed = (server: string | undefined, path: string, from: number) =>
      this.#harms.some((harm) => harm.loginServer === server && harm.repository === path && harm.at >= from);
    if (own === undefined) return this.missing(state);
    const seen = round && covers(round, state) ? Math.max(own, round.verifiedAt.getTime() - skewMs) : own;
    if (isHarmed(loginServer, cachedRepository, seen)) return [];
    const missing = this.#missingOf(state, state.digest);
    const isBlobExcused = isHarmed(loginServer, cachedRepository, own);
    const unheard = this.#marDownAt >= own - lieMs ? Number.NEGATIVE_INFINITY : own - lieMs;
    const hasMoved = isHarmed(undefined, repository, unheard);
    return [
      ...missing.filter((part) => !isBlobExcused || !part.startsWith('blob')),
      ...(hasMoved ? [] : this.#missingByTag(state)),
    ];
  }

  #missingByTag(state: ArtifactState): readonly string[] {
    const { cachedRepository, digest, tag } = state;
    const served = this.local.cache(state.loginServer).find(cachedRepository, tag);
    if (served?.origin !== 'registry') return [`tag ${tag}`];
    return served.manifest.digest === digest ? [] : this.#missingOf(state, served.manifest.digest);
  }

  #missingOf({ loginServer, cachedRepository, repository }: ArtifactState, digest: Digest): readonly string[] {
    const { store } = this.local.cache(loginServer);
    const held = store.get(cachedRepository);
    const { manifests, blobs } = this.#treeOf(repository, digest);
    return [
      ...manifests.filter((manifest) => !held?.manifests.has(manifest)).map((manifest) => `manifest ${manifest}`),
      ...blobs.filter((blob) => !held?.blobs.has(blob)).map((blob) => `blob ${blob}`),
    ];
  }

  /** Whether a record is of what MAR's tag names now. */
  isCurrent({ repository, tag, digest }: ArtifactState): boolean {
    return this.local.mar.tree(repository, tag)?.root.digest === digest;
  }

  /** What MAR ever had under a digest, with all that is below it; a digest that it never had is a manifest that nobody holds. */
  #treeOf(repository: string, digest: Digest): Tree {
    const key = `${repository}@${digest}`;
    const known = this.#trees.get(key);
    if (known) return known;
    const root = this.local.mar.manifest(repository, digest);
    if (!root) return { manifests: [digest], blobs: [] };
    const children = root.children.flatMap((child) => this.local.mar.manifest(repository, child) ?? []);
    const blobs = [...new Set([root, ...children].flatMap((manifest) => manifest.blobs))];
    const tree = { manifests: [digest, ...root.children], blobs };
    this.#trees.set(key, tree);
    return tree;
  }

  #note(state: ArtifactState, startedAt: number): void {
    if (state.phase !== 'proven') return;
    const provenAt = state.provenAt?.getTime() ?? 0;
    if (this.proofOf(state)?.provenAt === provenAt) return;
    this.#proofs.set(keyOf(state), { provenAt, startedAt, savedAt: this.now() });
  }
}

function keyOf(state: ArtifactState): string {
  return `${state.registry} ${artifactName(state)}`;
}
