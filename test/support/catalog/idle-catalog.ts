import type { CatalogKeeper } from '../../../shared/app/ports.js';
import type { CatalogStatus } from '../../../shared/catalog/current-catalog.js';

/** The status of a catalogue of bundled data only. */
export const bundledOnly: CatalogStatus = {
  sources: [{ name: 'bundled', state: 'fresh', detail: 'comes with the app' }],
  overrides: { state: 'none', detail: 'there is no overrides.json' },
};

/** Has no sources to read. */
export const idleCatalogKeeper: CatalogKeeper = {
  refresh: async () => ({ sources: [], alerts: [] }),
  isOverdue: async () => false,
  describe: async () => bundledOnly,
  news: async () => undefined,
  remember: async () => undefined,
};
