/** Whether openers change Azure, and where: settings GATE_MODE and ENFORCE_SCOPES. */
export interface EnforcementPolicy {
  readonly mode: 'observe' | 'enforce';
  /** Resource ids of clusters, fleets, resource groups or subscriptions; none means everything. Heeded in mode `enforce` only. */
  readonly scopes: readonly string[];
}

/**
 * Whether an opener may change this resource, or only tells what it would change. Pure.
 * Scopes hold what lies at or under them, segment by segment and without case: `…/resourceGroups/rg` does not hold `…/resourceGroups/rg2`.
 */
export function modeOf(resourceId: string, { mode, scopes }: EnforcementPolicy): 'observe' | 'enforce' {
  if (mode === 'observe' || scopes.length === 0) return mode;
  const path = segmentsOf(resourceId);
  const holds = (scope: readonly string[]) => scope.length > 0 && scope.every((segment, at) => segment === path[at]);
  return scopes.some((scope) => holds(segmentsOf(scope))) ? 'enforce' : 'observe';
}

function segmentsOf(id: string): readonly string[] {
  return id
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');
}
