import type { Catalog } from '../../shared/catalog/catalog.js';
import { catalogTags } from '../../shared/catalog/catalog-tags.js';
import type { ArtifactRef } from '../../shared/model/artifact.js';
import type { KubernetesVersion } from '../../shared/model/kubernetes-version.js';
import type { MarContent } from './mar.js';
import type { Scenario } from './scenario.js';

const kubeProxy = 'oss/v2/kubernetes/kube-proxy';

/**
 * What MAR has for a scenario: all that the catalogue can name for its Kubernetes versions and reported components, one
 * revision of kube-proxy where no source has seen one, and the scenario's own corrections.
 */
export function buildMarContent(catalog: Catalog, scenario: Scenario): MarContent {
  const versions = kubernetesVersions(scenario);
  const reported = Object.entries(scenario.componentVersions).map(
    ([minor, components]) => [minor, Object.entries(components).map(([name, version]) => ({ name, version }))] as const,
  );
  const repositories = new Map(
    [...catalogTags(catalog, versions, new Map(reported))].map(([repository, tags]) => [repository, new Set(tags)]),
  );
  const add = (repository: string, tag: string): void => {
    repositories.set(repository, (repositories.get(repository) ?? new Set()).add(tag));
  };
  for (const version of versions) {
    const isKnown = [...(repositories.get(kubeProxy) ?? [])].some((tag) => tag.startsWith(`v${version}-`));
    if (!isKnown) add(kubeProxy, `v${version}-1`);
  }
  for (const artifact of scenario.mar.add) add(...split(artifact));
  for (const artifact of scenario.mar.remove) remove(repositories, ...split(artifact));
  const layerBytes = new Map(scenario.mar.layers.map(({ artifact, bytes }) => [artifact, bytes]));
  return { repositories, layerBytes, signed: new Set(scenario.mar.signed) };
}

/** Every version that a cluster of the scenario runs, may be upgraded to, or is upgraded to. Sorted. */
export function kubernetesVersions(scenario: Scenario): readonly KubernetesVersion[] {
  const versions = scenario.clusters.flatMap((cluster) => [
    cluster.kubernetesVersion,
    ...cluster.upgrades,
    ...cluster.pools.flatMap((pool) => pool.kubernetesVersion ?? []),
  ]);
  const targets = scenario.fleets.flatMap((fleet) => fleet.updateRuns.flatMap((run) => run.kubernetesVersion ?? []));
  return [...new Set([...versions, ...targets])].sort();
}

function remove(repositories: Map<string, Set<string>>, repository: string, tag: string): void {
  const tags = repositories.get(repository);
  tags?.delete(tag);
  if (tags?.size === 0) repositories.delete(repository);
}

function split(artifact: string): [repository: string, tag: string] {
  const { repository, tag } = splitArtifact(artifact);
  return [repository, tag];
}

/** `oss/v2/kubernetes/coredns:v1.13.1-6` as its parts. */
export function splitArtifact(artifact: string): ArtifactRef {
  const colon = artifact.lastIndexOf(':');
  return { repository: artifact.slice(0, colon), tag: artifact.slice(colon + 1) };
}
