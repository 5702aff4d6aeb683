import { z } from 'zod';
import { isRepository, isTag } from '../../model/artifact.js';
import { newestFirst } from '../component-tags.js';
import { compareTags } from '../version-order.js';
import type { AgentBakerFacts, ImageFact } from './facts.js';
import { pathOnMar } from './image-reference.js';
import { invalidSource, listOf, parseSourceDocument, type DocumentOrigin } from './source-document.js';

/** AgentBaker's `parts/common/components.json`, as far as it is read; fields come and go there weekly, others are ignored. */
const version = z.string().min(1).max(120);

const bakedVersion = z.object({
  k8sVersion: z
    .string()
    .regex(/^\d{1,3}\.\d{1,3}$/)
    .optional(),
  latestVersion: version,
  previousLatestVersion: version.optional(),
});

const bakedVersions = listOf(bakedVersion, 500).default([]);
const release = z.object({ versionsV2: bakedVersions }).optional();
const releases = z.object({ r2204: release, r2404: release, 'v3.0': release, current: release }).partial().optional();

const listSchema = z.object({
  ContainerImages: listOf(z.object({ downloadURL: z.string().max(600), multiArchVersionsV2: bakedVersions }), 5000),
  GPUContainerImages: listOf(z.object({ downloadURL: z.string().max(600), gpuVersion: bakedVersion }), 500).default([]),
  Packages: listOf(
    z.object({
      name: z.string().max(200),
      downloadURIs: z.object({ ubuntu: releases, azurelinux: releases, default: releases, flatcar: releases }),
    }),
    2000,
  ),
});

type BakedVersion = z.infer<typeof bakedVersion>;
type AgentBakerList = z.infer<typeof listSchema>;
type PackageOs = keyof AgentBakerList['Packages'][number]['downloadURIs'];

/**
 * AgentBaker's list: what the newest Linux node images bake, and what nodes install by themselves.
 * @throws SyncError CATALOG_SOURCE_INVALID naming the path
 */
export function parseAgentBakerList(text: string, document = 'components.json'): AgentBakerFacts {
  const origin = { source: 'agentbaker', document };
  const list = parseSourceDocument(listSchema, text, origin);
  const images = list.ContainerImages.flatMap((entry, index) =>
    imagesOf(entry.downloadURL, entry.multiArchVersionsV2, ['ContainerImages', index], origin),
  );
  if (images.length === 0) throw invalidSource(origin, ['ContainerImages'], 'names no image of Linux nodes on MAR');
  const named = (name: string, systems: readonly PackageOs[]) => versionsByMinor(list, name, systems, origin);
  const binaries = named('kubernetes-binaries', ['default']);
  return {
    kind: 'agentbaker',
    images,
    gpuImages: list.GPUContainerImages.flatMap(({ downloadURL, gpuVersion }, index) =>
      imagesOf(downloadURL, [gpuVersion], ['GPUContainerImages', index], origin),
    ),
    packages: {
      credentialProviderPackage: named('azure-acr-credential-provider-pmc', ['ubuntu', 'azurelinux']),
      credentialProviderTarball: named('azure-acr-credential-provider', ['default']),
      credentialProviderExtension: named('azure-acr-credential-provider-pmc', ['flatcar']),
      kubernetesNode: newestFirst(Object.values(binaries).flatMap((found) => found.map((one) => `v${one}`))),
    },
  };
}

/** `mcr.microsoft.com/oss/v2/kubernetes/coredns:*`: the versions stand beside it. Images for Windows have none of these. */
function imagesOf(
  downloadURL: string,
  versions: readonly BakedVersion[],
  where: readonly PropertyKey[],
  origin: DocumentOrigin,
): readonly ImageFact[] {
  const path = pathOnMar(downloadURL);
  if (path === undefined || versions.length === 0) return [];
  const repository = path.slice(0, path.lastIndexOf(':'));
  if (!isRepository(repository)) throw invalidSource(origin, [...where, 'downloadURL'], 'not an image');
  const tags = versions.flatMap(({ latestVersion, previousLatestVersion }) =>
    [latestVersion, previousLatestVersion ?? []].flat(),
  );
  const wrong = tags.find((tag) => !isTag(tag));
  if (wrong !== undefined) throw invalidSource(origin, where, `not a tag: ${JSON.stringify(wrong.slice(0, 60))}`);
  return newestFirst(tags).map((tag) => ({ repository, tag }));
}

/** Versions of a package per Kubernetes minor, newest first; empty when the list no longer has the package. */
function versionsByMinor(
  list: AgentBakerList,
  name: string,
  systems: readonly PackageOs[],
  origin: DocumentOrigin,
): Record<string, string[]> {
  const index = list.Packages.findIndex((entry) => entry.name === name);
  const sources = list.Packages[index]?.downloadURIs;
  const entries = systems.flatMap((os) =>
    Object.values(sources?.[os] ?? {}).flatMap((found) => found?.versionsV2 ?? []),
  );
  const found = new Map<string, string[]>();
  for (const { k8sVersion, latestVersion, previousLatestVersion } of entries) {
    if (k8sVersion === undefined)
      throw invalidSource(origin, ['Packages', index], `${name}: a version without k8sVersion`);
    const named = [latestVersion, previousLatestVersion ?? latestVersion].map(upstreamVersion);
    const wrong = named.find((one) => !isTag(one));
    if (wrong !== undefined) throw invalidSource(origin, ['Packages', index], `${name}: not a version`);
    found.set(k8sVersion, [...(found.get(k8sVersion) ?? []), ...named]);
  }
  const sorted = [...found].sort(([a], [b]) => compareTags(a, b));
  return Object.fromEntries(sorted.map(([minor, all]) => [minor, newestFirst(all)]));
}

/** Without `v` and package revision (`1.35.8-ubuntu24.04u1` -> `1.35.8`); a long-term support mark stays: `1.30.101-akslts`. */
function upstreamVersion(text: string): string {
  return text.replace(/^v/, '').replace(/-(?!akslts).*$/, '');
}
