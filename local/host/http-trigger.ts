import { randomUUID } from 'node:crypto';
import type { IndexedFunction, Trigger } from './function-index.js';
import type { HttpCookie, HttpResponseData, TypedData } from './functions-core.js';
import { opens, type HostKeys } from './host-keys.js';
import { notFound, presentedKey, unauthorized, type HostReply, type HostRequest } from './http-message.js';
import { exchangeThroughWorker } from './http-stream.js';
import { matchRoute } from './route-template.js';
import type { Worker } from './worker.js';

export interface HttpTriggerHost {
  readonly worker: Worker;
  readonly keys: HostKeys;
  readonly httpStreamUrl: string | undefined;
  /** In name order. */
  readonly functions: readonly IndexedFunction[];
}

interface Match {
  readonly name: string;
  readonly trigger: Extract<Trigger, { kind: 'http' }>;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The first function in name order whose route and methods fit, whatever is literal in later ones. A method that none lists is a
 * 404, not a 405 (Azure/azure-functions-host#10098). Source of the order: azure-facts.md section 8.
 * @param path without the route prefix
 */
function matchFunction(functions: readonly IndexedFunction[], method: string, path: string): Match | undefined {
  for (const { name, trigger, isDisabled } of functions) {
    if (trigger.kind !== 'http' || isDisabled) continue;
    if (trigger.methods.length > 0 && !trigger.methods.includes(method)) continue;
    const params = matchRoute(trigger.route, path);
    if (params !== undefined) return { name, trigger, params };
  }
  return undefined;
}

/** Answers one request below the route prefix; a handler that throws is a 500 without a body. */
export async function answerHttp(host: HttpTriggerHost, request: HostRequest, path: string): Promise<HostReply> {
  const match = matchFunction(host.functions, request.method, path);
  if (match === undefined) return notFound;
  if (!opens(match.trigger.authLevel, presentedKey(request), host.keys)) return unauthorized;
  const invocation = {
    functionName: match.name,
    reason: 'This function was programmatically called via the host APIs.',
    input: { http: toRpcRequest(request, match.params) },
    triggerMetadata: toTriggerMetadata(request, match.params),
    invocationId: randomUUID(),
  };
  try {
    if (host.httpStreamUrl !== undefined) {
      const call = host.worker.invoke(invocation);
      return await exchangeThroughWorker(host.httpStreamUrl, invocation.invocationId, request, call);
    }
    const response = await host.worker.invoke(invocation);
    return toReply(response.returnValue);
  } catch {
    return { status: 500 };
  }
}

function toRpcRequest(request: HostRequest, params: Readonly<Record<string, string>>) {
  return {
    url: request.url.href,
    method: request.method,
    headers: request.headers,
    query: Object.fromEntries(request.url.searchParams),
    params,
    body: { bytes: request.body },
  };
}

function toTriggerMetadata(request: HostRequest, params: Readonly<Record<string, string>>): Record<string, TypedData> {
  return {
    ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
    Headers: { json: JSON.stringify(request.headers) },
    Query: { json: JSON.stringify(Object.fromEntries(request.url.searchParams)) },
  };
}

/** A handler that returns nothing is answered 204 (unverified against the real host). */
function toReply(value: TypedData | null | undefined): HostReply {
  const http = value?.http as HttpResponseData | null | undefined;
  if (http === null || http === undefined) return { status: 204 };
  const cookies = (http.cookies ?? []).map(toSetCookie);
  return {
    status: Number(http.statusCode ?? 200),
    headers: { ...http.headers, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) },
    body: http.body?.bytes ?? http.body?.string ?? http.body?.json ?? '',
  };
}

function toSetCookie(cookie: HttpCookie): string {
  const sameSite = cookie.sameSite === 'explicitNone' ? 'none' : cookie.sameSite;
  const attributes = [
    cookie.path === undefined ? '' : `Path=${cookie.path.value}`,
    cookie.domain === undefined ? '' : `Domain=${cookie.domain.value}`,
    cookie.maxAge === undefined ? '' : `Max-Age=${cookie.maxAge.value}`,
    cookie.secure?.value === true ? 'Secure' : '',
    cookie.httpOnly?.value === true ? 'HttpOnly' : '',
    sameSite === undefined || cookie.sameSite === 'none' ? '' : `SameSite=${sameSite}`,
  ];
  return [`${cookie.name}=${encodeURIComponent(cookie.value)}`, ...attributes].filter((part) => part !== '').join('; ');
}
