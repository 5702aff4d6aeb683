import { loadCatalog, type Catalog } from '../../../shared/catalog/catalog.js';

/**
 * The bundled catalogue cut down to what has a shape of its own: images of two platforms, one whose tag must be listed, a package of
 * six platforms, a tarball that is a single manifest. Few artifacts, so that much happens to each.
 */
export function tinyCatalog(): Catalog {
  const catalog = loadCatalog();
  const kept = ['coredns', 'kube-proxy'];
  const { nodeBootstrap } = catalog;
  const { credentialProvider, pause, packages } = nodeBootstrap;
  const newest = (versions: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(versions).map(([minor, list]) => [minor, list.slice(0, 1)]));
  return {
    ...catalog,
    components: new Map([...catalog.components].filter(([name]) => kept.includes(name))),
    nodeBootstrap: {
      ...nodeBootstrap,
      packages: { ...packages, repositories: { 'kubelet-package': 'aks/packages/kubernetes/kubelet' } },
      credentialProvider: {
        package: { ...credentialProvider.package, versionsByMinor: newest(credentialProvider.package.versionsByMinor) },
        tarball: { ...credentialProvider.tarball, versionsByMinor: newest(credentialProvider.tarball.versionsByMinor) },
      },
      pause: pause.slice(0, 1),
    },
  };
}
