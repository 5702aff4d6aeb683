import { SyncError } from '../model/errors.js';
import type { ContentReader } from './ports.js';
import type { ArtifactState } from './state.js';

/** Signatures, SBOMs and attestations of one manifest: nobody has more. */
const mostReferrers = 20;

/**
 * Asks for the signatures and SBOMs of an artifact that was just proven, so that the registry caches them too: by GET through the
 * rule. Nobody waits for them: no gate depends on them, and whatever fails is left (ACR answers 424 here at times, Azure/acr#891).
 * @returns how many were asked for
 */
export async function warmReferrers(state: ArtifactState, reader: ContentReader): Promise<number> {
  let asked = 0;
  try {
    for (const digest of (await reader.referrers(state.cachedRepository, state.digest)).slice(0, mostReferrers)) {
      await reader.get(state.cachedRepository, digest);
      asked += 1;
    }
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
  }
  return asked;
}
