import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerAdmin } from './admin-endpoints.js';
import { answerEventGrid } from './event-grid-webhook.js';
import type { FunctionIndex } from './function-index.js';
import { describeError, type HostLog } from './host-log.js';
import type { HostKeys } from './host-keys.js';
import { notFound, readRequest, sendReply, type HostReply, type HostRequest } from './http-message.js';
import { answerHttp } from './http-trigger.js';
import type { Worker } from './worker.js';

export interface HostServerParts {
  readonly worker: Worker;
  readonly index: FunctionIndex;
  readonly keys: HostKeys;
  readonly routePrefix: string;
  readonly httpStreamUrl: string | undefined;
  readonly log: HostLog;
}

/** The host's HTTP front: function routes, admin endpoints and the webhook of the Event Grid extension. Not listening yet. */
export function createHostServer(parts: HostServerParts): Server {
  const server = createServer((message, response) => {
    readRequest(message)
      .then((request) => answer(parts, request))
      .catch((error: unknown): HostReply => {
        parts.log.write('error', `HTTP front: ${describeError(error)}`);
        return { status: 500 };
      })
      .then((reply) => sendReply(response, reply))
      .catch(() => response.destroy());
  });
  // As in `azure/http.ts`.
  server.keepAliveTimeout = 0;
  return server;
}

async function answer(parts: HostServerParts, request: HostRequest): Promise<HostReply> {
  const path = request.url.pathname.replace(/^\/+/, '');
  const { functions } = parts.index;
  if (path.startsWith('admin/')) return answerAdmin(parts, request, path.slice('admin/'.length));
  if (path === 'runtime/webhooks/eventgrid') {
    return request.method === 'POST' ? answerEventGrid({ ...parts, functions }, request) : notFound;
  }
  const prefix = parts.routePrefix === '' ? '' : `${parts.routePrefix.replace(/^\/+|\/+$/g, '')}/`;
  if (!path.toLowerCase().startsWith(prefix.toLowerCase())) return notFound;
  return answerHttp({ ...parts, functions }, request, path.slice(prefix.length));
}

/** @returns the port; 0 asks for a free one */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
