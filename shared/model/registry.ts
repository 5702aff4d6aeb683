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
  readonly cacheRules: readonly CacheRule[];
}

/**
 * The repository of a registry that a cache rule fills from a MAR repository, or undefined when no rule covers it.
 * A rule's source and target end either both in `/*` or name one repository.
 * Source: azure-aks-docs network-isolated.md (new layout `aks-managed-repository/*`), Azure/AKS#3319 (old layout `/*`).
 */
export function cachedRepository(
  rules: readonly CacheRule[],
  upstreamHost: string,
  repository: string,
): string | undefined {
  const source = `${upstreamHost}/${repository}`;
  const exact = rules.find((rule) => rule.sourceRepository === source);
  if (exact) return exact.targetRepository;
  const covering = rules
    .filter((rule) => rule.sourceRepository.endsWith('/*') && source.startsWith(rule.sourceRepository.slice(0, -1)))
    .sort((a, b) => b.sourceRepository.length - a.sourceRepository.length)[0];
  if (!covering?.targetRepository.endsWith('*')) return undefined;
  const rest = source.slice(covering.sourceRepository.length - 1);
  return `${covering.targetRepository.slice(0, -1)}${rest}`.replace(/^\/+/, '');
}
