/** Small documents in the shapes of the real sources. */
export const agentBakerUrl = 'https://mirror.test/components.json';
export const vulnerabilityApiEndpoint = 'https://mirror.test/api/v1';

interface ListedImage {
  readonly repository: string;
  readonly tags: readonly string[];
}

export function agentBakerDocument(images: readonly ListedImage[]): string {
  const provider = { versionsV2: [{ k8sVersion: '1.35', latestVersion: '1.35.9-ubuntu22.04u1' }] };
  return JSON.stringify({
    ContainerImages: images.map(({ repository, tags }) => ({
      downloadURL: `mcr.microsoft.com/${repository}:*`,
      multiArchVersionsV2: tags.map((latestVersion) => ({ latestVersion })),
      windowsVersions: [],
    })),
    Packages: [{ name: 'azure-acr-credential-provider-pmc', downloadURIs: { ubuntu: { r2204: provider } } }],
  });
}

export function aksReleaseDocument(
  version: string,
  containers: readonly { readonly container: string; readonly images: readonly string[] }[],
): string {
  return JSON.stringify({
    aks_release_version: version,
    container_targets: containers.map(({ container, images }) => ({
      pod_namespace: 'kube-system',
      container_name: container,
      active_container_images: {
        image_repo_tags: images.map((image) => `mcr.microsoft.com/${image}`),
        image_repo_digests: [],
      },
      active_cves: [{ id: 'CVE-2026-0001' }],
    })),
  });
}

export function kubernetesReleaseDocument(version: string, images: readonly string[]): string {
  return JSON.stringify({
    k8s_version: version,
    container_targets: images.map((image) => ({
      container_image: `mcr.microsoft.com/${image.slice(0, image.lastIndexOf(':'))}`,
      active_container_images: { image_repo_tags: [`mcr.microsoft.com/${image}`] },
    })),
  });
}

export function nodeImageDocument(images: readonly string[]): string {
  const target = (image: string) => ({ active_container_images: { image_repo_tags: [`mcr.microsoft.com/${image}`] } });
  return JSON.stringify({ distro_name: 'AKSUbuntu', os_package_targets: [], container_targets: images.map(target) });
}

/** A whole API of one AKS release, one Kubernetes version and one node image. */
export function vulnerabilityApiDocuments(
  release: string,
  images: { readonly coredns: string; readonly kubeProxy: string },
): Map<string, string> {
  const at = (path: string): string => `${vulnerabilityApiEndpoint}/${path}`;
  const coredns = `oss/v2/kubernetes/coredns:${images.coredns}`;
  const kubeProxy = `oss/v2/kubernetes/kube-proxy:${images.kubeProxy}`;
  const node = 'AKSUbuntu-gen2-2204containerd/202608.01.0';
  return new Map([
    [at('aks-releases/_index'), JSON.stringify({ aks_release_versions: [release] })],
    [
      at(`aks-releases/${release}/scan-reports`),
      aksReleaseDocument(release, [{ container: 'coredns', images: [coredns] }]),
    ],
    [at('aks-k8s-releases/_index'), JSON.stringify({ k8s_versions: ['1.35.6'] })],
    [at('aks-k8s-releases/1.35.6/scan-reports'), kubernetesReleaseDocument('1.35.6', [kubeProxy])],
    [at('vhd-releases/_index'), JSON.stringify({ vhd_release_versions: [node] })],
    [at(`vhd-releases/${node}/scan-reports`), nodeImageDocument([coredns])],
  ]);
}
