import type { ArtifactRef, Digest } from '../../shared/model/artifact.js';
import type { ClusterState } from './cluster-state.js';
import type { EventGrid } from './event-grid.js';
import type { Fleet } from './fleet.js';
import type { GateState, RunState } from './fleet-state.js';
import type { Mar } from './mar.js';
import type { PolicyAssignmentState } from './policy-assignment.js';
import type { RegistryCache } from './registry-cache.js';

/** A cluster whose nodes began to upgrade, and what they would not have found in their registry at that moment. */
export interface Upgrade {
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly at: Date;
  /** `repository:tag` in MAR. */
  readonly missing: readonly string[];
}

/** The truth of a local Azure, for tests to look at; the app sees none of it. */
export class World {
  readonly upgrades: Upgrade[] = [];

  constructor(
    readonly mar: Mar,
    readonly clusters: ReadonlyMap<string, ClusterState>,
    readonly fleets: readonly Fleet[],
    readonly eventGrid: EventGrid,
    private readonly registries: ReadonlyMap<string, RegistryCache>,
    readonly policyAssignment?: PolicyAssignmentState,
  ) {}

  /** @throws Error when the scenario has no such registry */
  registry(name: string): RegistryCache {
    const registry = this.registries.get(name);
    if (!registry) throw new Error(`the scenario has no registry "${name}"`);
    return registry;
  }

  get runs(): readonly RunState[] {
    return this.fleets.flatMap((fleet) => fleet.runs);
  }

  /** Gates that a run has reached. */
  get gates(): readonly GateState[] {
    return this.fleets.flatMap((fleet) => fleet.gates);
  }

  /** Points a tag of MAR at new content. @returns its new digest */
  moveTag(repository: string, tag: string): Digest {
    return this.mar.moveTag(repository, tag);
  }

  /** Those of the artifacts (repositories as in MAR) that a cluster's registry does not hold whole; none for a Direct cluster. */
  missingFor(cluster: ClusterState, artifacts: readonly ArtifactRef[]): readonly string[] {
    const registry = cluster.declared.registry === undefined ? undefined : this.registry(cluster.declared.registry);
    if (!registry) return [];
    return artifacts
      .filter(({ repository, tag }) => !registry.holdsArtifact(repository, tag))
      .map(({ repository, tag }) => `${repository}:${tag}`);
  }
}
