import pLimit, { type LimitFunction } from 'p-limit';
import { artifactName, isRepository, isTag, type ArtifactRef } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { ManifestReader } from './ports.js';
import type { ProbeRecord } from './state.js';

export interface ProbePolicy {
  /** HEADs of one plan; whatever is left is asked by a later one. */
  readonly mostRequests: number;
  readonly concurrentRequests: number;
  /** An answer younger than this is not asked for again. */
  readonly trustFoundMs: number;
  readonly trustMissingMs: number;
}

/**
 * - found, missing: MAR says so, or said so not long ago
 * - unknown: MAR refuses to tell, failed, or the plan has asked enough: nothing may be concluded
 */
export type ProbeAnswer = 'found' | 'missing' | 'unknown';

/** Asks MAR whether it has a tag, on behalf of one plan: bounded, each tag once, answers remembered. */
export class Probes {
  readonly #answers = new Map<string, Promise<ProbeAnswer>>();
  readonly #records = new Map<string, ProbeRecord>();
  readonly #limit: LimitFunction;
  #requests = 0;
  #failure: SyncError | undefined;

  /** @param remembered answers that earlier plans of the target were given; stale ones are forgotten */
  constructor(
    private readonly upstream: Pick<ManifestReader, 'head'>,
    remembered: readonly ProbeRecord[],
    private readonly now: Date,
    private readonly policy: ProbePolicy,
  ) {
    this.#limit = pLimit(policy.concurrentRequests);
    for (const record of remembered) if (this.#isFresh(record)) this.#records.set(artifactName(record), record);
  }

  ask(artifact: ArtifactRef): Promise<ProbeAnswer> {
    const name = artifactName(artifact);
    const answer = this.#answers.get(name) ?? this.#limit(() => this.#look(artifact, name));
    this.#answers.set(name, answer);
    return answer;
  }

  /** Answers to keep for the next plan, by name. */
  records(): readonly ProbeRecord[] {
    return [...this.#records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
  }

  /** Why MAR could not be asked, where waiting may cure it; undefined when it answered. */
  get failure(): SyncError | undefined {
    return this.#failure;
  }

  async #look(artifact: ArtifactRef, name: string): Promise<ProbeAnswer> {
    const known = this.#records.get(name);
    if (known) return known.found ? 'found' : 'missing';
    if (!isRepository(artifact.repository) || !isTag(artifact.tag)) return 'missing';
    if (this.#failure || this.#requests >= this.policy.mostRequests) return 'unknown';
    this.#requests += 1;
    try {
      await this.upstream.head(artifact.repository, artifact.tag);
      return this.#remember(artifact, name, true);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      if (error.code === 'MANIFEST_UNKNOWN') return this.#remember(artifact, name, false);
      // A registry may refuse to tell about repositories that are not there; everything else is worth another try of the plan.
      if (error.canRetry && error.code !== 'REGISTRY_FORBIDDEN') this.#failure = error;
      return 'unknown';
    }
  }

  #remember({ repository, tag }: ArtifactRef, name: string, found: boolean): ProbeAnswer {
    this.#records.set(name, { repository, tag, found, at: this.now });
    return found ? 'found' : 'missing';
  }

  #isFresh({ found, at }: ProbeRecord): boolean {
    const age = this.now.getTime() - at.getTime();
    return age >= 0 && age < (found ? this.policy.trustFoundMs : this.policy.trustMissingMs);
  }
}
