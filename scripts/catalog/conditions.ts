import type { Condition } from '../../shared/catalog/condition.js';
import type { ReferenceComponent } from './reference.js';

const onDemand: Condition = { kind: 'onDemand' };
const isTrue = (path: string): Condition => ({ kind: 'property', path, test: { equals: true } });
const isNotFalse = (path: string): Condition => ({
  kind: 'not',
  condition: { kind: 'property', path, test: { equals: false } },
});

/** The reasons of the reference for `never`, by how their text begins. */
const neverTexts: readonly (readonly [string, Extract<Condition, { kind: 'never' }>['reason']])[] = [
  ['control-plane-hosted', 'control-plane'],
  ['listed in ccp column', 'control-plane'],
  ['managed NAP', 'control-plane'],
  ['VHD build time only', 'build-time'],
];

const usesStorageDrivers: Condition = {
  kind: 'any',
  of: [
    isNotFalse('storageProfile.diskCSIDriver.enabled'),
    isNotFalse('storageProfile.fileCSIDriver.enabled'),
    isTrue('storageProfile.blobCSIDriver.enabled'),
    isTrue('addonProfiles.azureKeyvaultSecretsProvider.enabled'),
  ],
};

/** ARM has a second switch for Container Insights since API version 2026-06-01; what either runs is the same. */
const containerInsights = isTrue('azureMonitorProfile.containerInsights.enabled');

const directPull: Condition = { kind: 'never', reason: 'direct-pull' };

/** Components whose `when` is prose: what it means, tied to the words it was read from (their first ones). */
const readByHand: Readonly<Record<string, { readonly words: string; readonly condition: Condition }>> = {
  'ip-masq-agent-v2': { words: '{"default":"always","humanNote":"DaemonSet', condition: { kind: 'always' } },
  'csi-livenessprobe': { words: '{"anyOf":["storageProfile.diskCSIDriver",', condition: usesStorageDrivers },
  'csi-node-driver-registrar': { words: '{"anyOf":["storageProfile.diskCSIDriver",', condition: usesStorageDrivers },
  'ama-logs-linux': {
    words: '{"addonProfiles.omsagent.enabled":true}',
    condition: { kind: 'any', of: [isTrue('addonProfiles.omsagent.enabled'), containerInsights] },
  },
  'addon-token-adapter': {
    words:
      '{"anyOf":[{"addonProfiles.omsagent.enabled":true,"addonProfiles.omsagent.config.useAADAuth":"true"},{"azure',
    condition: {
      kind: 'any',
      of: [
        {
          kind: 'all',
          of: [
            isTrue('addonProfiles.omsagent.enabled'),
            { kind: 'property', path: 'addonProfiles.omsagent.config.useAADAuth', test: { equals: 'true' } },
          ],
        },
        isTrue('azureMonitorProfile.metrics.enabled'),
        containerInsights,
      ],
    },
  },
  // Whether an Ingress uses a certificate of a vault is not in ARM: both switches together make it possible.
  'app-routing-keyvault-placeholder': {
    words: '{"ingressProfile.webAppRouting.enabled":true,"humanNote":"only when an Ingress',
    condition: {
      kind: 'all',
      of: [
        isTrue('ingressProfile.webAppRouting.enabled'),
        isTrue('addonProfiles.azureKeyvaultSecretsProvider.enabled'),
      ],
    },
  },
  'kaito-base': { words: '{"aiToolchainOperatorProfile.enabled":true,"humanNote":"when a', condition: onDemand },
  'workload-identity-proxy': { words: '{"securityProfile.workloadIdentity.enabled":true,"pod', condition: onDemand },
  'workload-identity-proxy-init': {
    words: '{"securityProfile.workloadIdentity.enabled":true,"pod',
    condition: onDemand,
  },
  // ARM lists it among the add-ons where it runs on the nodes; newer clusters have it in their control plane.
  'extension-manager': { words: '{"extension":"any', condition: isTrue('addonProfiles.extensionManager.enabled') },
  'extension-config-agent': { words: '{"extension":"any', condition: isTrue('addonProfiles.extensionManager.enabled') },
  'extension-fluent-bit-collector': {
    words: '{"extension":"any',
    condition: { kind: 'component', component: 'extension-manager' },
  },
  'azure-container-storage': { words: '{"extension":"microsoft.azurecontainerstorage', condition: onDemand },
  'command-runtime': { words: '{"runtime":"az aks command invoke', condition: onDemand },
  'aks-node-ca-watcher': {
    words: '{"securityProfile.customCATrustCertificates":"non-empty (legacy agentPool.enableCustomCATrust)"}',
    condition: {
      kind: 'any',
      of: [
        { kind: 'property', path: 'securityProfile.customCATrustCertificates', test: { is: 'nonEmpty' } },
        { kind: 'pool', path: 'enableCustomCATrust', test: { equals: true } },
      ],
    },
  },
  // GPU drivers are pulled by their name on MAR, without the mirror (node-bootstrap.md, quirks).
  'aks-gpu-cuda-lts': { words: '{"agentPool.osSKU":"Ubuntu*","agentPool.gpuProfile', condition: directPull },
  'aks-gpu-cuda': { words: '{"agentPool.osSKU":"Ubuntu*","agentPool.gpuProfile', condition: directPull },
  'aks-gpu-grid': { words: '{"agentPool.osSKU":"Ubuntu*","agentPool.gpuProfile', condition: directPull },
  'aks-gpu-grid-v20': { words: '{"agentPool.osSKU":"Ubuntu*","agentPool.gpuProfile', condition: directPull },
  'acl-gpu-sysext': { words: '{"agentPool.osSKU":"AzureContainerLinux","gpu":true}', condition: directPull },
  'busybox-init': { words: '{"humanNote":"kube-proxy init', condition: { kind: 'never', reason: 'obsolete' } },
};

/** Keys of `when` that speak about another component's version. */
const versionKeys: Readonly<Record<string, string>> = { cilium: 'cilium-agent' };

/** @throws naming the component, when its `when` says something this script cannot translate */
export function translateCondition(component: ReferenceComponent): Condition {
  if (component.os === 'windows') return { kind: 'never', reason: 'windows' };
  const byHand = readByHand[component.component];
  if (!byHand) return translate(component.when, component.component);
  if (!JSON.stringify(component.when).startsWith(byHand.words)) {
    throw new Error(`${component.component}: its condition changed, read it again: ${JSON.stringify(component.when)}`);
  }
  return byHand.condition;
}

function translate(when: unknown, name: string): Condition {
  if (when === 'always') return { kind: 'always' };
  if (typeof when !== 'object' || when === null || Array.isArray(when)) throw untranslatable(name, when);
  const parts = Object.entries(when)
    .filter(([key, value]) => !(key === 'default' && value === 'always'))
    .map(([key, value]) => translateEntry(key, value, name));
  const [first] = parts;
  if (first === undefined) throw untranslatable(name, when);
  return parts.length === 1 ? first : { kind: 'all', of: parts };
}

function translateEntry(key: string, value: unknown, name: string): Condition {
  if (key === 'never') return { kind: 'never', reason: neverReason(value, name) };
  if (key === 'not' || key === 'andNot') return { kind: 'not', condition: translate(value, name) };
  if (key === 'anyOf' && Array.isArray(value)) {
    return { kind: 'any', of: value.map((alternative) => translate(alternative, name)) };
  }
  const versioned = versionKeys[key];
  if (versioned !== undefined) return { kind: 'component', component: versioned, atLeast: lowerBound(value, name) };
  if (key.startsWith('agentPool.')) {
    return { kind: 'pool', path: key.slice('agentPool.'.length), test: translateTest(value, name) };
  }
  if (/^[A-Za-z0-9]+(\.[A-Za-z0-9]+)+$/.test(key)) {
    return { kind: 'property', path: key, test: translateTest(value, name) };
  }
  throw untranslatable(name, { [key]: value });
}

function neverReason(text: unknown, name: string): (typeof neverTexts)[number][1] {
  const found = neverTexts.find(([beginning]) => typeof text === 'string' && text.startsWith(beginning));
  if (!found) throw untranslatable(name, text);
  return found[1];
}

function lowerBound(value: unknown, name: string): string {
  const bound = typeof value === 'string' ? /^>=(\d+(?:\.\d+)*)$/.exec(value)?.[1] : undefined;
  if (bound === undefined) throw untranslatable(name, value);
  return bound;
}

function translateTest(value: unknown, name: string): Extract<Condition, { kind: 'property' }>['test'] {
  if (typeof value === 'boolean') return { equals: value };
  if (value === 'set') return { is: 'set' };
  if (value === 'non-empty') return { is: 'nonEmpty' };
  const contained = typeof value === 'string' ? /^contains (\w+)$/.exec(value)?.[1] : undefined;
  if (contained !== undefined) return { contains: contained };
  if (typeof value === 'string' && /^\w+$/.test(value)) return { equals: value };
  throw untranslatable(name, value);
}

function untranslatable(name: string, what: unknown): Error {
  return new Error(
    `${name}: no translation of the condition ${JSON.stringify(what)}; add it to scripts/catalog/conditions.ts`,
  );
}
