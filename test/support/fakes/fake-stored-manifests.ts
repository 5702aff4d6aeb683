import type { Digest } from '../../../shared/model/artifact.js';
import { SyncError } from '../../../shared/model/errors.js';
import type {
  StoredManifests,
  StoredRepositories,
  StoredRepository,
} from '../../../shared/warming/verify-registry-ports.js';
import type { FakeCachingRegistry } from './fake-registry.js';

/** The inventories of caching registries, by login server. */
export class FakeStoredManifests implements StoredManifests {
  /** Asked before every repository: throw to be a registry that fails. */
  fault: (repository: string) => void = () => undefined;
  requests = 0;

  constructor(private readonly caches: ReadonlyMap<string, FakeCachingRegistry>) {}

  async read(loginServer: string, repositories: readonly string[]): Promise<StoredRepositories> {
    const found = new Map<string, StoredRepository>();
    for (const repository of repositories) {
      this.requests += 1;
      try {
        this.fault(repository);
      } catch (error) {
        if (error instanceof SyncError) return { found, failure: error };
        throw error;
      }
      found.set(repository, this.caches.get(loginServer)?.stored(repository) ?? nothing);
    }
    return { found };
  }
}

const nothing: StoredRepository = { digests: new Set<Digest>(), tags: new Map<string, Digest>() };
