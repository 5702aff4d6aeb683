import type { Finding } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import type { Registry } from '../model/registry.js';
import {
  armAuthenticationFindings,
  modeFindings,
  permissionFindings,
  pullFindings,
  trustedServiceFindings,
} from './access-findings.js';
import { dnsFindings, endpointFindings, publicAccessFindings, reachFindings } from './network-findings.js';
import { checkOf, notChecked, type RegistryCheck, type RegistryFinding } from './registry-check.js';
import { showRegistry, updateRegistry, useOwnRegistry } from './registry-commands.js';
import { contextOf, type RegistryContext, type RegistryFacts } from './registry-facts.js';
import { ruleFindings, servingRule } from './rule-findings.js';

const brokenStates = new Set(['failed', 'canceled', 'deleting']);

/** Every question about a registry with its answer, in the order in which they should be repaired. Pure. */
export function examineRegistry(facts: RegistryFacts, context: RegistryContext): readonly RegistryCheck[] {
  const rule = servingRule(facts, context);
  return [
    told('registry', facts.registry.settings?.provisioningState, registryFindings(facts, context)),
    told('SKU', facts.registry.settings?.sku, skuFindings(facts, context)),
    checkOf(
      'cache rule',
      rule ? `${rule.name}: ${rule.sourceRepository} -> ${rule.targetRepository}` : '',
      ruleFindings(facts, context),
    ),
    told('private endpoint', describeEndpoints(facts), endpointFindings(facts, context)),
    told('public access', facts.registry.settings?.publicNetworkAccess, publicAccessFindings(facts)),
    told('authentication-as-arm', facts.registry.settings?.authenticationAsArm, armAuthenticationFindings(facts)),
    told('trusted services', facts.registry.settings?.bypass, trustedServiceFindings(facts, context)),
    told('role assignment mode', facts.registry.settings?.roleAssignmentMode, modeFindings(facts)),
    ...examineProbes(facts, context),
  ];
}

/** What the checks found; a registry in good order has none. */
export function diagnoseRegistry(facts: RegistryFacts, context: RegistryContext): readonly RegistryFinding[] {
  return examineRegistry(facts, context).flatMap(({ findings }) => findings);
}

/**
 * What a plan says of the registry, from what ARM told of it when the plan was made. Findings of effect `unknown` keep the gate
 * closed: a cache that can be proven today helps no node that cannot get at it, or gets something else.
 */
export function findingsOfPlan(registry: Registry, cluster: Cluster, marHost: string): readonly Finding[] {
  const found = diagnoseRegistry({ registry }, contextOf(registry.resource, marHost, cluster));
  return found
    .filter(({ weight }) => weight === 'problem')
    .map(({ code, subject, message, fix, effect }) => ({
      code,
      subject,
      message: fix === '' ? message : `${message}. To repair it: ${fix}`,
      effect,
    }));
}

/** Sorted by code, then subject, as in every set. */
export function joinFindings(some: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  const key = ({ code, subject }: Finding): string => `${code}\n${subject}`;
  return [...some, ...others].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function registryFindings({ registry }: RegistryFacts, context: RegistryContext): readonly RegistryFinding[] {
  const { resource, settings } = registry;
  const state = settings?.provisioningState ?? 'Succeeded';
  const findings: RegistryFinding[] = [];
  if (brokenStates.has(state.toLowerCase())) {
    findings.push({
      code: 'registry-not-ready',
      subject: resource.name,
      message: `the registry is in state ${state}; what it holds and does cannot be relied on`,
      fix: state.toLowerCase() === 'deleting' ? showRegistry(resource) : updateRegistry(resource),
      effect: 'unknown',
      weight: 'problem',
    });
  }
  if (context.owner === 'of-another-cluster') {
    findings.push({
      code: 'registry-of-another-cluster',
      subject: resource.name,
      message: `the registry lies in ${resource.resourceGroup}, which AKS made for another cluster: it is deleted together with that`,
      fix: useOwnRegistry(context.cluster),
      effect: 'none',
      weight: 'problem',
    });
  }
  return findings;
}

function skuFindings({ registry }: RegistryFacts, { egress }: RegistryContext): readonly RegistryFinding[] {
  const { resource, settings } = registry;
  if (settings?.sku === undefined || settings.sku.toLowerCase() === 'premium') return [];
  return [
    {
      code: 'registry-sku',
      subject: resource.name,
      message: `the SKU is ${settings.sku}, and only Premium registries have private endpoints, by which isolated nodes pull`,
      fix: updateRegistry(resource, '--sku Premium'),
      effect: egress === 'none' ? 'unknown' : 'none',
      weight: 'problem',
    },
  ];
}

const nobodyAsked = 'nobody asked the registry itself';

/** What only asking can tell, from the place where the doctor runs. */
function examineProbes(facts: RegistryFacts, context: RegistryContext): readonly RegistryCheck[] {
  const { probes } = facts;
  if (!probes) return ['DNS', 'reachable', 'pull', 'permissions'].map((name) => notChecked(name, nobodyAsked));
  const addresses = probes.dns.map(({ host, answer }) => `${host} is ${describeAnswer(answer)}`).join('; ');
  const { pull, permissions } = probes;
  return [
    checkOf('DNS', addresses, dnsFindings(facts, context)),
    checkOf('reachable', 'the registry answers', reachFindings(facts)),
    pull.kind === 'unknown'
      ? notChecked('pull', pull.reason)
      : checkOf('pull', 'this identity may pull', pullFindings(facts)),
    'unread' in permissions
      ? notChecked('permissions', permissions.unread)
      : checkOf('permissions', 'this identity may do all that is needed', permissionFindings(facts, context)),
  ];
}

function describeAnswer(answer: NonNullable<RegistryFacts['probes']>['dns'][number]['answer']): string {
  return answer.kind === 'missing' ? 'missing' : `${answer.kind} (${answer.addresses.join(', ')})`;
}

function describeEndpoints({ registry }: RegistryFacts): string | undefined {
  const connections = registry.settings?.privateEndpoints;
  if (connections === undefined) return undefined;
  return connections.map(({ name, status }) => `${name} ${status}`).join(', ') || 'none, and none is needed';
}

/** A question that ARM, or the file, does not answer is not checked. */
function told(name: string, value: string | undefined, findings: readonly RegistryFinding[]): RegistryCheck {
  if (value === undefined && findings.length === 0)
    return notChecked(name, 'the description of the registry does not tell');
  return checkOf(name, value ?? '', findings);
}
