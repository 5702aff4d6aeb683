import { cachedRepository, type CacheRule } from '../model/registry.js';
import type { Strategy } from './state.js';

/** What the operator asks for: `auto` lets the cache rules decide. */
export type StrategyChoice = 'auto' | Exclude<Strategy, 'pull-blobs'>;

/** How artifacts of a MAR repository get into a registry, and the repository there that nodes pull. */
export interface Placement {
  readonly strategy: Strategy;
  readonly repository: string;
}

/** No way in, and why. */
export interface NoPlacement {
  readonly refused: string;
}

/** Where nodes look for what no rule covers: the layout of AKS's own rule. Source: azure-aks-docs network-isolated.md. */
const nodesPull = (repository: string): string => `aks-managed-repository/${repository}`;

/**
 * Decides from the cache rules alone. A rule that covers the path blocks imports into it (Azure/acr#845), so there the only way in is
 * a pull through it; without a rule the only way in is an import. Pure.
 * @param registry anything with cache rules
 * @param marHost for example `mcr.microsoft.com`
 * @param repository path in MAR
 */
export function strategyFor(
  registry: { readonly cacheRules: readonly CacheRule[]; readonly loginServer: string },
  marHost: string,
  repository: string,
  choice: StrategyChoice,
): Placement | NoPlacement {
  const cached = cachedRepository(registry.cacheRules, marHost, repository);
  if (cached !== undefined) {
    if (choice !== 'import') return { strategy: 'pull-through', repository: cached };
    return { refused: `a cache rule of ${registry.loginServer} fills ${cached}, and that blocks imports into it` };
  }
  if (choice !== 'pull-through') return { strategy: 'import', repository: nodesPull(repository) };
  return { refused: `no cache rule of ${registry.loginServer} covers ${repository}` };
}
