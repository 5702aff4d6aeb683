import { loadCatalog, type Catalog } from '../../shared/catalog/catalog.js';

/** The bundled catalogue cut down to a few images that every cluster runs, and the node's own binaries: a small set, quick to plan. */
export function smallCatalog(): Catalog {
  const catalog = loadCatalog();
  const kept = ['coredns', 'kube-proxy', 'konnectivity-agent', 'metrics-server'];
  return {
    ...catalog,
    components: new Map([...catalog.components].filter(([name]) => kept.includes(name))),
  };
}
