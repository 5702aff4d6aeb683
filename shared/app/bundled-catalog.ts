import { loadBundledSources } from '../catalog/bundled-sources.js';
import { loadCatalog } from '../catalog/catalog.js';
import { describeCatalog, type CatalogDescription } from '../catalog/describe-catalog.js';

export type { CatalogDescription } from '../catalog/describe-catalog.js';

/** What the catalogue that comes with the program knows, how old it is, and what it does not know: no network, no clock. */
export function describeBundledCatalog(): CatalogDescription {
  return describeCatalog(loadCatalog(), loadBundledSources());
}
