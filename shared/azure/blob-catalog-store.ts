import type { ContainerClient } from '@azure/storage-blob';
import type { CatalogStore, StoredDocument } from '../catalog/ports.js';
import { SyncError } from '../model/errors.js';
import { isConflict, isNotFound } from './table-errors.js';

/** More than the app ever writes; people can upload anything. */
const mostBytes = 64 * 1024 * 1024;

/** Texts as blobs of one container. Lists spell ETags without quotes, answers with them: here they have none. */
export class BlobCatalogStore implements CatalogStore {
  constructor(private readonly container: ContainerClient) {}

  async list(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    try {
      for await (const { name, properties } of this.container.listBlobsFlat())
        found.set(name, unquoted(properties.etag));
    } catch (error) {
      // An app that was just updated may plan before its storage is made ready.
      if (!isNotFound(error)) throw error;
    }
    return found;
  }

  /** @throws SyncError CATALOG_SOURCE_INVALID for a blob that is too large to be ours */
  async read(name: string): Promise<StoredDocument | undefined> {
    try {
      const { contentLength = 0, etag, readableStreamBody } = await this.container.getBlobClient(name).download();
      if (contentLength > mostBytes) {
        (readableStreamBody as NodeJS.ReadableStream & { destroy?: () => void }).destroy?.();
        throw new SyncError(
          'CATALOG_SOURCE_INVALID',
          `${name}: the document: larger than ${mostBytes / 1024 / 1024} MB`,
        );
      }
      const chunks: Buffer[] = [];
      for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
      return { text: Buffer.concat(chunks).toString('utf8'), etag: unquoted(etag) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async write(name: string, text: string, etag: string | undefined): Promise<string | undefined> {
    const body = Buffer.from(text);
    try {
      const written = await this.container.getBlockBlobClient(name).upload(body, body.length, {
        conditions: etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: `"${etag}"` },
        blobHTTPHeaders: { blobContentType: 'application/json' },
      });
      return unquoted(written.etag);
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw error;
    }
  }
}

function unquoted(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}
