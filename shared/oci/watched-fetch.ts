import { parseRetryAfter } from '../model/retry-after.js';
import type { BudgetAccount, Budgets } from '../warming/ports.js';

/** Who counts what servers answer. `SharedBudgets` implements it. */
export interface RequestWatch extends Pick<Budgets, 'observe'> {
  /** Seconds for which nothing may be sent; 0 when it may. */
  pauseOf(account: BudgetAccount): number;
  /** Tells other instances of a pause that `observe` has seen. Best effort: must not throw. */
  announce(registry: string): Promise<void>;
}

/**
 * `fetch` that sends nothing while a server wants to be left alone: the caller gets that server's 429 again, with the seconds that are
 * left, and nobody waits here. What servers answer is told to the watch.
 * @param accountOf undefined for requests that nobody counts, such as those to the storage behind a redirect
 */
export function watchFetch(
  watch: RequestWatch,
  accountOf: (url: URL) => BudgetAccount | undefined,
  fetcher: typeof fetch = fetch,
): typeof fetch {
  return async (input, init) => {
    const account = accountOf(new URL(input instanceof Request ? input.url : input));
    if (!account) return await fetcher(input, init);
    const paused = watch.pauseOf(account);
    if (paused > 0) return refusal(paused);
    const response = await fetcher(input, init);
    const retryAfterSeconds = parseRetryAfter(response.headers);
    watch.observe(account, {
      status: response.status,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
    if (response.status === 429) await watch.announce(account.registry);
    return response;
  };
}

/** The account of a request to a registry, by its path. Source: OCI Distribution Spec 1.1, "Endpoints"; Azure/acr docs/AAD-OAuth.md. */
export function accountOfRegistry(host: string): (url: URL) => BudgetAccount | undefined {
  return ({ host: asked, pathname }) => {
    if (asked !== host) return undefined;
    if (pathname.startsWith('/oauth2/')) return { registry: host, operation: 'token' };
    return { registry: host, operation: /\/referrers\/[^/]+$/.test(pathname) ? 'referrers' : 'manifest-read' };
  };
}

/** MAR has one budget for all that is asked of it. */
export function accountOfMar(endpoint: string): (url: URL) => BudgetAccount | undefined {
  const { host } = new URL(endpoint);
  return (url) => (url.host === host ? { registry: 'mar', operation: 'upstream-read' } : undefined);
}

function refusal(seconds: number): Response {
  const body = JSON.stringify({
    errors: [{ code: 'TOOMANYREQUESTS', message: 'not sent: the server asked for a pause' }],
  });
  return new Response(body, { status: 429, headers: { 'retry-after': String(Math.ceil(seconds)) } });
}
