import type { CacheRule } from '../model/registry.js';
import { createRule, deleteRule, dropCredentials, reconcileCluster, wantedRule } from './registry-commands.js';
import type { RegistryFinding } from './registry-check.js';
import type { RegistryContext, RegistryFacts } from './registry-facts.js';

const newLayout = wantedRule.target.slice(0, -1);
const brokenStates = new Set(['failed', 'canceled', 'deleting']);

/**
 * What is wrong with the cache rules of a registry. Nodes need one rule: aks-managed-mcr, MAR into `aks-managed-repository/*`, unmodified;
 * before 2025-03-16 MAR into `/*`, under any name (azure-facts.md section 1, Azure/AKS#3319). The order of the rules plays no role.
 */
export function ruleFindings(facts: RegistryFacts, context: RegistryContext): readonly RegistryFinding[] {
  const { cacheRules } = facts.registry;
  const source = `${context.marHost}/*`;
  const fromMar = cacheRules.filter((rule) => sameText(rule.sourceRepository, source));
  const named = cacheRules.find((rule) => sameText(rule.name, wantedRule.name));
  const serving = servingRule(facts, context);
  const wanted = serving && targetOf(serving) === wantedRule.target ? serving : undefined;
  return [
    ...(serving ? [] : [named ? changed(named, facts, context) : missing(fromMar, facts, context)]),
    ...(wanted && !sameText(wanted.name, wantedRule.name) ? [renamed(wanted, facts, context)] : []),
    ...(serving && !wanted ? [oldLayout(serving)] : []),
    ...(serving ? [...notReady(serving, facts, context), ...credentials(serving, facts, context)] : []),
    ...overlaps(cacheRules, wanted, facts, context),
  ];
}

/** The rule by which nodes get MAR's artifacts, whatever its name and state; undefined where there is none. */
export function servingRule({ registry }: RegistryFacts, { marHost }: RegistryContext): CacheRule | undefined {
  const fromMar = registry.cacheRules.filter((rule) => sameText(rule.sourceRepository, `${marHost}/*`));
  return [wantedRule.target, '*']
    .flatMap((target) => fromMar.filter((rule) => targetOf(rule) === target).sort(byName))
    .at(0);
}

/** AKS's own name first. */
function byName(one: CacheRule, other: CacheRule): number {
  const key = ({ name }: CacheRule): string => (sameText(name, wantedRule.name) ? '' : name);
  return key(one) < key(other) ? -1 : 1;
}

function missing(
  fromMar: readonly CacheRule[],
  { registry }: RegistryFacts,
  context: RegistryContext,
): RegistryFinding {
  const others = fromMar.map((rule) => `${rule.name} fills ${rule.targetRepository} instead`).join(', ');
  const blocked =
    context.owner === 'managed'
      ? ''
      : '; it cannot be created while repositories lie below its target, imported ones too';
  return {
    code: 'cache-rule-missing',
    subject: registry.resource.name,
    message: `no cache rule ${wantedRule.name} (${context.marHost}/* -> ${wantedRule.target}) fills what nodes pull${others === '' ? '' : `; ${others}`}${blocked}`,
    fix: repair([createRule(registry.resource, context.marHost)], context),
    effect: 'unknown',
    weight: 'problem',
  };
}

function changed(rule: CacheRule, { registry }: RegistryFacts, context: RegistryContext): RegistryFinding {
  return {
    code: 'cache-rule-changed',
    subject: rule.name,
    message:
      `the rule maps ${rule.sourceRepository} -> ${rule.targetRepository}, nodes need ${context.marHost}/* -> ${wantedRule.target}; ` +
      recreation,
    fix: replace(rule, registry, context),
    effect: 'unknown',
    weight: 'problem',
  };
}

/** Source: Azure/acr#789. Deleting a rule leaves what it cached. */
const recreation =
  'a rule cannot be edited, and not be created while repositories lie below its target: those have to be deleted first';

/**
 * The name is documented for registries of customers. How AKS names the rule in a registry of its own is not (unverified): there the
 * rule is AKS's business, and what it fills can be proven, so that its name alone must not hold every upgrade.
 */
function renamed(rule: CacheRule, { registry }: RegistryFacts, context: RegistryContext): RegistryFinding {
  if (context.owner === 'managed') {
    return {
      code: 'cache-rule-renamed',
      subject: rule.name,
      message: `AKS calls its rule ${rule.name} and not ${wantedRule.name}; it fills the right repositories, nothing to do`,
      fix: '',
      effect: 'none',
      weight: 'note',
    };
  }
  return {
    code: 'cache-rule-renamed',
    subject: rule.name,
    message: `the rule fills the right repositories, but AKS supports it under the name ${wantedRule.name} only; ${recreation}`,
    fix: replace(rule, registry, context),
    effect: 'unknown',
    weight: 'problem',
  };
}

function oldLayout(rule: CacheRule): RegistryFinding {
  return {
    code: 'cache-rule-old-layout',
    subject: rule.name,
    message: `the rule fills ${rule.targetRepository}, the layout of clusters from before 2025-03-16: supported, nothing to do`,
    fix: '',
    effect: 'none',
    weight: 'note',
  };
}

function notReady(rule: CacheRule, { registry }: RegistryFacts, context: RegistryContext): readonly RegistryFinding[] {
  const state = rule.provisioningState ?? 'Succeeded';
  if (!brokenStates.has(state.toLowerCase())) return [];
  return [
    {
      code: 'cache-rule-not-ready',
      subject: rule.name,
      message: `the rule is in state ${state}; ${recreation}`,
      fix: replace(rule, registry, context),
      effect: 'unknown',
      weight: 'problem',
    },
  ];
}

/** Healthy credentials do no harm; unhealthy ones stop every pull of what is not cached yet. */
function credentials(rule: CacheRule, facts: RegistryFacts, context: RegistryContext): readonly RegistryFinding[] {
  if (rule.credentialSet === undefined) return [];
  const reason = facts.probes?.unhealthyCredentials.get(rule.credentialSet.toLowerCase());
  return [
    {
      code: 'cache-rule-credentials',
      subject: rule.name,
      message:
        reason === undefined
          ? 'the rule logs in to MAR, which needs no login: nothing can be fetched once its secret expires'
          : `the credentials of the rule fail, so nothing new can be fetched: ${reason}`,
      fix: repair([dropCredentials(facts.registry.resource, rule.name)], context),
      effect: reason === undefined ? 'none' : 'unknown',
      weight: 'problem',
    },
  ];
}

/** ACR refuses overlaps, so this is rare; where it happens, nodes get something else than MAR has. */
function overlaps(
  rules: readonly CacheRule[],
  wanted: CacheRule | undefined,
  { registry }: RegistryFacts,
  context: RegistryContext,
): readonly RegistryFinding[] {
  return rules
    .filter((rule) => rule !== wanted && !sameText(rule.name, wantedRule.name) && targetOf(rule).startsWith(newLayout))
    .filter((rule) => !sameText(rule.sourceRepository, `${context.marHost}/${targetOf(rule).slice(newLayout.length)}`))
    .map((rule) => ({
      code: 'cache-rule-overlap',
      subject: rule.name,
      message: `the rule fills ${rule.targetRepository} from ${rule.sourceRepository}, where nodes expect what MAR has`,
      fix: deleteRule(registry.resource, rule.name),
      effect: 'unknown',
      weight: 'problem',
    }));
}

function replace(rule: CacheRule, registry: RegistryFacts['registry'], context: RegistryContext): string {
  return repair([deleteRule(registry.resource, rule.name), createRule(registry.resource, context.marHost)], context);
}

/** What AKS made, AKS repairs. */
function repair(commands: readonly string[], { owner, cluster }: RegistryContext): string {
  return owner === 'managed' ? reconcileCluster(cluster) : commands.join(' && ');
}

function targetOf({ targetRepository }: CacheRule): string {
  return targetRepository.replace(/^\/+(?=.)/, '');
}

function sameText(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
