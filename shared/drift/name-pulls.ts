import { isRepository, isTag, type Digest } from '../model/artifact.js';
import type { ArtifactState } from '../warming/state.js';
import type { PullEvent, StoredTag } from './ports.js';
import type { PulledArtifact } from './report.js';

export interface PullEvidence {
  /** Undefined: there is no log to read. */
  readonly events: readonly PullEvent[] | undefined;
  readonly inventory: readonly StoredTag[];
  /** What was warmed in this registry: which tags a digest belongs to. */
  readonly states: readonly ArtifactState[];
  /** The MAR repository that a cache rule fills a repository from; undefined for what no rule fills. */
  readonly upstreamOf: (repository: string) => string | undefined;
  /** Earlier pulls do not count. */
  readonly since: Date;
}

/**
 * What was pulled, by its names in MAR. Repositories that no cache rule fills from MAR are the customer's own and left out. A pull by
 * digest gets the tags that the digest is known under; one of a repository with named pulls is taken for a part of those. Pure.
 */
export function namePulls(evidence: PullEvidence): readonly PulledArtifact[] {
  const logged = (evidence.events ?? []).filter(({ lastAt }) => lastAt >= evidence.since);
  const tagsOf = indexTags(evidence);
  const pulls = logged.flatMap((event) => nameEvent(event, evidence, tagsOf));
  const held = evidence.inventory
    .filter(({ createdAt }) => createdAt >= evidence.since)
    .flatMap((tag) => nameTag(tag, evidence));
  const named = new Set([...pulls, ...held].filter(({ tag }) => tag !== undefined).map(({ repository }) => repository));
  const telling = [...pulls, ...held].filter(({ tag, repository }) => tag !== undefined || !named.has(repository));
  return withoutRepeats(telling);
}

function nameEvent(
  { repository, tag, digest, lastAt: at }: PullEvent,
  { upstreamOf }: PullEvidence,
  tagsOf: ReadonlyMap<string, ReadonlySet<string>>,
): readonly PulledArtifact[] {
  const upstream = upstreamOf(repository);
  if (upstream === undefined || !isRepository(upstream)) return [];
  const pull = { repository: upstream, at, evidence: 'log', ...(digest === undefined ? {} : { digest }) } as const;
  if (tag !== undefined) return isTag(tag) ? [{ ...pull, tag }] : [];
  if (digest === undefined) return [];
  const tags = [...(tagsOf.get(`${repository}@${digest}`) ?? [])];
  return tags.length === 0 ? [pull] : tags.map((known) => ({ ...pull, tag: known }));
}

function nameTag(
  { repository, tag, digest, createdAt: at }: StoredTag,
  { upstreamOf }: PullEvidence,
): readonly PulledArtifact[] {
  const upstream = upstreamOf(repository);
  if (upstream === undefined || !isRepository(upstream) || !isTag(tag)) return [];
  return [{ repository: upstream, tag, digest, at, evidence: 'inventory' }];
}

/** Tags by `repository@digest`, as the registry spells the repository; children of an index included where they are known. */
function indexTags({ inventory, states }: PullEvidence): ReadonlyMap<string, ReadonlySet<string>> {
  const tags = new Map<string, Set<string>>();
  const add = (repository: string, digest: Digest, tag: string): void => {
    const key = `${repository}@${digest}`;
    tags.set(key, (tags.get(key) ?? new Set()).add(tag));
  };
  for (const { repository, digest, tag } of inventory) add(repository, digest, tag);
  for (const state of states)
    for (const digest of [state.digest, ...state.children]) add(state.cachedRepository, digest, state.tag);
  return tags;
}

/** One pull for each name: the log tells more than the inventory, the latest more than earlier ones. */
function withoutRepeats(pulls: readonly PulledArtifact[]): readonly PulledArtifact[] {
  const kept = new Map<string, PulledArtifact>();
  for (const pull of pulls) {
    const name = pullName(pull);
    const other = kept.get(name);
    if (!other || rank(pull) > rank(other) || (rank(pull) === rank(other) && pull.at > other.at)) kept.set(name, pull);
  }
  return [...kept].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pull]) => pull);
}

function rank({ evidence }: PulledArtifact): number {
  return evidence === 'log' ? 1 : 0;
}

/** `repository:tag`, or `repository@digest` where no tag is known. */
export function pullName({ repository, tag, digest }: PulledArtifact): string {
  return tag === undefined ? `${repository}@${digest ?? ''}` : `${repository}:${tag}`;
}
