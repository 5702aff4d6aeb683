import type { HostReply, HostRequest } from './http-message.js';

/** Headers that belong to one connection and must not be passed on. */
const connectionHeaders = [
  'host',
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
];

/**
 * Passes a request to the HTTP endpoint that the library opens when an app sets `enableHttpStream`, beside the invocation that it
 * belongs to, and takes the answer there. The body is gathered before it goes on to the client: enough to serve, not to stream live.
 * @param call the invocation; when it fails before it answers, so does this
 */
export async function exchangeThroughWorker(
  workerUrl: string,
  invocationId: string,
  request: HostRequest,
  call: Promise<unknown>,
): Promise<HostReply> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !connectionHeaders.includes(name)),
  );
  const failed = new AbortController();
  call.catch((error: unknown) => failed.abort(error));
  const hasBody = !['GET', 'HEAD'].includes(request.method);
  const response = await fetch(new URL(request.url.pathname + request.url.search, workerUrl), {
    method: request.method,
    headers: {
      ...headers,
      'x-ms-invocation-id': invocationId,
      'x-forwarded-host': request.url.host,
      'x-forwarded-proto': 'http',
    },
    ...(hasBody ? { body: new Uint8Array(request.body) } : {}),
    redirect: 'manual',
    signal: failed.signal,
  });
  const body = new Uint8Array(await response.arrayBuffer());
  await call;
  const passedOn = [...response.headers].filter(([name]) => !connectionHeaders.includes(name) && name !== 'set-cookie');
  const cookies = response.headers.getSetCookie();
  return {
    status: response.status,
    headers: { ...Object.fromEntries(passedOn), ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) },
    body,
  };
}
