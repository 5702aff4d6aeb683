import pLimit from 'p-limit';
import type { Digest } from '../model/artifact.js';
import { clockSkewMs } from '../model/clock-skew.js';
import { SyncError } from '../model/errors.js';
import type { ManifestReader, StoredState } from './ports.js';
import type { StoredManifests, StoredRepository } from './verify-registry-ports.js';
import type { ArtifactState } from './state.js';
import { isUnreachable } from './unreachable.js';

const concurrentHeads = 8;

/** An artifact that is not in the registry as it was proven, and what is wrong. */
export interface Missing {
  readonly stored: StoredState;
  readonly reason: string;
}

/** What a look at some repositories found out. */
export interface Looks {
  /** Repositories that were looked at. */
  readonly seen: ReadonlySet<string>;
  readonly missing: readonly Missing[];
  /** Why the others were not. */
  readonly failure?: SyncError;
}

export interface InventoryLooks extends Looks {
  /** False when it knows nothing at all, or not for us: there may be no such list. */
  readonly speaks: boolean;
}

export type ByRepository = ReadonlyMap<string, readonly StoredState[]>;

/** Compares proven artifacts with the registry's own list. */
export async function lookAtInventory(
  loginServer: string,
  artifacts: ByRepository,
  inventory: StoredManifests,
): Promise<InventoryLooks> {
  const { found, failure } = await inventory.read(loginServer, [...artifacts.keys()]);
  const isEmpty = [...found.values()].every(({ digests }) => digests.size === 0);
  const missing = [...found].flatMap(([repository, held]) =>
    (artifacts.get(repository) ?? []).flatMap((stored) => {
      const reason = differenceOf(stored.state, held);
      return reason === undefined ? [] : [{ stored, reason }];
    }),
  );
  return {
    seen: new Set(found.keys()),
    missing,
    ...(failure ? { failure } : {}),
    speaks: !isEmpty || (failure !== undefined && failure.code !== 'REGISTRY_FORBIDDEN'),
  };
}

/** What of an artifact the registry does not hold any more; undefined when all is as it was proven. Pure. */
function differenceOf(state: ArtifactState, held: StoredRepository): string | undefined {
  // A cached repository that was deleted may not come back by itself: Azure/acr#765.
  if (held.digests.size === 0) return `the registry has no repository ${state.cachedRepository} any more`;
  const bound = held.tags.get(state.tag);
  if (bound === undefined) return 'the registry has the tag no more';
  if (bound !== state.digest) return `the tag names ${bound} in the registry`;
  const needed = [state.digest, ...state.children];
  const gone = needed.filter((digest) => !held.digests.has(digest)).length;
  if (gone > 0) return `${gone} of ${needed.length} manifests are not in the registry any more`;
  return isAnew(state, needed, held)
    ? 'it was deleted and pulled again: its configs and layers may be late'
    : undefined;
}

/** Its manifests came after its layers were last looked for: a list says nothing of layers. */
function isAnew(
  { proof, provenAt, deepAt = provenAt }: ArtifactState,
  needed: readonly Digest[],
  held: StoredRepository,
) {
  if (proof !== 'deep' || deepAt === undefined) return false;
  return needed.some((digest) => (held.createdAt?.get(digest)?.getTime() ?? 0) > deepAt.getTime() + clockSkewMs);
}

/** One HEAD an artifact; a repository with one that cannot be asked for now was not looked at. */
export async function lookByHeads(artifacts: ByRepository, reader: ManifestReader): Promise<Looks> {
  const limit = pLimit(concurrentHeads);
  const failures: SyncError[] = [];
  const looks = [...artifacts].map(async ([repository, all]) => {
    const answers = await Promise.all(
      all.map((stored) => limit(async () => (failures.length > 0 ? undefined : await lookAt(stored, reader)))),
    );
    failures.push(...answers.filter((answer) => answer instanceof SyncError));
    const isSeen = answers.every((answer) => answer !== undefined && !(answer instanceof SyncError));
    return { repository, isSeen, missing: answers.filter((answer) => isMissing(answer)) };
  });
  const all = await Promise.all(looks);
  const [failure] = failures;
  return {
    seen: new Set(all.filter(({ isSeen }) => isSeen).map(({ repository }) => repository)),
    missing: all.flatMap(({ missing }) => missing),
    ...(failure ? { failure } : {}),
  };
}

/** Whether a registry was there: a failure says why not; "unknown" where nobody can tell. */
type Reach = 'reached' | 'unknown' | SyncError;

/**
 * Whether looks reached the registry. Where they found nothing, some artifacts are asked for as nodes would: who may not list may pull all the
 * same, and one repository may be refused by itself.
 * @param proven what there is to ask for, at least one
 * @param before whether it was not reached lately: then it is asked though there was nothing to look at
 */
export async function reachOf(
  { seen, failure }: Looks,
  proven: readonly StoredState[],
  before: 'reached' | 'not-reached',
  reader: ManifestReader,
): Promise<Reach> {
  if (seen.size > 0) return 'reached';
  if (failure ? !isUnreachable(failure) : before === 'reached') return 'unknown';
  const asked = await lookByHeads(sampleOf(proven), reader);
  if (asked.seen.size > 0) return 'reached';
  if (asked.failure && isUnreachable(asked.failure)) return asked.failure;
  // What answers 502 to a pull may be its upstream; but not where its own list fails, too.
  const isGateway = asked.failure?.code === 'UPSTREAM_UNAVAILABLE' && failure?.code === 'REGISTRY_UNAVAILABLE';
  return isGateway ? failure : 'unknown';
}

/** One artifact of each of three repositories, far apart in the order of their names. */
function sampleOf(proven: readonly StoredState[]): ByRepository {
  const all = new Map(proven.map((stored) => [stored.state.cachedRepository, [stored]]));
  const names = [...all.keys()].sort();
  const picked = [0, Math.floor(names.length / 2), names.length - 1].flatMap((index) => names[index] ?? []);
  return new Map(picked.map((name) => [name, all.get(name) ?? []]));
}

async function lookAt(stored: StoredState, reader: ManifestReader): Promise<Missing | SyncError | 'held'> {
  const { cachedRepository, tag, digest } = stored.state;
  try {
    const head = await reader.head(cachedRepository, tag);
    if (head.digest !== digest) return { stored, reason: `the tag names ${head.digest} in the registry` };
    if (head.origin === 'upstream') return { stored, reason: 'the registry serves it from upstream again' };
    return 'held';
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return error.canRetry ? error : { stored, reason: `${error.code}: ${error.message}`.slice(0, 500) };
  }
}

function isMissing(answer: Missing | SyncError | 'held' | undefined): answer is Missing {
  return answer !== undefined && answer !== 'held' && !(answer instanceof SyncError);
}
