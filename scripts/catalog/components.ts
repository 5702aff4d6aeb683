import type { Component, traits } from '../../shared/catalog/schema.js';
import { compareTags } from '../../shared/catalog/version-order.js';
import { translateCondition } from './conditions.js';
import type { Reference, ReferenceComponent } from './reference.js';
import { translateTagRule } from './tag-rules.js';

/** Named by node-bootstrap.json instead: no component of the cluster pulls them, the node does. */
const bootstrapNames: ReadonlySet<string> = new Set([
  'pause',
  'kubelet-package',
  'kubectl-package',
  'azure-acr-credential-provider-package',
  'kubernetes-node',
  'azure-acr-credential-provider',
  'kubelet-sysext',
  'kubectl-sysext',
  'azure-acr-credential-provider-sysext',
]);

const everyRepository = new Set([
  'app-routing-gateway-api-istio',
  'azure-monitor-app-monitoring',
  'azure-container-storage',
  'command-runtime',
]);

const followsKubernetesMinor = new Set(['cloud-provider-node-manager-linux']);

/** Same image under a second name, where the reference says so in prose. */
const furtherAliases: Readonly<Record<string, string>> = { 'container-networking-cilium-agent': 'cilium-agent' };

/** In prose in the reference (note of istio-proxy): pools with FIPS may run a build of their own. Never seen in a list, hence low. */
const meshProxyOfFipsPools: Component = {
  name: 'istio-proxy-fips',
  kind: 'image',
  confidence: 'low',
  condition: {
    kind: 'all',
    of: [
      { kind: 'property', path: 'serviceMeshProfile.mode', test: { equals: 'Istio' } },
      { kind: 'pool', path: 'enableFIPS', test: { equals: true } },
    ],
  },
  repositories: ['oss/v2/istio/proxyv2-fips'],
  candidates: [],
  tag: { rule: 'mesh-revision' },
  repositoryRules: [],
  traits: ['unreported'],
  pins: 1,
  examples: [],
};

/** The cilium rules of the reference, in order. */
const ciliumRules = {
  texts: ['>=1.18', '1.14.18..1.17', '<=1.14.10'],
  rules: [
    { repository: 'containernetworking/cilium/cilium-distroless', from: '1.18' },
    { repository: 'containernetworking/cilium/cilium', from: '1.14.18', below: '1.18' },
    { repository: 'oss/cilium/cilium', below: '1.14.18' },
  ],
};

/** Components of components.json, sorted by name, and what AKS's tables list as part of the node image. */
export function buildComponents(reference: Reference): Component[] {
  const rules = checkedCiliumRules(reference.components);
  const mapped = reference.components
    .filter((component) => !bootstrapNames.has(component.component))
    .map((component) => buildComponent(component, reference.components, rules));
  const names = new Set(mapped.map(({ name }) => name));
  const inNodeImage = new Set(
    reference.releases.flatMap((release) =>
      release.components
        .filter(({ name, column }) => column === 'os' && /^[a-z0-9-]+$/.test(name))
        .map(({ name }) => name),
    ),
  );
  const baked = [...inNodeImage].filter((name) => !names.has(name)).map(nodeImageComponent);
  return [...mapped, ...baked, meshProxyOfFipsPools].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function buildComponent(
  source: ReferenceComponent,
  all: readonly ReferenceComponent[],
  ciliumRepositories: Component['repositoryRules'],
): Component {
  const condition = translateCondition(source);
  const repositories = source.unmapped ? [] : source.repositories;
  const aliasOf = source.aliasOf ?? furtherAliases[source.component];
  const isPulled = condition.kind !== 'never' && repositories.length > 0;
  return {
    name: source.component,
    kind: source.kind,
    confidence: source.whenPropertyNameUnverified && source.confidence === 'high' ? 'medium' : source.confidence,
    condition,
    repositories: [...repositories],
    candidates: source.unmapped ? [...source.repositories, ...source.candidates] : [],
    ...(isPulled ? { tag: translateTagRule(source) } : {}),
    repositoryRules: ciliumRepositories.filter(
      ({ repository }) => repositories.length > 1 && repositories.includes(repository),
    ),
    traits: traitsOf(source, all),
    ...(aliasOf === undefined ? {} : { aliasOf }),
    pins: Math.max(1, source.usedBy.length),
    examples: isPulled ? [...source.exampleTags].sort((a, b) => compareTags(b, a)) : [],
  };
}

function traitsOf(source: ReferenceComponent, all: readonly ReferenceComponent[]): (typeof traits)[number][] {
  const isShared = all.some(
    (other) =>
      other.component !== source.component &&
      other.tag === source.tag &&
      other.os !== 'windows' &&
      !('never' in Object(other.when)) &&
      other.repositories.some((repository) => source.repositories.includes(repository)),
  );
  return [
    ...(source.aksReportsComponent ? [] : (['unreported'] as const)),
    ...(followsKubernetesMinor.has(source.component) ? (['follows-kubernetes-minor'] as const) : []),
    ...(isShared ? (['shares-repository'] as const) : []),
    ...(everyRepository.has(source.component) ? (['every-repository'] as const) : []),
  ];
}

function nodeImageComponent(name: string): Component {
  return {
    name,
    kind: 'binary',
    confidence: 'high',
    condition: { kind: 'never', reason: 'node-image' },
    repositories: [],
    candidates: [],
    repositoryRules: [],
    traits: [],
    pins: 1,
    examples: [],
  };
}

function checkedCiliumRules(components: readonly ReferenceComponent[]): Component['repositoryRules'] {
  const source = components.find(({ component }) => component === 'cilium-agent')?.rules;
  const texts = Array.isArray(source) ? source.map((rule: { cilium: string }) => rule.cilium) : [];
  if (JSON.stringify(texts) !== JSON.stringify(ciliumRules.texts)) {
    throw new Error(`cilium-agent: its repository rules changed, read them again: ${JSON.stringify(texts)}`);
  }
  return ciliumRules.rules;
}
