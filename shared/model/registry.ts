import type { ResourceId } from './resource-id.js';

/** An ACR cache rule. Source: `Microsoft.ContainerRegistry/registries/cacheRules`. */
export interface CacheRule {
  readonly name: string;
  /** For example `mcr.microsoft.com/*`. */
  readonly sourceRepository: string;
  /** For example `aks-managed-repository/*`, or `/*` in clusters from before 2025-03-16. */
  readonly targetRepository: string;
}

export interface Registry {
  readonly resource: ResourceId;
  /** Host, with port where it is not 443, for example `contoso.azurecr.io`. */
  readonly loginServer: string;
  /** ARM's `creationDate`, ISO 8601; empty where ARM tells none. */
  readonly createdAt: string;
  readonly cacheRules: readonly CacheRule[];
}

/** Below this AKS's cache rule lies, and with it what nodes pull. Source: azure-aks-docs network-isolated.md. */
const newLayout = 'aks-managed-repository/';

/**
 * The repository that nodes pull instead of a MAR repository, if a cache rule fills it from there; undefined when none does.
 *
 * Nodes pull `aks-managed-repository/{repository}`, in clusters from before 2025-03-16 `{repository}` (Azure/AKS#3319): a rule with
 * another target may hold the same artifact, and no node asks for it there. Where both would do, the new layout is what nodes use.
 * A rule's source and target end either both in `/*` or name one repository; the longest target decides for a path.
 */
export function cachedRepository(
  rules: readonly CacheRule[],
  upstreamHost: string,
  repository: string,
): string | undefined {
  return [`${newLayout}${repository}`, repository].find(
    (path) => sourceOf(rules, path) === `${upstreamHost}/${repository}`,
  );
}

/** What a registry fetches when `path` is pulled, host first. */
function sourceOf(rules: readonly CacheRule[], path: string): string | undefined {
  const covering = rules
    .map(({ sourceRepository, targetRepository }) => ({
      source: sourceRepository,
      target: targetRepository.replace(/^\/+(?=.)/, ''),
    }))
    .filter(
      ({ target }) =>
        target === path || target === '*' || (target.endsWith('/*') && path.startsWith(target.slice(0, -1))),
    )
    .sort((a, b) => b.target.length - a.target.length)[0];
  if (!covering) return undefined;
  if (covering.target === path) return covering.source;
  return covering.source.endsWith('*')
    ? `${covering.source.slice(0, -1)}${path.slice(covering.target.length - 1)}`
    : undefined;
}
