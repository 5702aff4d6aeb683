import { SyncError } from '../model/errors.js';
import { importArtifact } from './import-artifact.js';
import { lookAt, type ActPorts } from './look-at.js';
import type { ArtifactState } from './state.js';
import type { Outcome } from './steps.js';

/**
 * What one message does for one artifact: asks for it or looks at it, and says what it found. Idempotent; never waits for anything
 * but answers. A failure that an operator can act on is an outcome, anything else is thrown.
 */
export async function act(state: ArtifactState, ports: ActPorts): Promise<Outcome> {
  try {
    return state.strategy === 'import' ? await importArtifact(state, ports) : await lookAt(state, ports);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    if (error.code !== 'MANIFEST_UNKNOWN') return { kind: 'failure', error };
    ports.memory.forget(`${state.registry}/${state.cachedRepository}`);
    return { kind: 'absent', error };
  }
}
