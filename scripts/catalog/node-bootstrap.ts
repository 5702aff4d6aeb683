import type { NodeBootstrap } from '../../shared/catalog/schema.js';
import { compareTags } from '../../shared/catalog/version-order.js';
import { agentBakerTags, newestNodeImageTags, sortedTags } from './known-tags.js';
import { splitReference, type Reference } from './reference.js';

type Package = Reference['agentBaker']['Packages'][number];
type PackageOs = 'azurelinux' | 'default' | 'flatcar' | 'ubuntu';

const packageOs: readonly PackageOs[] = ['ubuntu', 'azurelinux'];
const supported = new Set(['r2204', 'r2404', 'v3.0', 'current']);

/** Thresholds and references: node-bootstrap.md section 2; versions: AgentBaker's package list. */
export function buildNodeBootstrap(reference: Reference): NodeBootstrap {
  const repositoriesOf = (name: string): readonly string[] =>
    reference.components.find(({ component }) => component === name)?.repositories ?? [];
  const repositoryOf = (name: string): string => {
    const repository = repositoriesOf(name)[0];
    if (repository === undefined) throw new Error(`components.json has no repository for ${name}`);
    return repository;
  };
  const repositories = (...names: string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, repositoryOf(name)]));
  const packaged = versionsOf(reference, 'azure-acr-credential-provider-pmc', packageOs);
  const tarballs = versionsOf(reference, 'azure-acr-credential-provider', ['default']);
  const extensions = versionsOf(reference, 'azure-acr-credential-provider-pmc', ['flatcar']);
  const binaries = versionsOf(reference, 'kubernetes-binaries', ['default']);
  const name = {
    package: 'azure-acr-credential-provider-package',
    tarball: 'azure-acr-credential-provider',
    extension: 'azure-acr-credential-provider-sysext',
  };
  return {
    packages: { since: '1.34.0', repositories: repositories('kubelet-package', 'kubectl-package') },
    kubernetesNode: {
      component: 'kubernetes-node',
      repository: repositoryOf('kubernetes-node'),
      versions: sortedTags(
        Object.values(binaries)
          .flat()
          .map((version) => `v${version}`),
      ),
    },
    credentialProvider: {
      package: {
        component: name.package,
        since: '1.33.0',
        repository: repositoryOf(name.package),
        versionsByMinor: packaged,
      },
      tarball: { component: name.tarball, repository: repositoryOf(name.tarball), versionsByMinor: tarballs },
    },
    pause: pauseImages(reference),
    systemExtensions: {
      osSkus: ['AzureContainerLinux', 'Flatcar'],
      revision: 1,
      distribution: 'azlinux3',
      architectures: { amd64: 'x86-64', arm64: 'arm64' },
      repositories: repositories('kubelet-sysext', 'kubectl-sysext'),
      credentialProvider: {
        component: name.extension,
        repository: repositoryOf(name.extension),
        versionsByMinor: extensions,
      },
    },
    gpuDrivers: { ubuntu: gpuDriverImages(reference), systemExtensions: [...repositoriesOf('acl-gpu-sysext')] },
    ...operatingSystems,
  };
}

/** By variant, `cuda-lts` of `aks/aks-gpu-cuda-lts`. */
function gpuDriverImages(reference: Reference): NodeBootstrap['gpuDrivers']['ubuntu'] {
  const images = reference.agentBaker.GPUContainerImages.map(({ downloadURL, gpuVersion }) => {
    const { repository } = splitReference(downloadURL);
    return [repository.replace('aks/aks-gpu-', ''), { repository, tag: gpuVersion.latestVersion }] as const;
  });
  return Object.fromEntries(images);
}

/** Source: AKS, "Upgrade the OS version for your node pools"; node-bootstrap.md section 2, "platform". */
const operatingSystems: Pick<NodeBootstrap, 'osVersions' | 'osSkus' | 'ubuntuDefaults'> = {
  osVersions: { 'ubuntu-22.04': 'ubuntu 22.04', 'ubuntu-24.04': 'ubuntu 24.04', 'azurelinux-3.0': 'azurelinux 3.0' },
  osSkus: {
    AzureLinux: 'azurelinux-3.0',
    AzureLinux3: 'azurelinux-3.0',
    CBLMariner: 'azurelinux-3.0',
    Ubuntu2204: 'ubuntu-22.04',
    Ubuntu2404: 'ubuntu-24.04',
  },
  ubuntuDefaults: [
    { since: '1.35.0', os: 'ubuntu-24.04' },
    { since: '1.25.0', os: 'ubuntu-22.04' },
  ],
};

/** Versions of a package per Kubernetes minor, newest first, without `v` and package revision (`1.35.8-ubuntu24.04u1` -> `1.35.8`). */
function versionsOf(reference: Reference, name: string, systems: readonly PackageOs[]): Record<string, string[]> {
  const found = reference.agentBaker.Packages.find((entry) => entry.name === name);
  if (!found) throw new Error(`AgentBaker's list has no package ${name}`);
  const versions = new Map<string, string[]>();
  for (const { k8sVersion, latestVersion, previousLatestVersion } of entriesOf(found, systems)) {
    if (k8sVersion === undefined) throw new Error(`${name}: a version without a Kubernetes minor`);
    const named = [latestVersion, previousLatestVersion ?? latestVersion].map(upstreamVersion);
    versions.set(k8sVersion, sortedTags([...(versions.get(k8sVersion) ?? []), ...named]));
  }
  return Object.fromEntries([...versions].sort(([a], [b]) => compareTags(a, b)));
}

function entriesOf(found: Package, systems: readonly PackageOs[]) {
  return systems.flatMap((os) =>
    Object.entries(found.downloadURIs[os] ?? {})
      .filter(([release]) => supported.has(release))
      .flatMap(([, { versionsV2 }]) => versionsV2),
  );
}

/** The package revision goes, a long-term support mark stays: `v1.30.101-akslts` is the name of a build. */
function upstreamVersion(version: string): string {
  return version.replace(/^v/, '').replace(/-(?!akslts).*$/, '');
}

/** Every sandbox image that Linux node images bake, in AgentBaker's list or the newest notes; newest path and version first. */
function pauseImages(reference: Reference): { repository: string; tag: string }[] {
  const lists = [agentBakerTags(reference), newestNodeImageTags(reference)];
  const repositories = reference.components.find(({ component }) => component === 'pause')?.repositories ?? [];
  return repositories.flatMap((repository) =>
    sortedTags(lists.flatMap((tags) => [...(tags.get(repository) ?? [])])).map((tag) => ({ repository, tag })),
  );
}
