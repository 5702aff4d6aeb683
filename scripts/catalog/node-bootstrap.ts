import { newestFirst } from '../../shared/catalog/component-tags.js';
import type { NodeBootstrap } from '../../shared/catalog/schema.js';
import { agentBakerTags, newestNodeImageTags } from './known-tags.js';
import type { Reference } from './reference.js';

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
  const { packages } = reference.agentBaker;
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
      versions: packages.kubernetesNode,
    },
    credentialProvider: {
      package: {
        component: name.package,
        since: '1.33.0',
        repository: repositoryOf(name.package),
        versionsByMinor: packages.credentialProviderPackage,
      },
      tarball: {
        component: name.tarball,
        repository: repositoryOf(name.tarball),
        versionsByMinor: packages.credentialProviderTarball,
      },
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
        versionsByMinor: packages.credentialProviderExtension,
      },
    },
    gpuDrivers: { ubuntu: gpuDriverImages(reference), systemExtensions: [...repositoriesOf('acl-gpu-sysext')] },
    ...operatingSystems,
  };
}

/** By variant, `cuda-lts` of `aks/aks-gpu-cuda-lts`. */
function gpuDriverImages(reference: Reference): NodeBootstrap['gpuDrivers']['ubuntu'] {
  const images = reference.agentBaker.gpuImages.map(
    (image) => [image.repository.replace('aks/aks-gpu-', ''), image] as const,
  );
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

/** Every sandbox image that Linux node images bake, in AgentBaker's list or the newest notes; newest path and version first. */
function pauseImages(reference: Reference): { repository: string; tag: string }[] {
  const lists = [agentBakerTags(reference), newestNodeImageTags(reference)];
  const repositories = reference.components.find(({ component }) => component === 'pause')?.repositories ?? [];
  return repositories.flatMap((repository) =>
    newestFirst(lists.flatMap((tags) => [...(tags.get(repository) ?? [])])).map((tag) => ({ repository, tag })),
  );
}
