import {
  artifactName,
  platformName,
  type ArtifactRef,
  type Reason,
  type Requirement,
  type RequirementSet,
} from '../model/artifact.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Cluster } from '../model/cluster.js';
import { minorOf, type KubernetesVersion } from '../model/kubernetes-version.js';
import { featuresOf } from './features.js';
import { mergeRequirements } from './merge.js';

/** Something that nodes pulled although no plan had it: a fact about a Kubernetes minor, learnt from registries. */
export interface ObservedArtifact extends ArtifactRef {
  /** Version of the cluster whose nodes pulled it last. */
  readonly kubernetesVersion: KubernetesVersion;
  /** Name of that cluster, for people. */
  readonly cluster: string;
  /**
   * What is switched on in every cluster that pulled it (`featuresOf`, intersected): whatever the reason for the pull is, a cluster
   * with all of these has it too.
   */
  readonly features: readonly string[];
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

export interface ObservedPolicy {
  /** Not seen for longer: no longer believed. */
  readonly maxAgeMs: number;
  /** Facts kept per Kubernetes minor; the ones seen last stay. */
  readonly mostPerMinor: number;
}

/** Whether a fact says something about a cluster at a version. Pure. */
export function appliesTo(
  fact: ObservedArtifact,
  features: ReadonlySet<string>,
  target: KubernetesVersion,
  now: Date,
  policy: ObservedPolicy,
): boolean {
  if (minorOf(fact.kubernetesVersion) !== minorOf(target)) return false;
  // A tag that spells the Kubernetes version (kube-proxy) belongs to that patch alone.
  if (fact.kubernetesVersion !== target && fact.tag.includes(fact.kubernetesVersion)) return false;
  if (now.getTime() - fact.lastSeen.getTime() > policy.maxAgeMs) return false;
  return fact.features.every((feature) => features.has(feature));
}

export interface ObservedInput {
  readonly facts: readonly ObservedArtifact[];
  readonly cluster: Cluster;
  readonly target: KubernetesVersion;
  readonly catalog: Catalog;
  readonly now: Date;
  readonly policy: ObservedPolicy;
}

/** The set with what comparable clusters were seen to pull. What it has already gains the reason. Pure. */
export function addObserved(set: RequirementSet, input: ObservedInput): RequirementSet {
  const { facts, cluster, target, now, policy } = input;
  const features = new Set(featuresOf(cluster));
  const platforms = platformsOf(cluster);
  const known = new Map(set.artifacts.map((artifact) => [artifactName(artifact), artifact]));
  const added = facts
    .filter((fact) => appliesTo(fact, features, target, now, policy))
    .map((fact): Requirement => {
      const { repository, tag } = fact;
      const because = [reasonOf(fact, input.catalog)];
      const same = known.get(artifactName(fact));
      return same ? { ...same, because } : { repository, tag, kind: kindOf(repository), platforms, because };
    });
  return added.length === 0 ? set : { ...set, artifacts: mergeRequirements([...set.artifacts, ...added]) };
}

/** Platforms of the Linux pools, for artifacts of which nobody says which pool needs them. Sorted. */
export function platformsOf({ pools }: Pick<Cluster, 'pools'>): readonly string[] {
  const linux = pools.filter(({ osType }) => osType === 'Linux');
  return [...new Set(linux.map(({ architecture }) => platformName({ os: 'linux', architecture })))].sort();
}

function reasonOf(fact: ObservedArtifact, catalog: Catalog): Reason {
  const owner = [...catalog.components.values()].find(({ repositories }) => repositories.includes(fact.repository));
  // Facts of a file carry no features: whoever handed it in vouches for them.
  const alike = fact.features.length === 0 ? '' : ', and this cluster has all that is switched on there';
  const date = fact.lastSeen.toISOString().slice(0, 10);
  return {
    component: owner?.name ?? fact.repository.slice(fact.repository.lastIndexOf('/') + 1),
    source: 'observed',
    confidence: 'medium',
    condition: `nodes of ${fact.cluster} at ${fact.kubernetesVersion} pulled it (last on ${date})${alike}`,
  };
}

function kindOf(repository: string): Requirement['kind'] {
  return repository.startsWith('aks/packages/') || repository.startsWith('oss/binaries/') ? 'binary' : 'image';
}
