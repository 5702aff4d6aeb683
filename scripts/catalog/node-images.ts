import { newestFirst } from '../../shared/catalog/component-tags.js';
import { compareTags } from '../../shared/catalog/version-order.js';
import { splitReference, type NodeImageNotes, type Reference } from './reference.js';

/** Releases that are kept: a pool on an older image is about to get a newer one. */
const keptReleases = 3;

/** Tags of the OCI artifacts that stand for a package of a node image, which nodes then do not pull. */
const packageArtifacts: Readonly<Record<string, (version: string) => readonly (readonly [string, string])[]>> = {
  kubelet: (version) => [['aks/packages/kubernetes/kubelet', `v${upstream(version)}`]],
  kubectl: (version) => [['aks/packages/kubernetes/kubectl', `v${upstream(version)}`]],
  'kubernetes-binaries': (version) => [['oss/binaries/kubernetes/kubernetes-node', `${version}-linux-amd64`]],
  // One name for two forms: the tarball's version starts with `v`, the package's does not.
  'azure-acr-credential-provider': (version) =>
    version.startsWith('v')
      ? [['oss/binaries/kubernetes/azure-acr-credential-provider', `${version}-linux-amd64`]]
      : [['aks/packages/kubernetes/azure-acr-credential-provider', `v${upstream(version)}`]],
};

/** What the newest node images carry; images of the same content stand together. Source: AKS `vhd-notes`. */
export function buildNodeImages(reference: Reference) {
  const releases = newestFirst(reference.nodeImages.map(({ release }) => release)).slice(0, keptReleases);
  const groups = new Map<string, { names: string[]; contents: Record<string, string[]> }>();
  for (const notes of reference.nodeImages.filter(({ release }) => releases.includes(release))) {
    const contents = contentsOf(notes);
    const key = JSON.stringify(contents);
    const group = groups.get(key) ?? { names: [], contents };
    group.names = [...group.names, `${notes.os}/${notes.release}`].sort();
    groups.set(key, group);
  }
  const byNewest = (a: { names: string[] }, b: { names: string[] }): number =>
    compareTags(newestOf(b.names), newestOf(a.names)) || (a.names.join() < b.names.join() ? -1 : 1);
  return [...groups.values()].sort(byNewest);
}

function contentsOf({ images, packages }: NodeImageNotes): Record<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (repository: string, tag: string): void => {
    found.set(repository, [...(found.get(repository) ?? []), tag]);
  };
  for (const image of images) {
    const { repository, tag } = splitReference(image);
    add(repository, tag);
  }
  for (const [name, version] of packages) {
    for (const [repository, tag] of packageArtifacts[name]?.(version) ?? []) add(repository, tag);
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([repository, tags]) => [repository, newestFirst(tags)]));
}

/** `1.34.8` of `1.34.8-ubuntu22.04u1` and `1.34.8-1.azl3`. */
function upstream(version: string): string {
  return version.replace(/-.*$/, '');
}

function newestOf(names: readonly string[]): string {
  return newestFirst(names.map((name) => name.slice(name.indexOf('/') + 1)))[0] ?? '';
}
