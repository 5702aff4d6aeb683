import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';

/** By an import statement Node would load its own `fetch` with them, which takes as long as a small run. */
const http = process.getBuiltinModule('node:http');
/** Loaded with the first request that wants it: TLS takes a while. */
const loadHttps = () => process.getBuiltinModule('node:https');

/** Connections that are kept for the next request. */
interface Agents {
  readonly http: HttpAgent;
  https?: HttpsAgent;
}

/** `fetch` of one process, and its end. */
export interface HttpFetcher {
  readonly fetch: typeof fetch;
  /** Breaks off what is under way; later requests fail. */
  readonly close: () => void;
}

/**
 * The part of `fetch` that reads from registries, on Node's own client: no web streams between the socket and whoever hashes, which is
 * half of the processor time of pulling blobs, and nothing to load before the first request. Follows no redirect; whatever is no plain
 * GET or HEAD goes to `fetch`.
 */
export function createHttpFetcher(): HttpFetcher {
  const stop = new AbortController();
  const agents: Agents = { http: new http.Agent({ keepAlive: true }) };
  const fetcher = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { method = 'GET', redirect = 'follow' } = init;
    const isOurs =
      (method === 'GET' || method === 'HEAD') && redirect !== 'follow' && !(input instanceof Object && 'url' in input);
    if (!isOurs) return await fetch(input, { ...init, signal: bothSignals(init.signal, stop.signal) });
    if (stop.signal.aborted) throw new TypeError('the run was stopped');
    const message = await send(new URL(input), { ...init, method }, agents);
    const status = message.statusCode ?? 0;
    if (redirect === 'error' && status >= 300 && status < 400) {
      message.destroy();
      throw new TypeError('a redirect, where none is followed');
    }
    // Nobody reads the body of a HEAD, and its connection serves the next request only at its end.
    if (method === 'HEAD') message.resume();
    return responseOf(message, status);
  };
  const close = (): void => {
    stop.abort();
    agents.http.destroy();
    agents.https?.destroy();
  };
  return { fetch: fetcher, close };
}

function send(url: URL, { method, headers, signal }: RequestInit, agents: Agents): Promise<IncomingMessage> {
  const options = {
    method: method ?? 'GET',
    headers: headers as Readonly<Record<string, string>>,
    ...(signal ? { signal } : {}),
  };
  return new Promise((resolve, reject) => {
    const outgoing =
      url.protocol === 'https:'
        ? loadHttps().request(url, { ...options, agent: httpsAgentOf(agents) }, resolve)
        : http.request(url, { ...options, agent: agents.http }, resolve);
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function httpsAgentOf(agents: Agents): HttpsAgent {
  agents.https ??= new (loadHttps().Agent)({ keepAlive: true });
  return agents.https;
}

/** What readers of registries use of a `Response`; a body that ends early fails its reader, as with `fetch`. */
function responseOf(message: IncomingMessage, status: number): Response {
  const headers = {
    get: (name: string): string | null => {
      const value = message.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
  };
  const ok = status >= 200 && status < 300;
  return { ok, status, headers, body: message } as unknown as Response;
}

function bothSignals(own: AbortSignal | null | undefined, stop: AbortSignal): AbortSignal {
  return own ? AbortSignal.any([own, stop]) : stop;
}
