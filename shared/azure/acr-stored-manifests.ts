import pLimit from 'p-limit';
import { z } from 'zod';
import { isDigest, isTag, type Digest } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { StoredManifests, StoredRepositories, StoredRepository } from '../warming/verify-registry-ports.js';
import { malformed, type AcrMetadata } from './acr-metadata.js';

const concurrentRequests = 8;
/**
 * Repositories that share a token: ten names of the longest kind make 4 KiB, and one request for a token is saved at each of nine.
 * ACR takes several scopes a token; all of them would outgrow header limits (zot#2903). Source: Azure/acr docs/AAD-OAuth.md.
 */
const repositoriesPerToken = 10;

const manifestsPage = z.object({
  manifests: z
    .array(z.object({ digest: z.string(), tags: z.array(z.string()).nullish(), createdTime: z.string().nullish() }))
    .nullish(),
});

interface StoredManifest {
  readonly digest: Digest;
  readonly tags: readonly string[];
  readonly createdAt: Date | undefined;
}

/** What an ACR holds, by `/acr/v1/{repository}/_manifests`: digests with their tags in one list. Source: ACR REST API 2021-07-01. */
export class AcrStoredManifests implements StoredManifests {
  constructor(private readonly metadata: AcrMetadata) {}

  async read(loginServer: string, repositories: readonly string[]): Promise<StoredRepositories> {
    const limit = pLimit(concurrentRequests);
    const found = new Map<string, StoredRepository>();
    const failures: SyncError[] = [];
    const groups = split(repositories, repositoriesPerToken).map(async (group) => {
      const authorization = await limit(() =>
        failures.length > 0 ? undefined : this.#authorize(loginServer, group).catch((error) => fail(error, failures)),
      );
      if (authorization === undefined) return;
      const reads = group.map((repository) =>
        limit(async () => {
          if (failures.length > 0) return;
          const held = await this.#read(loginServer, repository, authorization).catch((error) => fail(error, failures));
          if (held) found.set(repository, held);
        }),
      );
      await Promise.all(reads);
    });
    await Promise.all(groups);
    const [failure] = failures;
    return { found, ...(failure ? { failure } : {}) };
  }

  async #authorize(loginServer: string, repositories: readonly string[]): Promise<string> {
    return await this.metadata.authorize(loginServer, repositories.map(scopeOf));
  }

  /** A token of several repositories that is refused at one of them is tried again with a token of its own. */
  async #read(loginServer: string, repository: string, shared: string): Promise<StoredRepository> {
    try {
      return await this.#list(loginServer, repository, shared);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      if (error.code === 'MANIFEST_UNKNOWN') return { digests: new Set(), tags: new Map() };
      if (error.code !== 'REGISTRY_FORBIDDEN') throw error;
      return await this.#list(loginServer, repository, await this.#authorize(loginServer, [repository]));
    }
  }

  async #list(loginServer: string, repository: string, authorization: string): Promise<StoredRepository> {
    const path = `/acr/v1/${repository}/_manifests`;
    const parse = (json: unknown) => parseManifests(repository, json);
    const manifests = await this.metadata.pages(loginServer, path, authorization, parse);
    return {
      digests: new Set(manifests.map(({ digest }) => digest)),
      tags: new Map(manifests.flatMap(({ digest, tags }) => tags.map((tag) => [tag, digest] as const))),
      createdAt: new Map(manifests.flatMap(({ digest, createdAt }) => (createdAt ? [[digest, createdAt]] : []))),
    };
  }
}

/** Manifests from a page; what names nothing valid is left out. @throws SyncError REGISTRY_UNAVAILABLE when it is of another shape */
function parseManifests(repository: string, json: unknown): readonly StoredManifest[] {
  const parsed = manifestsPage.safeParse(json);
  if (!parsed.success) throw malformed(`the manifests of ${repository}`, parsed.error);
  return (parsed.data.manifests ?? []).flatMap(({ digest, tags, createdTime }) =>
    isDigest(digest) ? { digest, tags: (tags ?? []).filter(isTag), createdAt: dateOf(createdTime) } : [],
  );
}

function dateOf(text: string | null | undefined): Date | undefined {
  const date = new Date(text ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function scopeOf(repository: string): string {
  return `repository:${repository}:metadata_read`;
}

function fail(error: unknown, failures: SyncError[]): undefined {
  if (!(error instanceof SyncError)) throw error;
  failures.push(error);
  return undefined;
}

function split(repositories: readonly string[], size: number): readonly (readonly string[])[] {
  const count = Math.ceil(repositories.length / size);
  return Array.from({ length: count }, (_unused, index) => repositories.slice(index * size, (index + 1) * size));
}
