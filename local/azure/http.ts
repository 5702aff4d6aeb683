import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { BlobBytes } from './blob-bytes.js';

/** A request that was read to its end. */
export interface Received {
  readonly method: string;
  /** Decoded path, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A HEAD request gets its length only. */
  readonly body?: string | Buffer | BlobBytes;
}

export type Handle = (request: Received) => Answer | Promise<Answer>;

export interface TlsKeys {
  readonly key: string;
  readonly cert: string;
}

export interface Listening {
  readonly port: number;
  /** Received and sent so far, headers included; without what TLS adds. */
  bytes(): number;
  close(): Promise<void>;
}

/** `tls` absent: plain http. Listens on a free port of the loopback interface. */
export async function listen(handle: Handle, tls?: TlsKeys): Promise<Listening> {
  const onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
    void serve(handle, incoming, response);
  };
  const server = tls ? createHttpsServer({ key: tls.key, cert: tls.cert }, onRequest) : createHttpServer(onRequest);
  // Who asks again after a pause finds the connection that it kept: it would meet a server that has just closed it as a failure of Azure.
  server.keepAliveTimeout = 0;
  const bytes = countBytes(server, tls ? 'secureConnection' : 'connection');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    bytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function countBytes(server: Server, event: 'connection' | 'secureConnection'): () => number {
  const open = new Set<Socket>();
  let ofClosed = 0;
  server.on(event, (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      ofClosed += moved(socket);
    });
  });
  return () => [...open].reduce((sum, socket) => sum + moved(socket), ofClosed);
}

function moved({ bytesRead, bytesWritten }: Socket): number {
  return bytesRead + bytesWritten;
}

async function serve(handle: Handle, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(response, incoming.method ?? 'GET', await handle(await read(incoming)));
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (!response.headersSent) send(response, 'GET', { status: 500, body: `bug in the local Azure: ${text}` });
    else response.destroy();
  }
}

async function read(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  return {
    method: incoming.method ?? 'GET',
    path: decodeOrKeep(url.pathname),
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

function decodeOrKeep(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function send(response: ServerResponse, method: string, answer: Answer): void {
  const { body = Buffer.alloc(0) } = answer;
  const held = typeof body === 'string' ? Buffer.from(body) : body;
  const size = Buffer.isBuffer(held) ? held.length : held.size;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(size) });
  if (method === 'HEAD') response.end();
  else if (Buffer.isBuffer(held)) response.end(held);
  else Readable.from(held.chunks()).pipe(response);
}

/** JSON with its media type. */
export function answerJson(status: number, document: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(document),
  };
}

/** The token of `Authorization: Bearer …`. */
export function bearerToken(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
