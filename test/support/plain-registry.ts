import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { growArtifactTree } from '../../local/azure/artifact-tree.js';
import type { ArtifactRef } from '../../shared/model/artifact.js';

/** What becomes of a request: "hang" never answers, a status answers with it and with `retryAfter` seconds. */
export type Fault = 'hang' | { readonly status: number; readonly retryAfter?: number };

/** A registry on loopback that holds a few artifacts and answers as a test wants. */
export interface PlainRegistry {
  readonly endpoint: string;
  /** Requests so far, as `GET /v2/…`. */
  readonly requests: readonly string[];
  /** Undefined: as a registry should. */
  fault: (request: string) => Fault | undefined;
  close(): Promise<void>;
}

export async function startPlainRegistry(artifacts: readonly ArtifactRef[]): Promise<PlainRegistry> {
  const requests: string[] = [];
  const registry = { fault: (_request: string): Fault | undefined => undefined };
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    const fault = registry.fault(line);
    if (fault === undefined) answer(artifacts, request, response);
    else if (fault !== 'hang') refuse(response, fault);
  });
  // As in `local/azure/http.ts`.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(registry, { endpoint: `http://127.0.0.1:${port}`, requests, close });
}

function refuse(response: ServerResponse, { status, retryAfter }: Exclude<Fault, 'hang'>): void {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  response
    .writeHead(status, headers)
    .end(JSON.stringify({ errors: [{ code: 'TEST', message: `as told: ${status}` }] }));
}

function answer(
  artifacts: readonly ArtifactRef[],
  { url = '', method }: IncomingMessage,
  response: ServerResponse,
): void {
  const [, repository, kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
  const trees = artifacts
    .filter((one) => one.repository === repository)
    .map(({ tag, ...one }) => ({ tag, tree: growArtifactTree(one.repository, tag) }));
  const isHead = method === 'HEAD';
  for (const { tag, tree } of trees) {
    const manifest =
      kind === 'manifests'
        ? [...tree.manifests.values()].find(
            ({ digest }) => digest === (reference === tag ? tree.root.digest : reference),
          )
        : undefined;
    if (manifest) {
      const { digest, mediaType, body } = manifest;
      response.writeHead(200, {
        'content-type': mediaType,
        'docker-content-digest': digest,
        'content-length': body.length,
      });
      response.end(isHead ? undefined : body);
      return;
    }
    const blob = kind === 'blobs' ? [...tree.blobs.values()].find(({ digest }) => digest === reference) : undefined;
    if (blob) {
      response.writeHead(200, { 'content-length': blob.size });
      if (isHead) response.end();
      else Readable.from(blob.chunks()).pipe(response);
      return;
    }
  }
  refuse(response, { status: 404 });
}
