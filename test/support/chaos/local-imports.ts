import type { ImportOperations, ImportTarget } from '../../../local/azure/import-operations.js';
import type { Answer, Received } from '../../../local/azure/http.js';
import { SyncError } from '../../../shared/model/errors.js';
import type { ImportProgress, Imports } from '../../../shared/warming/ports.js';

/** Host by which rules and imports name MAR. */
export const marHost = 'mcr.microsoft.com';

/** `importImage` of the local Azure without a socket, its answers read as the real adapter reads them. */
export class LocalImports implements Imports {
  /** @param targets by key of the registry's resource id */
  constructor(
    private readonly operations: ImportOperations,
    private readonly targets: ReadonlyMap<string, ImportTarget>,
  ) {}

  async start(
    registry: string,
    source: Parameters<Imports['start']>[1],
    target: Parameters<Imports['start']>[2],
  ): Promise<ImportProgress> {
    const into = this.targets.get(registry.toLowerCase());
    if (!into) throw new SyncError('REGISTRY_NOT_FOUND', registry);
    const body = {
      source: { registryUri: marHost, sourceImage: `${source.repository}@${source.digest}` },
      targetTags: [`${target.repository}:${target.tag}`],
      mode: 'Force',
    };
    return progressOf(this.operations.begin(into, received('POST', body)));
  }

  async resume(_registry: string, token: string): Promise<ImportProgress> {
    return progressOf(this.operations.answerOperation(token, received('GET', {})));
  }
}

/** An operation that failed with 200 looks like one that ended well. */
function progressOf({ status, headers, body }: Answer): ImportProgress {
  if (status === 202) {
    const token = /operationResults\/([^?]+)/.exec(headers?.location ?? '')?.[1] ?? '';
    return { kind: 'running', token, retryAfterSeconds: Number(headers?.['retry-after'] ?? 0) };
  }
  if (status === 200 || status === 404) return { kind: 'ended' };
  const text = typeof body === 'string' ? body : '';
  if (text.includes('TOOMANYREQUESTS')) throw new SyncError('ARM_THROTTLED', text);
  throw new SyncError(status === 403 ? 'ARM_FORBIDDEN' : 'IMPORT_FAILED', `${status} ${text}`);
}

function received(method: string, body: object): Received {
  const headers = { host: 'management.azure.com' };
  return { method, path: '', query: new URLSearchParams(), headers, body: Buffer.from(JSON.stringify(body)) };
}
