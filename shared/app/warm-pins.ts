import { artifactName, type Requirement } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { pinArtifacts, type PinInput, type Pins, type RefusedArtifact } from '../warming/pin.js';
import type { Budgets, ManifestReader, StoredState } from '../warming/ports.js';
import type { PinnedArtifact } from '../warming/work.js';

/** Digests of a run, and who named them. */
export interface Pinning {
  readonly pinned: readonly PinnedArtifact[];
  readonly refused: readonly RefusedArtifact[];
  /** Could not be asked for anywhere. */
  readonly unasked: readonly RefusedArtifact[];
  /**
   * - upstream: MAR, or what stands for it, named every digest
   * - earlier: it did not answer; digests are those of an earlier run, or else as the registry names them
   */
  readonly by: { readonly kind: 'upstream' } | { readonly kind: 'earlier'; readonly error: SyncError };
}

export interface PinPorts {
  readonly upstream: ManifestReader;
  /** The registry itself: through its cache it knows what MAR names, as of minutes ago (Azure/acr#860). */
  readonly registryAsUpstream: Pick<ManifestReader, 'get'>;
  /** Waited for, if need be: a pause that MAR asks for passes there. */
  readonly budgets: Budgets;
  readonly now: () => Date;
  readonly stop: AbortSignal;
}

/** Pauses that MAR may ask for in a row while it names nothing. */
const mostPauses = 5;

/** Pins every artifact; where MAR cannot be asked (a jump host has no way out), by what else is known. */
export async function pinForRun(
  artifacts: readonly Requirement[],
  states: ReadonlyMap<string, StoredState>,
  ports: PinPorts,
): Promise<Pinning> {
  const input = { states, upstream: ports.upstream, budgets: ports.budgets, now: ports.now() };
  const first = await pinPatiently(artifacts, input, ports);
  if (!first.failure) return { ...first, unasked: [], by: { kind: 'upstream' } };
  const settled = new Set([...first.pinned, ...first.refused.map(({ artifact }) => artifact)].map(artifactName));
  const open = artifacts.filter((artifact) => !settled.has(artifactName(artifact)));
  const earlier = open.flatMap((artifact) => states.get(artifactName(artifact))?.state ?? []);
  const known = new Set(earlier.map(artifactName));
  const unknown = open.filter((artifact) => !known.has(artifactName(artifact)));
  const second = await pinArtifacts(unknown, { ...input, upstream: ports.registryAsUpstream });
  const done = new Set([...second.pinned, ...second.refused.map(({ artifact }) => artifact)].map(artifactName));
  const error = first.failure;
  return {
    pinned: [...first.pinned, ...earlier.map(pinOf), ...second.pinned],
    refused: [...first.refused, ...second.refused],
    // Where neither answers, that the registry does not is the trouble that is left to mend.
    unasked: unknown
      .filter((one) => !done.has(artifactName(one)))
      .map((artifact) => ({ artifact, error: second.failure ? asRegistry(second.failure) : error })),
    by: { kind: 'earlier', error },
  };
}

/** A failure of what stood for MAR here, in its own words: it is the registry that cannot be reached. */
function asRegistry(error: SyncError): SyncError {
  return error.cause instanceof SyncError ? error.cause : error;
}

/** Being asked for patience is no reason to go without MAR. */
async function pinPatiently(artifacts: readonly Requirement[], input: PinInput, { stop }: PinPorts): Promise<Pins> {
  let [pinned, refused]: [Pins['pinned'], Pins['refused']] = [[], []];
  let left = artifacts;
  for (let pauses = 0; ; pauses += 1) {
    const pins = await pinArtifacts(left, input);
    pinned = [...pinned, ...pins.pinned];
    refused = [...refused, ...pins.refused];
    const isPaused = pins.failure?.failureClass === 'throttled' && !stop.aborted && pauses < mostPauses;
    if (!isPaused) return { ...pins, pinned, refused };
    const settled = new Set([...pins.pinned, ...pins.refused.map(({ artifact }) => artifact)].map(artifactName));
    if (settled.size > 0) pauses = 0;
    left = left.filter((artifact) => !settled.has(artifactName(artifact)));
  }
}

function pinOf({ repository, tag, digest, children, pinnedAt }: StoredState['state']): PinnedArtifact {
  return { repository, tag, digest, children, pinnedAt };
}
