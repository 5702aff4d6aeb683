import pLimit from 'p-limit';
import { z } from 'zod';
import { isDigest, isRepository, isTag } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { RegistryInventory, StoredTag } from '../drift/ports.js';
import { failureOf } from '../oci/failures.js';
import { readText, unanswered } from '../oci/response.js';
import type { TokenSource } from '../oci/token-source.js';

/** More than anybody has; a registry that pages in a circle must not be taken for complete. */
const mostPages = 100;
const pageSize = 100;
const concurrentRequests = 8;
const requestTimeout = 30_000;

/** Rights that a plain pull does not need; registries in ABAC mode do not take AcrPull for them. */
const listingRoles =
  'listing needs AcrPull, or in ABAC mode Container Registry Repository Reader and Container Registry Repository Catalog Lister';

const catalogPage = z.object({ repositories: z.array(z.string()).nullish() });
const tagsPage = z.object({
  tags: z.array(z.object({ name: z.string(), digest: z.string(), createdTime: z.string().nullish() })).nullish(),
});

/**
 * ACR's metadata API (`/acr/v1/`), read only. Not `@azure/container-registry`: its own token exchange would double ours, which asks
 * for one repository a token. Source: ACR REST API 2021-07-01, "Container Registry" and "Tag".
 */
export class AcrInventory implements RegistryInventory {
  /** @param tokens of the registry that serves a login server */
  constructor(
    private readonly tokens: (loginServer: string) => TokenSource,
    private readonly fetcher: typeof fetch = fetch,
  ) {}

  async list(loginServer: string, isWanted: (repository: string) => boolean): Promise<readonly StoredTag[]> {
    const catalog = await this.#pages(loginServer, '/acr/v1/_catalog', 'registry:catalog:*', parseCatalog);
    const wanted = catalog.filter((repository) => isRepository(repository) && isWanted(repository));
    const limit = pLimit(concurrentRequests);
    const tags = await Promise.all(wanted.map((repository) => limit(() => this.#tags(loginServer, repository))));
    return tags.flat();
  }

  async #tags(loginServer: string, repository: string): Promise<readonly StoredTag[]> {
    const scope = `repository:${repository}:metadata_read`;
    try {
      return await this.#pages(loginServer, `/acr/v1/${repository}/_tags`, scope, (json) =>
        parseTags(repository, json),
      );
    } catch (error) {
      if (error instanceof SyncError && error.code === 'MANIFEST_UNKNOWN') return [];
      throw error;
    }
  }

  async #pages<Item>(
    loginServer: string,
    path: string,
    scope: string,
    parse: (json: unknown) => readonly Item[],
  ): Promise<readonly Item[]> {
    const where = `GET https://${loginServer}${path}`;
    const authorization = await this.#authorize(loginServer, scope);
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

  async #authorize(loginServer: string, scope: string): Promise<string> {
    try {
      return await this.tokens(loginServer).authorize('', scope);
    } catch (error) {
      throw explained(error);
    }
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
    throw explained(failureOf(response, where, await readText(response, where).catch(() => ''), 'content'));
  }
}

/** Names of repositories from a page of the catalogue. @throws SyncError REGISTRY_UNAVAILABLE when it is of another shape */
export function parseCatalog(json: unknown): readonly string[] {
  const parsed = catalogPage.safeParse(json);
  if (!parsed.success) throw malformed('the catalogue', parsed.error);
  return parsed.data.repositories ?? [];
}

/** Tags from a page; entries that name nothing valid are left out. @throws SyncError REGISTRY_UNAVAILABLE as `parseCatalog` */
export function parseTags(repository: string, json: unknown): readonly StoredTag[] {
  const parsed = tagsPage.safeParse(json);
  if (!parsed.success) throw malformed(`the tags of ${repository}`, parsed.error);
  return (parsed.data.tags ?? []).flatMap(({ name: tag, digest, createdTime }) =>
    isTag(tag) && isDigest(digest) ? { repository, tag, digest, createdAt: dateOf(createdTime) } : [],
  );
}

/** A time that is missing or none is long ago. */
function dateOf(text: string | null | undefined): Date {
  const date = new Date(text ?? 0);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}

function malformed(what: string, error: z.ZodError): SyncError {
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
