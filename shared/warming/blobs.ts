import { SyncError } from '../model/errors.js';
import { forEachBounded } from './bounded.js';
import { placeOf, type ContentMemory } from './content-memory.js';
import type { BlobRef, ContentReader } from './ports.js';
import type { ArtifactState } from './state.js';
import { looksPerRequest, type Outcome } from './steps.js';

/** Blobs that one message looks for at most. */
const mostLooks = 200;
/** Blobs, and bytes, that one message pulls at most; a single larger blob is pulled all the same. */
const mostPulls = 32;
const mostPulledBytes = 512 * 1024 * 1024;

/**
 * - look: HEAD, size compared
 * - pull: the body is read and hashed; where a HEAD proves nothing, and where the pull is what fills the cache
 */
type Means = 'look' | 'pull';

/**
 * The part of the proof below the manifests: every config and layer of every manifest, in their order, from where the last message
 * stopped. Idempotent; bounded, so that a message ends long before its visibility does.
 */
export async function proveBlobs(state: ArtifactState, reader: ContentReader, memory: ContentMemory): Promise<Outcome> {
  const blobs = await blobsOf(state, reader, memory);
  const start = Math.min(state.blobsDone ?? 0, blobs.length);
  const means = state.strategy === 'pull-blobs' ? 'pull' : 'look';
  const batch = takeBatch(blobs.slice(start), means);
  const place = placeOf(state);
  const wanted = batch.filter(({ digest }) => !memory.wasFound(place, digest));
  const found = await forEachBounded(wanted, (blob) => isThere(blob, means, state, reader));
  wanted.forEach(({ digest }, index) => {
    if (found[index]) memory.found(place, digest);
  });
  const missing = wanted.filter((_blob, index) => !found[index]);
  const [first] = missing;
  const blobsDone = start + (first ? batch.indexOf(first) : batch.length);
  if (missing.length > 0) {
    if (mustRepair(state)) await repair(missing, state, reader);
    return { kind: 'blobs-missing', missing: missing.length, blobsDone };
  }
  return blobsDone < blobs.length
    ? { kind: 'partial', blobsDone, total: blobs.length }
    : { kind: 'cached', proof: 'deep' };
}

/** Each once, in the order of the manifests. One GET for every manifest that this instance does not know. */
async function blobsOf(
  state: ArtifactState,
  reader: ContentReader,
  memory: ContentMemory,
): Promise<readonly BlobRef[]> {
  const lists = await forEachBounded([state.digest, ...state.children], async (manifest) => {
    const known = memory.blobsOf(manifest);
    if (known) return known;
    const { blobs } = await reader.get(state.cachedRepository, manifest);
    memory.learn(manifest, blobs);
    return blobs;
  });
  return [...new Map(lists.flat().map((blob) => [blob.digest, blob])).values()];
}

async function isThere(blob: BlobRef, means: Means, state: ArtifactState, reader: ContentReader): Promise<boolean> {
  if (means === 'pull') {
    await reader.pullBlob(state.cachedRepository, blob);
    return true;
  }
  try {
    const { size, origin } = await reader.headBlob(state.cachedRepository, blob.digest);
    return origin === 'registry' && (size ?? blob.size) === blob.size;
  } catch (error) {
    if (error instanceof SyncError && error.code === 'BLOB_UNKNOWN') return false;
    throw error;
  }
}

/** Asked for again in vain although every manifest is there: then the blob itself is pulled through the rule, which costs its bytes. */
function mustRepair({ strategy, phase, attempts }: ArtifactState): boolean {
  return strategy === 'pull-through' && phase === 'planned' && attempts >= looksPerRequest;
}

/** What cannot be pulled either stays missing, with the reason of the next look. */
async function repair(missing: readonly BlobRef[], state: ArtifactState, reader: ContentReader): Promise<void> {
  for (const blob of takeBatch(missing, 'pull')) await reader.pullBlob(state.cachedRepository, blob);
}

function takeBatch(blobs: readonly BlobRef[], means: Means): readonly BlobRef[] {
  if (means === 'look') return blobs.slice(0, mostLooks);
  const batch: BlobRef[] = [];
  let bytes = 0;
  for (const blob of blobs.slice(0, mostPulls)) {
    bytes += blob.size;
    if (batch.length > 0 && bytes > mostPulledBytes) break;
    batch.push(blob);
  }
  return batch;
}
