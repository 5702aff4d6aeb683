import type { LocalAzure } from '../../../local/azure/local-azure-interface.js';
import { until } from './until.js';

/** What the registries of a local Azure did and hold, by `registry/repository@digest` or `registry/repository:tag`. */
export interface RegistryTruth {
  /** How often each manifest was pulled. */
  readonly pulls: ReadonlyMap<string, number>;
  /** How often each manifest was imported from upstream. */
  readonly imports: ReadonlyMap<string, number>;
  /** Tags that the registry knows. */
  readonly tags: readonly string[];
  /** Those of the tags whose index, children, configs or layers are not all there at MAR's digest. */
  readonly incomplete: readonly string[];
  /** Tags by a manifest below them, the index itself included. */
  readonly tagsOfManifest: ReadonlyMap<string, readonly string[]>;
}

/** A copy: later pulls do not change it. */
export function readRegistryTruth({ world, scenario }: LocalAzure): RegistryTruth {
  const pulls = new Map<string, number>();
  const imports = new Map<string, number>();
  const tags: string[] = [];
  const incomplete: string[] = [];
  const tagsOfManifest = new Map<string, string[]>();
  for (const { name } of scenario.registries) {
    const registry = world.registry(name);
    for (const [key, count] of registry.counters.pulls) pulls.set(`${name}/${key}`, count);
    for (const [key, count] of registry.counters.imports) imports.set(`${name}/${key}`, count);
    for (const [repository, stored] of registry.stored()) {
      for (const tag of stored.tags.keys()) {
        const tagName = `${name}/${repository}:${tag}`;
        tags.push(tagName);
        if (!registry.holdsTree(repository, tag)) incomplete.push(tagName);
        const upstream = registry.upstreamOf(repository) ?? '';
        for (const digest of world.mar.tree(upstream, tag)?.manifests.keys() ?? []) {
          const key = `${name}/${repository}@${digest}`;
          tagsOfManifest.set(key, [...(tagsOfManifest.get(key) ?? []), tagName]);
        }
      }
    }
  }
  return { pulls, imports, tags, incomplete, tagsOfManifest };
}

/** Once nothing is half cached: a scenario ends as declared while the set of a version that nobody waits for is still on its way. */
export function readSettledRegistries(azure: LocalAzure): Promise<RegistryTruth> {
  return until('whatever was begun is cached', () => {
    const truth = readRegistryTruth(azure);
    return truth.incomplete.length === 0 && truth;
  });
}

/** What the nodes of every cluster pull at 1.35, by common knowledge and not by the app's own plan. */
export const pulledByNodes = () => [
  { repository: 'oss/v2/kubernetes/coredns', tag: 'v1.13.1-6' },
  { repository: 'oss/v2/kubernetes/autoscaler/cluster-proportional-autoscaler', tag: 'v1.9.0-22' },
];
