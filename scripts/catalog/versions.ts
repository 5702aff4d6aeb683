import { newestFirst, tagsByComponent, type TagsByRepository } from '../../shared/catalog/component-tags.js';
import type { Component } from '../../shared/catalog/schema.js';
import { agentBakerTags, allKnownTags, newestNodeImageTags } from './known-tags.js';
import type { Reference, ReferenceRelease } from './reference.js';

/** Names that the tables used before AKS's own component names (1.32), and names of its lists of breaking changes. */
const tableNames: Readonly<Record<string, string>> = {
  'Azure Policy': 'azure-policy',
  'Metrics-Server': 'metrics-server',
  'Open Service Mesh': 'osm-controller',
  'Core DNS': 'coredns',
  'Azure-Keyvault-SecretsProvider': 'secrets-store-csi-driver',
  'Application Gateway Ingress Controller (AGIC)': 'ingress-appgw',
  'Azure Workload identity': 'workload-identity-webhook',
  'Microsoft Defender Low Level Collector': 'microsoft-defender-low-level-collector',
  Retina: 'retina-agent',
  Cilium: 'cilium-agent',
  'Tigera-Operator': 'tigera-operator',
  'App routing operator': 'app-routing-operator',
  'azuredisk-csi': 'azuredisk-csi-linux',
  'azurefile-csi': 'azurefile-csi-linux',
};

/** Versions per component and source, as in data/versions.json: everything sorted, newest version first. */
export function buildVersions(reference: Reference, components: readonly Component[]) {
  return {
    agentbaker: Object.fromEntries(tagsByComponent(components, agentBakerTags(reference))),
    releaseNotes: Object.fromEntries(
      reference.releases.map((release) => [
        release.kubernetesVersion,
        releaseVersions(release, components, allKnownTags(reference)),
      ]),
    ),
    nodeImages: Object.fromEntries(tagsByComponent(components, newestNodeImageTags(reference))),
  };
}

function releaseVersions(
  release: ReferenceRelease,
  components: readonly Component[],
  known: TagsByRepository,
): Record<string, string[]> {
  const versions = new Map<string, string[]>();
  const byName = new Map(components.map((component) => [component.name, component]));
  const listed = release.components.map(({ name, version }) => ({ name, version }));
  const changed = release.breakingChanges.map(({ name, to }) => ({ name, version: to }));
  const inTable = new Set(listed.filter(({ version }) => version !== null).map(({ name }) => ownName(name)));
  for (const { name, version } of [...listed, ...changed.filter((change) => !inTable.has(ownName(change.name)))]) {
    const component = byName.get(ownName(name));
    if (!component || version === null || !isUsed(component)) continue;
    const tags = spelledAsTags(component, version, known, ownName(name) === name);
    versions.set(component.name, newestFirst([...(versions.get(component.name) ?? []), ...tags]));
  }
  const sorted = [...versions].filter(([, found]) => found.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted);
}

function ownName(name: string): string {
  return tableNames[name] ?? name;
}

/** Control plane components are listed only where they decide about images on the nodes. */
function isUsed(component: Component): boolean {
  return component.tag !== undefined || component.name === 'app-routing-operator';
}

/**
 * Tables shorten versions (`v1.18.6` for `v1.18.6-260312`, `6.24.0-main` for a long build stamp, `0.6.3` without `v`). A version
 * that is a known tag stands for itself, a shortened one for the known tags it begins; under a name that is not AKS's own, other
 * versions name nothing that exists and are left out; so are versions that lack the build stamp their tags end in.
 */
function spelledAsTags(
  component: Component,
  version: string,
  known: TagsByRepository,
  isOwnName: boolean,
): readonly string[] {
  const tags = [
    ...component.repositories.flatMap((repository) => [...(known.get(repository) ?? [])]),
    ...component.examples,
  ];
  if (tags.includes(version)) return [version];
  const bare = version.replace(/^[vV]/, '');
  const begun = tags.filter((tag) => tag.replace(/^v/, '').startsWith(`${bare}-`) && !/windows|^win-/.test(tag));
  if (begun.length > 0) return begun;
  const stamp = /-\d{6}$|-main-/;
  const lacksStamp = !stamp.test(version) && tags.some((tag) => stamp.test(tag));
  return isOwnName && !lacksStamp ? [version] : [];
}
