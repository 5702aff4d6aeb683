import { z } from 'zod';
import type { FunctionIndex, IndexedFunction } from './function-index.js';
import type { TypedData } from './functions-core.js';
import { opens, type HostKeys } from './host-keys.js';
import { jsonReply, notFound, presentedKey, unauthorized, type HostReply, type HostRequest } from './http-message.js';
import { describeTimer } from './timer-info.js';
import type { Worker } from './worker.js';

export interface AdminHost {
  readonly worker: Worker;
  readonly keys: HostKeys;
  readonly index: FunctionIndex;
  readonly routePrefix: string;
}

/** `/admin/...`: all but the ping want the master key. */
export async function answerAdmin(host: AdminHost, request: HostRequest, path: string): Promise<HostReply> {
  if (path === 'host/ping') return { status: 200 };
  if (!opens('admin', presentedKey(request), host.keys)) return unauthorized;
  if (request.method === 'GET' && path === 'host/status') return jsonReply(200, describeHost(host));
  if (request.method === 'GET' && path === 'functions') {
    return jsonReply(
      200,
      host.index.functions.map((indexed) => describeFunction(indexed, request.url.origin, host.routePrefix)),
    );
  }
  const name = /^functions\/([^/]+)$/.exec(path)?.[1];
  const target = host.index.functions.find((candidate) => candidate.name === name);
  if (target === undefined) return notFound;
  if (request.method === 'GET') {
    return jsonReply(200, describeFunction(target, request.url.origin, host.routePrefix));
  }
  return request.method === 'POST' ? runByHand(host.worker, target, request.body) : notFound;
}

function describeHost(host: AdminHost): object {
  return {
    id: 'local',
    state: 'Running',
    version: '4.1042.0',
    processUptime: Math.round(process.uptime() * 1000),
    errors: host.index.failures.map(({ name, reason }) => `The '${name}' function is in error: ${reason}`),
  };
}

function describeFunction({ name, trigger, bindings, isDisabled }: IndexedFunction, origin: string, prefix: string) {
  const url =
    trigger.kind === 'http' ? [origin, prefix, trigger.route.text].filter((part) => part !== '').join('/') : null;
  return { name, language: 'node', isDisabled, invoke_url_template: url, config: { name, bindings } };
}

const inputSchema = z.object({ input: z.string().default('') });

/** Starts a function that is not HTTP and does not wait for it: 202 like the real host, whatever becomes of the call. */
function runByHand(worker: Worker, { name, trigger }: IndexedFunction, body: Buffer): HostReply {
  if (trigger.kind === 'http') return notFound;
  const parsed = inputSchema.safeParse(parseBody(body));
  if (!parsed.success) return { status: 400, body: 'wants a JSON body {"input": "..."}' };
  const input: TypedData =
    trigger.kind === 'timer' ? { json: JSON.stringify(describeTimer(undefined)) } : { string: parsed.data.input };
  const reason = 'This function was programmatically called via the host APIs.';
  worker.invoke({ functionName: name, reason, input }).catch(() => undefined);
  return { status: 202 };
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
