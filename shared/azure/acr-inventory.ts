import pLimit from 'p-limit';
import { z } from 'zod';
import { isDigest, isRepository, isTag } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { RegistryInventory, StoredTag } from '../drift/ports.js';
import { malformed, type AcrMetadata } from './acr-metadata.js';

const concurrentRequests = 8;

const catalogPage = z.object({ repositories: z.array(z.string()).nullish() });
const tagsPage = z.object({
  tags: z.array(z.object({ name: z.string(), digest: z.string(), createdTime: z.string().nullish() })).nullish(),
});

/** Repositories and tags of a registry, by ACR's metadata API. Source: ACR REST API 2021-07-01, "Container Registry" and "Tag". */
export class AcrInventory implements RegistryInventory {
  constructor(private readonly metadata: AcrMetadata) {}

  async list(loginServer: string, isWanted: (repository: string) => boolean): Promise<readonly StoredTag[]> {
    const catalog = await this.metadata.pages(
      loginServer,
      '/acr/v1/_catalog',
      await this.metadata.authorize(loginServer, ['registry:catalog:*']),
      parseCatalog,
    );
    const wanted = catalog.filter((repository) => isRepository(repository) && isWanted(repository));
    const limit = pLimit(concurrentRequests);
    const tags = await Promise.all(wanted.map((repository) => limit(() => this.#tags(loginServer, repository))));
    return tags.flat();
  }

  async #tags(loginServer: string, repository: string): Promise<readonly StoredTag[]> {
    const scope = `repository:${repository}:metadata_read`;
    try {
      const authorization = await this.metadata.authorize(loginServer, [scope]);
      const parse = (json: unknown) => parseTags(repository, json);
      return await this.metadata.pages(loginServer, `/acr/v1/${repository}/_tags`, authorization, parse);
    } catch (error) {
      if (error instanceof SyncError && error.code === 'MANIFEST_UNKNOWN') return [];
      throw error;
    }
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
