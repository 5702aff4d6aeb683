import type { ResourceId } from './resource-id.js';

/** An ACR cache rule. Source: `Microsoft.ContainerRegistry/registries/cacheRules`. */
export interface CacheRule {
  readonly name: string;
  /** For example `mcr.microsoft.com/*`. */
  readonly sourceRepository: string;
  /** For example `aks-managed-repository/*`, or `/*` in clusters from before 2025-03-16. */
  readonly targetRepository: string;
  /** ARM's `provisioningState`; absent where it is not told. */
  readonly provisioningState?: string;
  /** Resource id of the credentials that the rule uses; absent for a rule that pulls anonymously, as AKS's does. */
  readonly credentialSet?: string;
}

/** A connection of a private endpoint to a registry. */
export interface PrivateEndpointConnection {
  readonly name: string;
  /** `Approved`, `Pending`, `Rejected` or `Disconnected`. */
  readonly status: string;
}

/**
 * How a registry is set up, in ARM's words; a field is undefined where ARM, or the file that somebody saved, does not tell it.
 * Source: `Microsoft.ContainerRegistry/registries`, api-version 2025-11-01, and `@azure/arm-containerregistry` 12.
 */
export interface RegistrySettings {
  /** `Basic`, `Standard` or `Premium`. */
  readonly sku: string | undefined;
  /** Azure region, for example `westeurope`. */
  readonly location: string | undefined;
  readonly provisioningState: string | undefined;
  readonly publicNetworkAccess: string | undefined;
  /** `networkRuleSet.defaultAction`: what happens to addresses that no rule names. */
  readonly defaultAction: string | undefined;
  /** `networkRuleBypassOptions`: `AzureServices` lets trusted services in, `None` does not. */
  readonly bypass: string | undefined;
  /** `policies.azureADAuthenticationAsArmPolicy.status`. */
  readonly authenticationAsArm: string | undefined;
  /** `AbacRepositoryPermissions` does not honour AcrPull. */
  readonly roleAssignmentMode: string | undefined;
  /** Hosts that serve layers, where ARM names them. */
  readonly dataEndpointHosts: readonly string[];
  readonly privateEndpoints: readonly PrivateEndpointConnection[] | undefined;
}

export interface Registry {
  readonly resource: ResourceId;
  /** Host, with port where it is not 443, for example `contoso.azurecr.io`. */
  readonly loginServer: string;
  /** ARM's `creationDate`, ISO 8601; empty where ARM tells none. */
  readonly createdAt: string;
  readonly cacheRules: readonly CacheRule[];
  /** Absent where nobody asked for it. */
  readonly settings?: RegistrySettings;
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

/**
 * The MAR repository that fills a repository of a registry, or undefined when no rule does: the other way round of
 * `cachedRepository`. Targets of rules do not overlap, so at most one fits.
 */
export function upstreamRepository(
  rules: readonly CacheRule[],
  upstreamHost: string,
  repository: string,
): string | undefined {
  for (const { sourceRepository, targetRepository } of rules) {
    if (!sourceRepository.startsWith(`${upstreamHost}/`)) continue;
    const source = sourceRepository.slice(upstreamHost.length + 1);
    const target = targetRepository.replace(/^\/+/, '');
    if (repository === target && !target.endsWith('*')) return source;
    if (!target.endsWith('*') || !source.endsWith('*')) continue;
    const prefix = target.slice(0, -1);
    if (repository.startsWith(prefix) && repository.length > prefix.length)
      return source.slice(0, -1) + repository.slice(prefix.length);
  }
  return undefined;
}
