import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Catalog } from '../../shared/catalog/catalog.js';
import type { Answer, Received } from './http.js';
import { kubernetesVersions } from './mar-content.js';
import type { Mar } from './mar.js';
import type { Scenario } from './scenario.js';

/** Documents by path: AgentBaker's list, and the Vulnerability Data API below `/api/v1/`. */
export type CatalogSourceDocuments = ReadonlyMap<string, unknown>;

const host = 'mcr.microsoft.com';
const release = 'v20260801';
const nodeImage = 'AKSUbuntu-gen2-2204containerd/202608.01.0';
const kubeProxy = 'oss/v2/kubernetes/kube-proxy';

/**
 * What the sources of the catalogue say in this scenario: nothing that the bundled catalogue and MAR do not, in the shapes that the
 * real ones have. Sources: AgentBaker `parts/common/components.json`; azure-aks-docs `security-vulnerability-api-reference.md`.
 */
export function buildCatalogSources(catalog: Catalog, mar: Mar, scenario: Scenario): CatalogSourceDocuments {
  const versions = kubernetesVersions(scenario);
  const baked = bakedImages(catalog, mar);
  const proxies = versions.map((version) => {
    const tags = (mar.tags(kubeProxy) ?? []).filter((tag) => tag.startsWith(`v${version}-`));
    return [version, tags] as const;
  });
  return new Map<string, unknown>([
    ['/agentbaker/components.json', agentBakerList(catalog, baked)],
    ['/api/v1/aks-releases/_index', { aks_release_versions: [release] }],
    [`/api/v1/aks-releases/${release}/scan-reports`, aksRelease(baked)],
    ['/api/v1/aks-k8s-releases/_index', { k8s_versions: versions }],
    ...proxies.map(([version, tags]): [string, unknown] => [
      `/api/v1/aks-k8s-releases/${version}/scan-reports`,
      {
        k8s_version: version,
        container_targets: [target(kubeProxy, tags, { container_image: `${host}/${kubeProxy}` })],
      },
    ]),
    ['/api/v1/vhd-releases/_index', { vhd_release_versions: [nodeImage] }],
    [`/api/v1/vhd-releases/${nodeImage}/scan-reports`, nodeImageReport(baked)],
  ]);
}

interface BakedImage {
  readonly component: string;
  readonly repository: string;
  readonly tags: readonly string[];
}

/** Versions of AgentBaker's bundled list, in the repositories of MAR that have them. */
function bakedImages(catalog: Catalog, mar: Mar): readonly BakedImage[] {
  return [...catalog.agentbaker].flatMap(([component, versions]) =>
    (catalog.components.get(component)?.repositories ?? []).flatMap((repository) => {
      const listed = mar.tags(repository) ?? [];
      const tags = versions.filter((version) => listed.includes(version));
      return tags.length > 0 ? [{ component, repository, tags }] : [];
    }),
  );
}

function agentBakerList(catalog: Catalog, baked: readonly BakedImage[]): unknown {
  const { credentialProvider, systemExtensions, kubernetesNode } = catalog.nodeBootstrap;
  const entries = (versionsByMinor: Readonly<Record<string, readonly string[]>>) => ({
    versionsV2: Object.entries(versionsByMinor).flatMap(([k8sVersion, versions]) =>
      versions.map((latestVersion) => ({ k8sVersion, latestVersion })),
    ),
  });
  const builds = {
    versionsV2: kubernetesNode.versions.map((latestVersion) => ({ k8sVersion: minorOf(latestVersion), latestVersion })),
  };
  return {
    ContainerImages: baked.map(({ repository, tags }) => ({
      downloadURL: `${host}/${repository}:*`,
      amd64OnlyVersions: [],
      multiArchVersionsV2: tags.map((latestVersion) => ({ latestVersion })),
    })),
    GPUContainerImages: [],
    Packages: [
      { name: 'kubernetes-binaries', downloadURIs: { default: { current: builds } } },
      {
        name: 'azure-acr-credential-provider',
        downloadURIs: { default: { current: entries(credentialProvider.tarball.versionsByMinor) } },
      },
      {
        name: 'azure-acr-credential-provider-pmc',
        downloadURIs: {
          ubuntu: { r2204: entries(credentialProvider.package.versionsByMinor) },
          flatcar: { current: entries(systemExtensions.credentialProvider.versionsByMinor) },
        },
      },
    ],
    OCIArtifacts: [],
  };
}

function minorOf(version: string): string {
  return version.replace(/^v/, '').split('.').slice(0, 2).join('.');
}

function aksRelease(baked: readonly BakedImage[]): unknown {
  return {
    aks_release_version: release,
    previous_aks_release_version: 'v20260725',
    container_targets: baked.map(({ component, repository, tags }) =>
      target(repository, tags, { pod_namespace: 'kube-system', container_name: component }),
    ),
    report_time: '2026-08-01T00:00:00Z',
  };
}

function nodeImageReport(baked: readonly BakedImage[]): unknown {
  return {
    distro_name: 'AKSUbuntu-gen2-2204containerd',
    vhd_release_version: nodeImage,
    os_package_targets: [],
    container_targets: baked.map(({ repository, tags }) =>
      target(repository, tags, { container_image: `${host}/${repository}` }),
    ),
  };
}

function target(repository: string, tags: readonly string[], names: Readonly<Record<string, string>>): unknown {
  return {
    ...names,
    active_container_images: {
      image_repo_tags: tags.map((tag) => `${host}/${repository}:${tag}`),
      image_repo_digests: [],
    },
    active_cves: [],
  };
}

/** GET with ETag and gzip. `unreachable` and `broken` are the faults of a scenario. */
export function answerCatalogSources(
  documents: CatalogSourceDocuments,
  fault: 'none' | 'unreachable' | 'broken',
  request: Received,
): Answer {
  if (fault === 'unreachable') return { status: 503, body: 'out of order' };
  if (!documents.has(request.path)) return { status: 404, body: 'not found' };
  const text = fault === 'broken' ? '<html>maintenance</html>' : JSON.stringify(documents.get(request.path));
  const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"`;
  if (request.headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
  const headers = { 'content-type': 'application/json', etag };
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  return takesGzip
    ? { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(text) }
    : { status: 200, headers, body: text };
}
