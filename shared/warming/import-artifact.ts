import { artifactName } from '../model/artifact.js';
import { isOfTheFuture } from '../model/clock-skew.js';
import { SyncError } from '../model/errors.js';
import { lookAt, type ActPorts } from './look-at.js';
import type { ArtifactState } from './state.js';
import type { Outcome } from './steps.js';

/** An operation that still runs after this is given up: some stay in `Running` for ever (Azure/acr#617, #549). */
const longestImportMs = 15 * 60_000;
/** Source: azure-docs container-registry-import-images.md. */
const mostManifests = 50;

/**
 * One message for an artifact that no cache rule fills. Idempotent: what is there already is not imported, and an import under way
 * is asked after with its token, by whichever worker has the message. By digest: by tag it can race into "manifest unknown"
 * (azure-cli#29974). That an operation ended is no proof (it may have failed and look like success): the registry is looked at.
 * @throws SyncError as `Imports` and `ContentReader`
 */
export async function importArtifact(state: ArtifactState, ports: ActPorts): Promise<Outcome> {
  if (state.imports) return await goOnImporting(state, state.imports, ports);
  const seen = await lookForIt(state, ports);
  if (state.phase === 'proven' || (seen && isUseful(seen))) return seen ?? lost('it is gone from the registry');
  if (state.phase === 'waiting') return lost('the import ended and the artifact is not in the registry');
  return await startImport(state, ports);
}

async function goOnImporting(
  state: ArtifactState,
  { token, startedAt }: NonNullable<ArtifactState['imports']>,
  ports: ActPorts,
): Promise<Outcome> {
  const age = ports.now().getTime() - startedAt.getTime();
  const isLong = isOfTheFuture(startedAt, ports.now()) || age >= longestImportMs;
  // Nobody may be able to tell any more how it is: then the registry is.
  const progress = isLong ? undefined : await ports.imports.resume(state.registry, token);
  if (progress?.kind === 'running') return { kind: 'import-running', progress };
  const seen = await lookForIt(state, ports);
  if (seen && isUseful(seen)) return seen;
  return isLong
    ? lost(`the import began at ${startedAt.toISOString()} and is given up`)
    : lost('the import ended and the artifact is not in the registry');
}

async function startImport(state: ArtifactState, ports: ActPorts): Promise<Outcome> {
  const { registry, repository, digest, tag, cachedRepository, children } = state;
  if (children.length + 1 > mostManifests) {
    const message = `${artifactName(state)} has ${children.length + 1} manifests, ACR imports ${mostManifests} at most`;
    throw new SyncError('IMPORT_REFUSED', `${message}; without a cache rule there is no way in`);
  }
  const target = { repository: cachedRepository, tag };
  return { kind: 'import-started', progress: await ports.imports.start(registry, { repository, digest }, target) };
}

/** @returns undefined where the registry has no such manifest: with no rule there is none before it is imported */
async function lookForIt(state: ArtifactState, ports: ActPorts): Promise<Outcome | undefined> {
  try {
    return await lookAt(state, ports);
  } catch (error) {
    if (error instanceof SyncError && error.code === 'MANIFEST_UNKNOWN') return undefined;
    throw error;
  }
}

/** Another tag's digest, or blobs that are missing, call for an import; everything else for what it says. */
function isUseful({ kind }: Outcome): boolean {
  return kind !== 'stale-tag' && kind !== 'blobs-missing';
}

function lost(reason: string): Outcome {
  return { kind: 'import-lost', reason };
}
