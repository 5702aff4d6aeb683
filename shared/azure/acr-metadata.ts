import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import { failureOf } from '../oci/failures.js';
import { readText, unanswered } from '../oci/response.js';
import type { TokenSource } from '../oci/token-source.js';

/** More than anybody has; a registry that pages in a circle must not be taken for complete. */
const mostPages = 100;
const pageSize = 100;
const requestTimeout = 30_000;

/** Rights that a plain pull does not need; registries in ABAC mode do not take AcrPull for them. */
const listingRoles =
  'listing needs AcrPull, or in ABAC mode Container Registry Repository Reader and Container Registry Repository Catalog Lister';

/**
 * ACR's metadata API (`/acr/v1/`), read only. Not `@azure/container-registry`: its own token exchange would double ours.
 * Source: ACR REST API 2021-07-01.
 */
export class AcrMetadata {
  /** @param tokens of the registry that serves a login server */
  constructor(
    private readonly tokens: (loginServer: string) => TokenSource,
    private readonly fetcher: typeof fetch = fetch,
  ) {}

  /**
   * @param scopes what the token shall allow, few: a token that carries many outgrows header limits (zot#2903)
   * @returns the `Authorization` header @throws SyncError as `TokenSource`
   */
  async authorize(loginServer: string, scopes: readonly string[]): Promise<string> {
    try {
      return await this.tokens(loginServer).authorize('', scopes.join(' '));
    } catch (error) {
      throw explained(error);
    }
  }

  /** All pages of a list. @throws SyncError MANIFEST_UNKNOWN when there is no such repository; REGISTRY_FORBIDDEN, REGISTRY_THROTTLED, REGISTRY_UNAVAILABLE */
  async pages<Item>(
    loginServer: string,
    path: string,
    authorization: string,
    parse: (json: unknown) => readonly Item[],
  ): Promise<readonly Item[]> {
    const where = `GET https://${loginServer}${path}`;
    const items: Item[] = [];
    let query: string | undefined = `?n=${pageSize}`;
    for (let page = 0; query !== undefined; page += 1) {
      if (page >= mostPages) throw new SyncError('REGISTRY_UNAVAILABLE', `${where}: more than ${mostPages} pages`);
      const response = await this.#send(`https://${loginServer}${path}${query}`, authorization, where);
      items.push(...parse(parseJson(await readText(response, where), where)));
      query = nextQuery(response);
    }
    return items;
  }

  async #send(url: string, authorization: string, where: string): Promise<Response> {
    let response: Response;
    try {
      const signal = AbortSignal.timeout(requestTimeout);
      response = await this.fetcher(url, { headers: { authorization }, redirect: 'error', signal });
    } catch (cause) {
      throw unanswered(where, cause);
    }
    if (response.ok) return response;
    throw explained(failureOf(response, where, await readText(response, where).catch(() => ''), 'list'));
  }
}

/** An answer of another shape than documented. */
export function malformed(what: string, error: z.ZodError): SyncError {
  return new SyncError('REGISTRY_UNAVAILABLE', `${what}: ${z.prettifyError(error).slice(0, 300)}`);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyncError('REGISTRY_UNAVAILABLE', `${where}: the answer is no JSON`, { cause });
  }
}

/** The query behind `Link: <…>; rel="next"`; the path stays ours, whatever the link says. */
function nextQuery(response: Response): string | undefined {
  const link = /<([^>]{1,4000})>\s*;\s*rel="?next"?/i.exec(response.headers.get('link') ?? '')?.[1];
  const at = link?.indexOf('?') ?? -1;
  return link === undefined || at < 0 ? undefined : link.slice(at);
}

function explained(error: unknown): unknown {
  if (!(error instanceof SyncError) || error.code !== 'REGISTRY_FORBIDDEN') return error;
  return new SyncError('REGISTRY_FORBIDDEN', `${error.message}; ${listingRoles}`, { cause: error });
}
