import pLimit from 'p-limit';
import { artifactName } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { Registry } from '../model/registry.js';
import type { ArtifactStates, Budgets, ContentReader, StoredState } from '../warming/ports.js';
import { isProvenAt } from '../warming/proof-level.js';
import type { ArtifactState, ProofLevel } from '../warming/state.js';
import { strategyFor, type StrategyChoice } from '../warming/strategy.js';
import { isElsewhere, type PinnedArtifact } from '../warming/work.js';

export interface RenewOrder {
  readonly registry: Registry;
  readonly marHost: string;
  readonly strategy: StrategyChoice | 'pull-blobs';
  readonly proofLevel: ProofLevel;
  readonly concurrency: number;
}

export interface RenewPorts {
  readonly registry: (loginServer: string) => ContentReader;
  readonly states: ArtifactStates;
  /** Waited for, if need be. */
  readonly budgets: Pick<Budgets, 'take'>;
  readonly now: () => Date;
}

/**
 * Looks once at each artifact that an earlier run has proven: one HEAD, of the manifest that its tag names. What is not as it was is
 * left to the engine, which looks at all of it. Idempotent.
 * @returns states whose proof stands, by name
 */
export async function renewProven(
  pinned: readonly PinnedArtifact[],
  known: ReadonlyMap<string, StoredState>,
  order: RenewOrder,
  ports: RenewPorts,
): Promise<ReadonlyMap<string, ArtifactState>> {
  const limit = pLimit(order.concurrency);
  const proven = pinned.flatMap((pin) => {
    const stored = known.get(artifactName(pin));
    return stored && isStill(stored.state, pin, order) ? { pin, stored } : [];
  });
  const renewed = await Promise.all(
    proven.map(({ pin, stored }) =>
      limit(async () => ((await isThere(stored.state, ports)) ? renew(pin, stored, ports) : [])),
    ),
  );
  const changes = renewed.flat();
  await ports.states.save(changes);
  return new Map(changes.map(({ state }) => [artifactName(state), state]));
}

/** Whether it was proven as it is wanted now, where nodes look now: rules change, and a registry is created again. */
function isStill(state: ArtifactState, pin: PinnedArtifact, { registry, marHost, strategy, proofLevel }: RenewOrder) {
  if (!isProvenAt(state, proofLevel) || state.digest !== pin.digest) return false;
  const choice = strategy === 'pull-blobs' ? 'pull-through' : strategy;
  const placement = strategyFor(registry, marHost, pin.repository, choice);
  if ('refused' in placement) return false;
  return !isElsewhere(state, strategy === 'pull-blobs' ? { ...placement, strategy } : placement, registry);
}

function renew(
  { pinnedAt }: PinnedArtifact,
  { state, etag }: StoredState,
  { now }: RenewPorts,
): { readonly state: ArtifactState; readonly etag: string } {
  return { state: { ...state, pinnedAt, provenAt: now(), failures: 0, step: state.step + 1 }, etag };
}

/**
 * An Azure Container Registry is asked for the tag, as that is what nodes pull, and says whether it holds what it names. Any other cache
 * would only ask its upstream for the tag, which has just been done.
 */
async function isThere(state: ArtifactState, { registry, budgets }: RenewPorts): Promise<boolean> {
  const grant = await budgets.take({ registry: state.loginServer, operation: 'manifest-read' }, 1);
  if (grant.kind === 'wait') return false;
  const reference = state.strategy === 'pull-blobs' ? state.digest : state.tag;
  try {
    const head = await registry(state.loginServer).head(state.cachedRepository, reference);
    return head.digest === state.digest && head.origin === 'registry';
  } catch (error) {
    if (error instanceof SyncError) return false;
    throw error;
  }
}
