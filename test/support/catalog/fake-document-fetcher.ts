import { createHash } from 'node:crypto';
import type { DocumentFetcher, FetchedDocument } from '../../../shared/catalog/ports.js';
import { SyncError } from '../../../shared/model/errors.js';

/** A web of documents by address. What is not there cannot be reached. */
export class FakeDocumentFetcher implements DocumentFetcher {
  readonly asked: string[] = [];

  constructor(readonly documents: Map<string, string> = new Map()) {}

  async fetch(url: string, etag: string | undefined): Promise<FetchedDocument> {
    this.asked.push(url);
    const text = this.documents.get(url);
    if (text === undefined) throw new SyncError('CATALOG_SOURCE_UNAVAILABLE', `${url}: answered 503`);
    const current = `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
    return current === etag ? { kind: 'unchanged' } : { kind: 'document', text, etag: current };
  }
}
