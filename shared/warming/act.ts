import { SyncError } from '../model/errors.js';
import { placeOf } from './content-memory.js';
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
    const outcome = state.strategy === 'import' ? await importArtifact(state, ports) : await lookAt(state, ports);
    // A rule hides that a repository was deleted: it serves from upstream what it had.
    if (state.phase === 'proven' && outcome.kind === 'proxied') ports.memory.forget(placeOf(state));
    return outcome;
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    if (error.code !== 'MANIFEST_UNKNOWN') return { kind: 'failure', error };
    ports.memory.forget(placeOf(state));
    return { kind: 'absent', error };
  }
}
