import { artifactName, type ArtifactRef } from '../model/artifact.js';
import { minorOf, type KubernetesVersion } from '../model/kubernetes-version.js';
import type { ObservedArtifact, ObservedPolicy } from '../requirements/observed.js';

/** One artifact that nodes of one cluster pulled. */
export interface Sighting extends ArtifactRef {
  readonly kubernetesVersion: KubernetesVersion;
  /** Name of the cluster. */
  readonly cluster: string;
  /** What is switched on there: `featuresOf`. */
  readonly features: readonly string[];
  readonly at: Date;
}

/**
 * The facts of a minor after some sightings. A fact that is seen again, in a cluster with less switched on, applies to more clusters
 * from then on; one that was not seen for long is forgotten, and so are the oldest beyond the bound. Pure; the order of sightings
 * plays no part.
 * @param sightings of clusters at versions of this minor
 */
export function learn(
  facts: readonly ObservedArtifact[],
  sightings: readonly Sighting[],
  now: Date,
  policy: ObservedPolicy,
): readonly ObservedArtifact[] {
  const learnt = new Map(facts.map((fact) => [artifactName(fact), fact]));
  for (const sighting of sightings) {
    const name = artifactName(sighting);
    learnt.set(name, seeAgain(learnt.get(name), sighting));
  }
  return [...learnt.values()]
    .filter(({ lastSeen }) => now.getTime() - lastSeen.getTime() <= policy.maxAgeMs)
    .sort((a, b) => b.lastSeen.getTime() - a.lastSeen.getTime() || (artifactName(a) < artifactName(b) ? -1 : 1))
    .slice(0, policy.mostPerMinor);
}

function seeAgain(fact: ObservedArtifact | undefined, { at, ...sighting }: Sighting): ObservedArtifact {
  if (!fact) return { ...sighting, features: [...sighting.features].sort(), firstSeen: at, lastSeen: at };
  const isNewer = isAfter({ ...sighting, at }, fact);
  return {
    repository: fact.repository,
    tag: fact.tag,
    kubernetesVersion: isNewer ? sighting.kubernetesVersion : fact.kubernetesVersion,
    cluster: isNewer ? sighting.cluster : fact.cluster,
    features: fact.features.filter((feature) => sighting.features.includes(feature)),
    firstSeen: at < fact.firstSeen ? at : fact.firstSeen,
    lastSeen: isNewer ? at : fact.lastSeen,
  };
}

/** By time; by version and name where that is equal, so that the order of sightings plays no part. */
function isAfter(sighting: Omit<Sighting, 'features'>, fact: ObservedArtifact): boolean {
  const difference = sighting.at.getTime() - fact.lastSeen.getTime();
  if (difference !== 0) return difference > 0;
  return `${sighting.kubernetesVersion} ${sighting.cluster}` > `${fact.kubernetesVersion} ${fact.cluster}`;
}

/** Sightings by Kubernetes minor. */
export function groupByMinor(sightings: readonly Sighting[]): ReadonlyMap<string, readonly Sighting[]> {
  return Map.groupBy(sightings, ({ kubernetesVersion }) => minorOf(kubernetesVersion));
}
