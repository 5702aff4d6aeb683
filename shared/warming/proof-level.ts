import type { ArtifactState, ProofLevel } from './state.js';

/** Whether a proof covers what is asked for; those of releases that proved manifests alone say nothing of configs and layers. */
export function isProvenAt({ phase, proof }: ArtifactState, level: ProofLevel): boolean {
  return phase === 'proven' && (level === 'manifests' || proof === 'deep');
}
