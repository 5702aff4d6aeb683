import type { Finding } from '../model/artifact.js';

/** Every kind of finding about a registry, and what it means. docs/doctor.md lists them with their cures. */
export const registryCodes = {
  'registry-unreadable': 'the registry could not be read from Azure Resource Manager',
  'registry-not-ready': 'the registry itself failed, was cancelled or is being deleted',
  'registry-of-another-cluster': 'the registry was made by AKS for another cluster, and goes with it',
  'registry-sku': 'only Premium registries have private endpoints',
  'cache-rule-missing': 'no rule fills what nodes pull from MAR',
  'cache-rule-renamed': 'the rule does the right thing under another name than AKS documents',
  'cache-rule-changed': 'the rule of AKS has another source or target than AKS documents',
  'cache-rule-not-ready': 'the rule was not provisioned',
  'cache-rule-overlap': 'another rule takes a part of what nodes pull from elsewhere',
  'cache-rule-old-layout': 'the layout from before 2025-03-16, which is supported',
  'cache-rule-credentials': 'the rule of AKS logs in to MAR, which needs no login',
  'private-endpoint-missing': 'nodes without egress have no way to the registry',
  'private-endpoint-unapproved': 'a private endpoint waits for approval, or was refused',
  'public-access': 'the registry is open to the internet beside its private endpoint',
  'arm-authentication-off': 'the registry refuses the tokens by which nodes log in',
  'trusted-services-off': 'imports may be refused: trusted services are not let in',
  'abac-mode': 'the registry does not honour AcrPull',
  'dns-missing': 'a record of the registry does not resolve',
  'dns-public': 'a record of the registry leads to a public address',
  'registry-unreachable': 'the registry does not answer, or refuses the network that asks',
  'pull-refused': 'the identity may not pull',
  'import-refused': 'the identity may not import what no rule covers',
  'read-refused': 'the identity may not read the registry or its rules',
} as const satisfies Readonly<Record<string, string>>;
export type RegistryCode = keyof typeof registryCodes;

/** Something about a registry that has to be repaired or should be known. */
export interface RegistryFinding extends Finding {
  readonly code: RegistryCode;
  /** The command that repairs it; `<…>` stands for what only people know. Empty where there is nothing to repair. */
  readonly fix: string;
  /** "note": told, and no fault. */
  readonly weight: 'problem' | 'note';
}

/** One question about a registry with its answer. */
export interface RegistryCheck {
  /** What is asked, for example `cache rule`. */
  readonly name: string;
  readonly outcome: 'passed' | 'noted' | 'failed' | 'not-checked';
  /** What was found, or why nobody could look. */
  readonly detail: string;
  readonly findings: readonly RegistryFinding[];
}

/** A check whose outcome follows from what it found. */
export function checkOf(name: string, passed: string, findings: readonly RegistryFinding[]): RegistryCheck {
  const problems = findings.filter(({ weight }) => weight === 'problem');
  const outcome = problems.length > 0 ? 'failed' : findings.length > 0 ? 'noted' : 'passed';
  const detail = outcome === 'passed' ? passed : findings.map(({ message }) => message).join('; ');
  return { name, outcome, detail, findings };
}

export function notChecked(name: string, why: string): RegistryCheck {
  return { name, outcome: 'not-checked', detail: why, findings: [] };
}
