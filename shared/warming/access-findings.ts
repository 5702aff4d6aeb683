import type { RegistryFinding } from './registry-check.js';
import { assignRole, enableArmAuthentication, updateRegistry } from './registry-commands.js';
import type { Permission, RegistryContext, RegistryFacts } from './registry-facts.js';
import { servingRule } from './rule-findings.js';

const provider = 'Microsoft.ContainerRegistry/registries';
const importAction = `${provider}/importImage/action`;
const readActions = [`${provider}/read`, `${provider}/cacheRules/read`] as const;

/** Roles of a registry in mode "RBAC Registry + ABAC Repository Permissions" (azure-facts.md section 2). */
const readerRole = 'Container Registry Repository Reader';
const importerRole = 'Container Registry Data Importer and Data Reader';

/** Nodes log in with a token of Azure Resource Manager. */
export function armAuthenticationFindings({ registry }: RegistryFacts): readonly RegistryFinding[] {
  if (registry.settings?.authenticationAsArm?.toLowerCase() !== 'disabled') return [];
  return [
    {
      code: 'arm-authentication-off',
      subject: registry.resource.name,
      message: 'authentication-as-arm is disabled, and nodes log in with tokens of Azure Resource Manager',
      fix: enableArmAuthentication(registry.resource),
      effect: 'unknown',
      weight: 'problem',
    },
  ];
}

/** Imports are needed only for what no rule covers. */
export function trustedServiceFindings(facts: RegistryFacts, context: RegistryContext): readonly RegistryFinding[] {
  const { settings, resource } = facts.registry;
  const isRestricted =
    settings?.publicNetworkAccess?.toLowerCase() === 'disabled' || settings?.defaultAction?.toLowerCase() === 'deny';
  if (!needsImports(facts, context) || !isRestricted || settings?.bypass?.toLowerCase() !== 'none') return [];
  return [
    {
      code: 'trusted-services-off',
      subject: resource.name,
      message:
        'the network of the registry is restricted and trusted services are not let in: imports of what no rule covers may be refused',
      fix: updateRegistry(resource, '--allow-trusted-services true'),
      effect: 'none',
      weight: 'problem',
    },
  ];
}

export function modeFindings({ registry }: RegistryFacts): readonly RegistryFinding[] {
  if (!isAbac(registry)) return [];
  return [
    {
      code: 'abac-mode',
      subject: registry.resource.name,
      message: `the registry does not honour AcrPull: the kubelet identity of every cluster and the identity of the app need ${readerRole}`,
      fix: assignRole(registry.resource, readerRole),
      effect: 'none',
      weight: 'note',
    },
  ];
}

export function pullFindings({ registry, probes }: RegistryFacts): readonly RegistryFinding[] {
  const pull = probes?.pull;
  if (pull?.kind !== 'refused') return [];
  const role = isAbac(registry) ? readerRole : 'AcrPull';
  return [
    {
      code: 'pull-refused',
      subject: registry.loginServer,
      message: `this identity may not pull (${role} is missing): ${pull.reason}`,
      fix: assignRole(registry.resource, role),
      effect: 'none',
      weight: 'problem',
    },
  ];
}

/** What ARM lists as permissions decides; where it lists none, nobody is accused. */
export function permissionFindings(facts: RegistryFacts, context: RegistryContext): readonly RegistryFinding[] {
  const { resource } = facts.registry;
  const permissions = facts.probes?.permissions;
  if (permissions === undefined || 'unread' in permissions) return [];
  const lacking = (action: string): boolean => !allows(permissions, action);
  const findings: RegistryFinding[] = readActions.filter(lacking).map((action) => ({
    code: 'read-refused',
    subject: resource.name,
    message: `this identity lacks ${action}`,
    fix: assignRole(resource, 'Reader'),
    effect: 'none',
    weight: 'problem',
  }));
  if (!needsImports(facts, context) || !lacking(importAction)) return findings;
  return [
    ...findings,
    {
      code: 'import-refused',
      subject: resource.name,
      message: `no rule covers what nodes pull, and this identity lacks ${importAction}`,
      fix: assignRole(resource, importerRole),
      effect: 'none',
      weight: 'problem',
    },
  ];
}

/** An action is allowed by an entry that names it and does not take it back. Source: Azure RBAC, "How Azure RBAC determines access". */
export function allows(permissions: readonly Permission[], action: string): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      actions.some((pattern) => matches(pattern, action)) && !notActions.some((pattern) => matches(pattern, action)),
  );
}

function matches(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const text = action.toLowerCase();
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = rest.at(-1) ?? '';
  return text.length - last.length >= at && text.endsWith(last);
}

function needsImports(facts: RegistryFacts, context: RegistryContext): boolean {
  return servingRule(facts, context) === undefined;
}

function isAbac({ settings }: RegistryFacts['registry']): boolean {
  return settings?.roleAssignmentMode?.toLowerCase() === 'abacrepositorypermissions';
}
