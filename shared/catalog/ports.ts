import type { Catalog } from './catalog.js';

/** Reads documents of outside sources. */
export interface DocumentFetcher {
  /**
   * One conditional GET of a text; gzip is the adapter's own business. Idempotent.
   * @param etag of the copy that the caller has: `unchanged` where the source still has the same
   * @throws SyncError CATALOG_SOURCE_UNAVAILABLE when it cannot be reached, takes too long, or answers no success;
   * CATALOG_SOURCE_INVALID when it is larger than 20 MB or no UTF-8 text
   */
  fetch(url: string, etag: string | undefined): Promise<FetchedDocument>;
}

export type FetchedDocument =
  { readonly kind: 'unchanged' } | { readonly kind: 'document'; readonly text: string; readonly etag?: string };

export interface StoredDocument {
  readonly text: string;
  readonly etag: string;
}

/** Named texts with versions: the container `catalog` of the app's storage account. Names are paths such as `state/freshness.json`. */
export interface CatalogStore {
  /** ETags of all texts by name, in one request. */
  list(): Promise<ReadonlyMap<string, string>>;
  /** @returns undefined when there is no such text */
  read(name: string): Promise<StoredDocument | undefined>;
  /**
   * Replaces the version `etag`; undefined creates, and loses against a text that exists.
   * @returns its new ETag, or undefined when somebody else wrote first: nothing was written then
   */
  write(name: string, text: string, etag: string | undefined): Promise<string | undefined>;
}

/** The catalogue as of now. */
export interface CatalogReader {
  /** Held in memory; what others stored counts within a minute. Cheap to call. */
  current(): Promise<Catalog>;
}
