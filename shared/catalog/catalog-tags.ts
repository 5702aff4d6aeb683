import { isTag } from '../model/artifact.js';
import type { ReportedComponent } from '../model/cluster.js';
import { minorOf, type KubernetesVersion } from '../model/kubernetes-version.js';
import type { Catalog } from './catalog.js';
import { artifactsOf } from './component-artifacts.js';
import { nodeArtifacts } from './node-artifacts.js';

/**
 * Every tag that the catalogue can name for some clusters, per repository, whatever they have switched on: known tags, what the
 * reported components map to, what nodes pull at bootstrap. Not in it: kube-proxy revisions that no source has seen.
 * @param reportedByMinor Component Insights per Kubernetes minor (`1.35`); may be empty
 */
export function catalogTags(
  catalog: Catalog,
  kubernetesVersions: readonly KubernetesVersion[],
  reportedByMinor: ReadonlyMap<string, readonly ReportedComponent[]> = new Map(),
): ReadonlyMap<string, ReadonlySet<string>> {
  const tags = new Map<string, Set<string>>();
  const add = (repository: string, tag: string): void => {
    tags.set(repository, (tags.get(repository) ?? new Set()).add(tag));
  };
  for (const [repository, known] of catalog.knownTags) {
    for (const tag of known) add(repository, tag);
  }
  for (const target of kubernetesVersions) {
    for (const { repository, tag } of tagsForVersion(catalog, target, reportedByMinor.get(minorOf(target)) ?? [])) {
      if (isTag(tag)) add(repository, tag);
    }
  }
  return tags;
}

function tagsForVersion(catalog: Catalog, target: KubernetesVersion, reported: readonly ReportedComponent[]) {
  const pulled = [...catalog.components.values()].filter(({ condition, tag }) => condition.kind !== 'never' && tag);
  const queries = [indexReported(reported), new Map<string, string[]>()].map((versions) => ({
    catalog,
    target,
    reported: versions,
    tagLists: new Map<string, string[]>(),
  }));
  const bootstrap = (['packages', 'system-extensions'] as const).flatMap((flavor) =>
    (['amd64', 'arm64'] as const).flatMap(
      (architecture) => nodeArtifacts(catalog.nodeBootstrap, target, architecture, flavor).artifacts,
    ),
  );
  return [
    ...queries.flatMap((query) => pulled.flatMap((component) => artifactsOf(component, query).artifacts)),
    ...bootstrap,
  ];
}

/** Versions per component name, lower case; an order of its own plays no part. */
export function indexReported(reported: readonly ReportedComponent[]): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, Set<string>>();
  for (const { name, version } of reported) {
    const key = name.trim().toLowerCase();
    versions.set(key, (versions.get(key) ?? new Set()).add(version.trim()));
  }
  return new Map([...versions].map(([name, found]) => [name, [...found].sort()]));
}
