import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request, read to its end. `headers` in lower case, repeated ones joined by a comma. */
export interface HostRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HostReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

/** What the host answers for every unknown path and every method that a route does not list. */
export const notFound: HostReply = { status: 404 };
export const unauthorized: HostReply = { status: 401 };

export async function readRequest(message: IncomingMessage): Promise<HostRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const url = new URL(message.url ?? '/', `http://${headers['host'] ?? 'localhost'}`);
  return { method: message.method ?? 'GET', url, headers, body: Buffer.concat(chunks) };
}

export function sendReply(response: ServerResponse, reply: HostReply): void {
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  const body = Buffer.from(reply.body ?? '');
  if (reply.status !== 204 && reply.status !== 304) response.setHeader('content-length', body.length);
  response.writeHead(reply.status).end(body);
}

export function jsonReply(status: number, value: unknown): HostReply {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}

/** The key of a request: the header `x-functions-key`, else the query parameter `code`. */
export function presentedKey(request: HostRequest): string | undefined {
  return request.headers['x-functions-key'] ?? request.url.searchParams.get('code') ?? undefined;
}
