import { SyncError } from '../model/errors.js';
import type { Budgets, ContentReader } from './ports.js';
import type { ArtifactState } from './state.js';

/** Signatures, SBOMs and attestations of one manifest: nobody has more. */
const mostReferrers = 20;

/**
 * Asks for the signatures and SBOMs of an artifact that was just proven, so that the registry caches them too: by GET through the
 * rule. Nobody waits for them: no gate depends on them, and whatever fails (ACR answers 424 here at times, Azure/acr#891) or finds no
 * budget is left.
 */
export async function warmReferrers(
  { loginServer: registry, cachedRepository, digest }: ArtifactState,
  reader: ContentReader,
  budgets: Pick<Budgets, 'take'>,
): Promise<void> {
  const mayAsk = async (operation: 'referrers' | 'manifest-read', requests: number): Promise<boolean> =>
    (await budgets.take({ registry, operation }, requests)).kind === 'granted';
  if (!(await mayAsk('referrers', 1))) return;
  try {
    const found = (await reader.referrers(cachedRepository, digest)).slice(0, mostReferrers);
    if (found.length === 0 || !(await mayAsk('manifest-read', found.length))) return;
    for (const referrer of found) await reader.get(cachedRepository, referrer);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
  }
}
