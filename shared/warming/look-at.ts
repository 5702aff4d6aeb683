import type { Digest } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { proveBlobs } from './blobs.js';
import { forEachBounded } from './bounded.js';
import type { ContentMemory } from './content-memory.js';
import type { ContentReader, Imports, ManifestHead, ManifestReader } from './ports.js';
import { isDeepStill } from './proof-level.js';
import { asUpstream } from './retry.js';
import type { ArtifactState, ProofLevel } from './state.js';
import type { Outcome } from './steps.js';

export interface ActPorts {
  /** Reader of the registry that serves a login server. */
  readonly registry: (loginServer: string) => ContentReader;
  readonly upstream: ManifestReader;
  readonly imports: Imports;
  readonly memory: ContentMemory;
  /** What a proof has to cover: setting PROOF_LEVEL. */
  readonly proofLevel: ProofLevel;
  readonly now: () => Date;
}

/**
 * The proof from the top: tag, index, every child (those of other OS versions too), then configs and layers.
 * While planned, manifests are read by GET, which asks a cache rule for them; else by HEAD, which only looks.
 * @throws SyncError MANIFEST_UNKNOWN where the registry has not got what MAR has; else as `ContentReader`
 */
export async function lookAt(state: ArtifactState, ports: ActPorts): Promise<Outcome> {
  const reader = ports.registry(state.loginServer);
  const top = await readManifest(state.tag, state, reader, ports.memory);
  if (top.digest !== state.digest) return await settleDigest(state, top.digest, reader, ports);
  const children = await forEachBounded(state.children, async (child) => {
    const head = await readManifest(child, state, reader, ports.memory);
    if (head.digest !== child) throw new SyncError('DIGEST_MISMATCH', `asked for ${child}, served ${head.digest}`);
    return head;
  });
  const upstream = [top, ...children].filter(({ origin }) => origin === 'upstream').length;
  if (upstream > 0) return { kind: 'proxied', upstream };
  if (isDeepStill(state, ports.now())) return { kind: 'cached', proof: 'deep', deepAt: state.deepAt ?? state.provenAt };
  if (ports.proofLevel === 'manifests' && state.strategy !== 'pull-blobs')
    return { kind: 'cached', proof: 'manifests' };
  return await proveBlobs(state, reader, ports.memory);
}

async function readManifest(
  reference: string,
  state: ArtifactState,
  reader: ContentReader,
  memory: ContentMemory,
): Promise<ManifestHead> {
  if (state.phase !== 'planned') return await reader.head(state.cachedRepository, reference);
  const tree = await reader.get(state.cachedRepository, reference);
  memory.learn(tree.digest, tree.blobs);
  return tree;
}

/**
 * The registry names another digest than pinned. Where that is its delay (Azure/acr#860), the new manifests are asked for by digest
 * meanwhile, so that they are there when the tag follows. What was proven loses its proof first, whoever else fails.
 */
async function settleDigest(
  state: ArtifactState,
  named: Digest,
  reader: ContentReader,
  ports: ActPorts,
): Promise<Outcome> {
  const outcome = await compareWithUpstream(state, ports.upstream);
  if (state.phase === 'proven') return outcome.kind === 'failure' ? contradicted(outcome.error, named) : outcome;
  if (outcome.kind !== 'stale-tag' || state.strategy === 'import') return outcome;
  await forEachBounded([state.digest, ...state.children], async (digest) => {
    const { blobs } = await reader.get(state.cachedRepository, digest);
    ports.memory.learn(digest, blobs);
  });
  return outcome;
}

/** Whichever digest MAR would call right: the one that was proven is not what nodes get. */
function contradicted(error: SyncError, named: Digest): Outcome {
  const why = `${error.code}: ${error.message}`;
  return { kind: 'stale-tag', reason: `the tag names ${named} in the registry, and MAR does not tell: ${why}` };
}

/** The registry names another digest: late by up to five minutes (Azure/acr#860), or right, when the tag moved since it was pinned. */
async function compareWithUpstream(state: ArtifactState, upstream: ManifestReader): Promise<Outcome> {
  try {
    const tree = await upstream.get(state.repository, state.tag);
    return tree.digest === state.digest ? { kind: 'stale-tag' } : { kind: 'moved', tree };
  } catch (cause) {
    const error = asUpstream(cause);
    if (error instanceof SyncError) return { kind: 'failure', error };
    throw error;
  }
}
