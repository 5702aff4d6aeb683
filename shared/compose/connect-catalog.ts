import { BlobCatalogStore } from '../azure/blob-catalog-store.js';
import { HttpDocumentFetcher } from '../azure/document-fetcher.js';
import type { Storage } from '../azure/storage.js';
import type { CatalogKeeper } from '../app/ports.js';
import { loadCatalog } from '../catalog/catalog.js';
import { watchCatalogNews, rememberCatalogNews } from '../catalog/catalog-news.js';
import { CurrentCatalog } from '../catalog/current-catalog.js';
import { refreshCatalog, watchRefresh } from '../catalog/refresh-catalog.js';
import type { Config } from '../config.js';
import type { Problems } from '../gate/ports.js';

/** The catalogue that plans are made from, and who keeps it fresh. */
export function connectCatalog(config: Config, storage: Storage, problems: Problems, now: () => Date) {
  const sources = { store: new BlobCatalogStore(storage.container('catalog')), addresses: config, now };
  const catalog = new CurrentCatalog({
    ...sources,
    bundled: loadCatalog(),
    alert: ({ subject, reason }) => problems.add({ at: now(), source: 'catalog', subject, reason }),
  });
  const { news, lookAgain } = watchCatalogNews(sources);
  const catalogKeeper: CatalogKeeper = {
    refresh: async () => {
      lookAgain();
      return await refreshCatalog({ ...sources, fetcher: new HttpDocumentFetcher() });
    },
    isOverdue: watchRefresh(sources),
    describe: () => catalog.describe(),
    news,
    remember: (news) => rememberCatalogNews(sources.store, news),
  };
  return { catalog, catalogKeeper };
}
