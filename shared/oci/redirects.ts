import { SyncError } from '../model/errors.js';
import { isLoopback } from './loopback.js';
import { readText } from './response.js';

const mostRedirects = 5;
const redirectStatuses = [301, 302, 303, 307, 308];
/** By which ACR says that a cache rule proxies what it was asked for (Azure/acr#862). */
const originHeader = 'x-azure-origin';

export interface Outgoing {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Sends a request and follows its redirects: ACR serves blobs from `*.data.azurecr.io` or `*.blob.core.windows.net` by a signed
 * address, MAR from its own data hosts. Source: azure-docs container-registry-dedicated-data-endpoints.md.
 *
 * The registry's token stays with the registry: a redirect to another origin goes without `Authorization`, and so does all that
 * follows it. What the registry said of the origin stays with the answer: the host behind a redirect knows nothing of cache rules.
 * A registry elsewhere leads us neither to plain http nor to this machine, where an identity endpoint may listen.
 * @throws SyncError REGISTRY_UNAVAILABLE for a redirect that we do not follow; whatever `fetcher` throws
 */
export async function fetchFollowing(url: string, outgoing: Outgoing, fetcher: typeof fetch): Promise<Response> {
  const home = new URL(url);
  let next = home;
  let headers = outgoing.headers;
  let origin: string | undefined;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const response = await fetcher(next.href, { ...outgoing, headers, redirect: 'manual' });
    const location = redirectStatuses.includes(response.status) ? response.headers.get('location') : null;
    if (location === null) return origin === undefined ? response : withOrigin(response, origin);
    origin ??= response.headers.get(originHeader) ?? undefined;
    // Read to its end, so that the connection serves the next request.
    await readText(response, home.href);
    next = targetOf(location, next, home);
    if (next.origin !== home.origin) headers = withoutAuthorization(headers);
  }
  throw refused(home, `more than ${mostRedirects} redirects`);
}

function targetOf(location: string, from: URL, home: URL): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (!target) throw refused(home, 'a redirect to no address');
  const isFine = isLoopback(home.hostname)
    ? target.protocol === 'https:' || (target.protocol === 'http:' && isLoopback(target.hostname))
    : target.protocol === 'https:' && !isLoopback(target.hostname);
  // The query is a signature that opens the blob to whoever reads it: never in a message.
  if (!isFine) throw refused(home, `a redirect to ${target.origin.slice(0, 200)}, which we do not follow`);
  return target;
}

/** The same answer, and by its header where it comes from; of the rest as much as readers of registries use. */
function withOrigin({ ok, status, headers, body }: Response, origin: string): Response {
  const get = (name: string): string | null => (name.toLowerCase() === originHeader ? origin : headers.get(name));
  return { ok, status, headers: { get }, body } as unknown as Response;
}

function withoutAuthorization(headers: Outgoing['headers']): Outgoing['headers'] {
  const { authorization: _stays, ...rest } = headers;
  return rest;
}

function refused(home: URL, what: string): SyncError {
  return new SyncError('REGISTRY_UNAVAILABLE', `${home.origin}${home.pathname}: ${what}`);
}
