import { isOfTheFuture } from '../model/clock-skew.js';
import { headsVouchForMs } from './registry-proof.js';
import type { ArtifactState, ProofLevel } from './state.js';

/** Whether a proof covers what is asked for; those of releases that proved manifests alone say nothing of configs and layers. */
export function isProvenAt({ phase, proof }: ArtifactState, level: ProofLevel): boolean {
  return phase === 'proven' && (level === 'manifests' || proof === 'deep');
}

/**
 * Whether configs and layers were found so lately that a look at the manifests is enough: digests name content. Not for ever, as a
 * repository that was deleted and pulled again has its manifests before its layers, and a HEAD does not tell (Azure/acr#765). Pure.
 */
export function isDeepStill({ phase, proof, provenAt, deepAt = provenAt }: ArtifactState, now: Date): boolean {
  if (phase !== 'proven' || proof !== 'deep' || deepAt === undefined) return false;
  return !isOfTheFuture(deepAt, now) && now.getTime() - deepAt.getTime() < headsVouchForMs;
}
