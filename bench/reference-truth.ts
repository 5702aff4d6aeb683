import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readReference as readParsed, splitReference, type Reference as Parsed } from '../scripts/catalog/reference.js';
import type { Configuration } from './configurations.js';

const bakedVersion = z.object({
  k8sVersion: z.string().optional(),
  latestVersion: z.string(),
  previousLatestVersion: z.string().optional(),
});

/** AgentBaker's list as published: the truth must not come through the parser that it judges. */
const agentBakerDocument = z.looseObject({
  ContainerImages: z.array(z.object({ downloadURL: z.string(), multiArchVersionsV2: z.array(bakedVersion) })),
  Packages: z.array(
    z.object({
      name: z.string(),
      downloadURIs: z.record(z.string(), z.record(z.string(), z.object({ versionsV2: z.array(bakedVersion) }))),
    }),
  ),
});

export interface Reference extends Parsed {
  readonly agentBakerDocument: z.infer<typeof agentBakerDocument>;
}

/** @param folder as `readReference` of the catalogue's generator */
export function readReference(folder: string): Reference {
  const document: unknown = JSON.parse(readFileSync(join(folder, 'agentbaker-components.json'), 'utf8'));
  return { ...readParsed(folder), agentBakerDocument: agentBakerDocument.parse(document) };
}

/** Something that the reference lists say a pool pulls. Tags that mean the same are alternatives. */
export interface TruthItem {
  readonly component: string;
  /** Places of the same image; empty when no list gives one. */
  readonly repositories: readonly string[];
  readonly tags: readonly string[];
  /** Which list says so. */
  readonly from: 'version table' | 'node images' | 'node bootstrap';
}

/** A version in AKS's table of a minor, spelled as the image lists spell it. */
export interface TableVersion {
  readonly name: string;
  readonly versions: readonly string[];
}

type Tags = ReadonlyMap<string, ReadonlySet<string>>;

/** Tags that exist, per repository: node image notes of every release, and AgentBaker's list. */
export function imageListTags(reference: Reference): Tags {
  const notes = reference.nodeImages.flatMap(({ images }) => images.map(splitReference));
  const baked = reference.agentBakerDocument.ContainerImages.flatMap(({ downloadURL, multiArchVersionsV2 }) => {
    const { repository } = splitReference(downloadURL);
    return multiArchVersionsV2.flatMap(({ latestVersion, previousLatestVersion }) =>
      [latestVersion, previousLatestVersion ?? latestVersion].map((tag) => ({ repository, tag })),
    );
  });
  return group([...notes, ...baked]);
}

/** AKS's table of a minor under AKS's own component names: it abbreviates versions, the image lists spell them in full. */
export function tableVersions(reference: Reference, minor: string): readonly TableVersion[] {
  const lists = imageListTags(reference);
  const table = reference.releases.find(({ kubernetesVersion }) => kubernetesVersion === minor);
  return (table?.components ?? []).flatMap(({ name, version }) => {
    const source = reference.components.find(({ component }) => component === name);
    if (!source || version === null || version === undefined) return [];
    const listed = source.repositories.flatMap((repository) => [...(lists.get(repository) ?? [])]);
    const full = listed.filter((tag) => tag === version || tag.startsWith(`${version}-`));
    const exact = full.includes(version) || full.length === 0 ? [version] : full.filter((tag) => !isOtherSeries(tag));
    return [{ name, versions: exact }];
  });
}

/** The Prometheus images carry one version in several forms. */
function isOtherSeries(tag: string): boolean {
  return /-(?:cfg|targetallocator|win)$/.test(tag);
}

/**
 * What Linux nodes of a configuration pull once they run `target`: for each component that it has, the version in AKS's table of
 * the minor; where the table is silent, every version in AgentBaker's list (else in the newest node image notes); and what nodes
 * fetch at bootstrap. A component that no list gives a version for cannot be judged and is left out.
 */
export function truthFor(reference: Reference, configuration: Configuration, target: string): readonly TruthItem[] {
  const minor = target.slice(0, target.lastIndexOf('.'));
  const tables = new Map(tableVersions(reference, minor).map(({ name, versions }) => [name, versions]));
  const images = configuration.components.flatMap((component): readonly TruthItem[] => {
    const repositories = repositoriesOf(reference, component);
    const published = tables.get(component) ?? versionsOfLeader(reference, component, tables);
    if (published?.length === 0) return [];
    if (published) return [{ component, repositories, tags: published, from: 'version table' as const }];
    return listedTags(reference, repositories, target)
      .filter((tag) => component !== 'kube-proxy' || tag.startsWith(`v${target}`))
      .filter((tag) => belongsTo(component, tag, minor))
      .map((tag) => ({ component, repositories, tags: [tag], from: 'node images' as const }));
  });
  return [...images, ...bootstrapTruth(reference, target)];
}

/** Components that the table says run, and whose repository no list and no person has confirmed. */
export function isNamed({ repositories }: TruthItem): boolean {
  return repositories.length > 0;
}

/** `cilium-init` has the version of `cilium-agent`, from 1.18 on; none: it does not run. Undefined where it leads itself. */
function versionsOfLeader(
  { components }: Reference,
  component: string,
  tables: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const source = components.find((candidate) => candidate.component === component);
  const leader = /^\{([a-z-]+)\.version\}/.exec(source?.tag ?? '')?.[1];
  const versions = leader === undefined ? undefined : tables.get(leader);
  return leader === 'cilium-agent' ? versions?.filter((version) => !/^v1\.1[0-7]\./.test(version)) : versions;
}

function repositoriesOf(reference: Reference, component: string): readonly string[] {
  const source = reference.components.find((candidate) => candidate.component === component);
  if (!source) throw new Error(`the reference has no component ${component}`);
  return source.unmapped ? [] : source.repositories;
}

function listedTags(reference: Reference, repositories: readonly string[], target: string): readonly string[] {
  const newest = reference.nodeImages
    .map(({ release }) => release)
    .sort()
    .at(-1);
  const lists = [
    imageListTags({ ...reference, nodeImages: [] }),
    imageListTags({
      ...reference,
      nodeImages: reference.nodeImages.filter(({ release }) => release === newest),
      agentBakerDocument: { ...reference.agentBakerDocument, ContainerImages: [] },
    }),
    imageListTags(reference),
  ];
  const found = lists.map((tags) => repositories.flatMap((repository) => [...(tags.get(repository) ?? [])]));
  const ofTarget = found.flat().filter((tag) => tag.startsWith(`v${target}`));
  // kube-proxy's tags carry the patch: any list that has it will do.
  if (ofTarget.length > 0) return [...new Set(ofTarget)];
  return found.find((tags) => tags.length > 0) ?? [];
}

/** One repository serves several components, or one component several minors: the tag says whose it is. */
function belongsTo(component: string, tag: string, minor: string): boolean {
  if (component === 'cloud-provider-node-manager-linux') return tag.startsWith(`v${minor}.`);
  if (component === 'azure-monitor-metrics-linux') return !isOtherSeries(tag);
  if (component === 'azure-monitor-metrics-cfg-reader') return tag.endsWith('-cfg');
  if (component === 'azure-monitor-metrics-target-allocator') return tag.endsWith('-targetallocator');
  return true;
}

/** Rows 1 to 5 of node-bootstrap.md for an x64 Ubuntu node. */
function bootstrapTruth(reference: Reference, target: string): readonly TruthItem[] {
  const [, minorNumber] = target.split('.').map(Number);
  const minor = `1.${minorNumber}`;
  const isFrom = (since: number): boolean => (minorNumber ?? 0) >= since;
  const item = (component: string, repository: string, tags: readonly string[]): TruthItem[] =>
    tags.length === 0 ? [] : [{ component, repositories: [repository], tags, from: 'node bootstrap' }];
  const packages = 'aks/packages/kubernetes';
  const binaries = 'oss/binaries/kubernetes';
  const provider = packageVersions(reference, 'azure-acr-credential-provider-pmc', 'ubuntu', minor);
  const tarball = packageVersions(reference, 'azure-acr-credential-provider', 'default', minor);
  return [
    ...(isFrom(34) ? item('kubelet', `${packages}/kubelet`, [`v${target}`]) : []),
    ...(isFrom(34) ? item('kubectl', `${packages}/kubectl`, [`v${target}`]) : []),
    ...item('kubernetes-node', `${binaries}/kubernetes-node`, [`v${target}-linux-amd64`]),
    ...(isFrom(33) ? item('credential provider', `${packages}/azure-acr-credential-provider`, provider) : []),
    ...item(
      'credential provider tarball',
      `${binaries}/azure-acr-credential-provider`,
      tarball.map((tag) => `${tag}-linux-amd64`),
    ),
    ...item('pause', 'oss/v2/kubernetes/pause', ['3.10.2']),
  ];
}

function packageVersions(reference: Reference, name: string, os: string, minor: string): readonly string[] {
  const found = reference.agentBakerDocument.Packages.find((entry) => entry.name === name);
  const versions = Object.values(found?.downloadURIs[os] ?? {}).flatMap(({ versionsV2 }) => versionsV2);
  return versions
    .filter(({ k8sVersion }) => k8sVersion === minor)
    .map(({ latestVersion }) => `v${latestVersion.replace(/^v/, '').replace(/-.*$/, '')}`);
}

function group(pairs: readonly { readonly repository: string; readonly tag: string }[]): Tags {
  const tags = new Map<string, Set<string>>();
  for (const { repository, tag } of pairs) tags.set(repository, (tags.get(repository) ?? new Set()).add(tag));
  return tags;
}
