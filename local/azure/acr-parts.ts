import type { AcrLimits } from './acr-limits.js';
import type { AcrTokens } from './acr-tokens.js';
import type { Dice } from './dice.js';
import type { Mar } from './mar.js';
import type { PullLog } from './pull-log.js';
import type { RegistryCache } from './registry-cache.js';
import type { Scenario } from './scenario.js';

/** What one registry is made of. */
export interface AcrParts {
  readonly name: string;
  readonly loginServer: string;
  readonly cache: RegistryCache;
  readonly tokens: AcrTokens;
  readonly limits: AcrLimits;
  readonly dice: Dice;
  readonly mar: Mar;
  readonly faults: Scenario['faults'];
  readonly pulls: PullLog;
  /** Where a stored blob is served from, if not by the registry itself. */
  readonly dataLink?: (repository: string, digest: string) => string;
}
