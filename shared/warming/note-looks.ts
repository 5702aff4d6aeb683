import type { SyncError } from '../model/errors.js';
import { provesNothing, withOutage, type RegistryProofs } from './registry-proof.js';
import { afterLookInVain } from './unreachable.js';

type Proofs = Pick<RegistryProofs, 'get' | 'save'>;

interface Place {
  /** Key of the registry's resource id. */
  readonly registry: string;
  readonly loginServer: string;
}

/**
 * Notes a look that did not reach a registry, where every judgement reads it. Of two that write at once one is left out: the other knows as
 * much, and more looks follow.
 */
export async function noteLookInVain(
  { registry, loginServer }: Place,
  error: SyncError,
  now: Date,
  proofs: Proofs,
): Promise<void> {
  const known = await proofs.get(registry);
  const proof = known?.proof ?? provesNothing(registry, loginServer);
  await proofs.save(withOutage(proof, afterLookInVain(proof.outage, error, now)), known?.etag);
}

/** Notes that a registry answered at that time. A look in vain that was later, or is being written now, stays: a round settles it. */
export async function noteReached({ registry }: Place, at: Date, proofs: Proofs): Promise<void> {
  const known = await proofs.get(registry);
  if (!known?.proof.outage || known.proof.outage.lastProbe > at) return;
  await proofs.save(withOutage(known.proof, undefined), known.etag);
}
