import { SyncError } from '../model/errors.js';
import { upstreamRepository } from '../model/registry.js';
import type { ResourceId } from '../model/resource-id.js';
import type { RegistryReader } from '../requirements/ports.js';
import type { ArtifactStates } from '../warming/ports.js';
import type { ArtifactState } from '../warming/state.js';
import { namePulls } from './name-pulls.js';
import type { PullEvent, PullLog, RegistryInventory, StoredTag } from './ports.js';
import type { PulledArtifact, SourceState } from './report.js';
import { identitiesOf, type RunningCluster } from './running-cluster.js';

export interface EvidencePorts {
  readonly registries: RegistryReader;
  readonly states: ArtifactStates;
  readonly inventory: RegistryInventory;
  /** Undefined where no workspace is configured. */
  readonly pullLog: PullLog | undefined;
  /** Name by which cache rules spell MAR. */
  readonly marHost: string;
}

/** All that can be known of the pulls from one registry. */
export interface RegistryEvidence {
  /** Empty where it could not be read. */
  readonly inventory: readonly StoredTag[];
  /** Undefined: there is no log, or it could not be read. */
  readonly events: readonly PullEvent[] | undefined;
  readonly states: readonly ArtifactState[];
  /** The MAR repository that a cache rule fills a repository from. */
  readonly upstreamOf: (repository: string) => string | undefined;
  readonly sources: { readonly inventory: SourceState; readonly log: SourceState };
}

/**
 * Reads inventory and log of a registry; one of them failing leaves the other.
 * @throws SyncError as `RegistryReader.get`
 */
export async function readEvidence(
  registryId: ResourceId,
  since: Date,
  ports: EvidencePorts,
): Promise<RegistryEvidence> {
  const registry = await ports.registries.get(registryId);
  const { loginServer, cacheRules } = registry;
  const upstreamOf = (repository: string): string | undefined =>
    upstreamRepository(cacheRules, ports.marHost, repository);
  const [states, inventory, events] = await Promise.all([
    ports.states.list(registry.resource.key),
    attempt(() => ports.inventory.list(loginServer, (repository) => upstreamOf(repository) !== undefined)),
    attempt(async () => await ports.pullLog?.list(loginServer, since)),
  ]);
  return {
    inventory: inventory.value ?? [],
    events: events.value,
    states: [...states.values()].map(({ state }) => state),
    upstreamOf,
    sources: { inventory: inventory.source, log: ports.pullLog ? events.source : { state: 'not-configured' } },
  };
}

async function attempt<Value>(read: () => Promise<Value>): Promise<{ value?: Value; source: SourceState }> {
  try {
    return { value: await read(), source: { state: 'read' } };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return { source: { state: 'failed', reason: `${error.code}: ${error.message}. ${error.advice}` } };
  }
}

/** What one cluster pulled: what is logged for its nodes, and what no other cluster of the registry is known to have pulled. Pure. */
export function pullsOf(
  { cluster }: Pick<RunningCluster, 'cluster'>,
  sharing: readonly Pick<RunningCluster, 'cluster'>[],
  evidence: RegistryEvidence,
  since: Date,
): readonly PulledArtifact[] {
  const own = new Set(identitiesOf(cluster));
  const others = new Set(sharing.flatMap((one) => identitiesOf(one.cluster)).filter((identity) => !own.has(identity)));
  const events = evidence.events?.filter(({ identity }) => identity === undefined || !others.has(identity));
  return namePulls({ ...evidence, events, since });
}
