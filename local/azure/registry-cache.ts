import type { Digest } from '../../shared/model/artifact.js';
import type { ManifestDocument } from './artifact-tree.js';
import { targetRepository, upstreamRepository } from './cache-rules.js';
import type { Dice } from './dice.js';
import type { Mar } from './mar.js';
import type { ScenarioRegistry } from './scenario.js';
import type { Timers } from './timers.js';

/** A manifest with the place it is served from. */
export interface Served {
  readonly manifest: ManifestDocument;
  readonly origin: 'registry' | 'upstream';
}

export interface ServedBlob {
  readonly body: Buffer;
  readonly origin: 'registry' | 'upstream';
}

interface Tag {
  readonly digest: Digest;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When upstream was last asked where the tag points, in ms since 1970. */
  checkedAt: number;
}

/** What a registry holds of one repository. */
interface Repository {
  readonly manifests: Map<Digest, ManifestDocument>;
  readonly blobs: Map<string, Buffer>;
  readonly tags: Map<string, Tag>;
}

export interface RegistryCounters {
  /** Imports started, by `repository@digest`: never more than one while the registry works as it should. */
  readonly imports: ReadonlyMap<string, number>;
  /** GETs of manifests, by `repository@digest`: what warming did. */
  readonly pulls: ReadonlyMap<string, number>;
  /** Manifests and blobs read from upstream to answer a request, by `repository@digest`. */
  readonly upstreamReads: ReadonlyMap<string, number>;
}

/**
 * The artifact cache of one ACR. Source: azure-facts.md section 2 (acr#862, acr#860).
 * A GET of a manifest under a rule imports that manifest in the background, with its config and layers but not the
 * children of an index; the manifest appears after its blobs. Until then it is proxied.
 * Choices where no source tells: a HEAD starts no import, and neither does listing tags.
 */
export class RegistryCache {
  private readonly repositories = new Map<string, Repository>();
  /** `repository@digest` to the tags that the import will set. */
  private readonly importing = new Map<string, Set<string>>();
  private readonly importCounts = new Map<string, number>();
  private readonly pullCounts = new Map<string, number>();
  private readonly upstreamCounts = new Map<string, number>();
  /** Whether an import comes to nothing, in silence, when it should end (acr#876): the next pull starts another. */
  importFails: (repository: string, digest: Digest) => boolean = () => false;

  /** @param neverCaches `repository:tag` in MAR whose imports never end */
  constructor(
    private readonly settings: ScenarioRegistry,
    private readonly upstreamHost: string,
    private readonly mar: Mar,
    private readonly neverCaches: readonly string[],
    private readonly dice: Dice,
    private readonly timers: Timers,
  ) {}

  /** The MAR repository that fills a repository of this registry; undefined when no rule covers it. */
  upstreamOf(repository: string): string | undefined {
    return upstreamRepository(this.settings.cacheRules, this.upstreamHost, repository);
  }

  /** The repository that a rule fills from a MAR repository; undefined when no rule covers it. */
  targetOf(upstream: string): string | undefined {
    return targetRepository(this.settings.cacheRules, this.upstreamHost, upstream);
  }

  /** Whether a manifest is in the registry itself. */
  holds(repository: string, digest: string): boolean {
    return this.repositories.get(repository)?.manifests.has(digest as Digest) ?? false;
  }

  /** Whether a tag, its index, every child, config and layer are in the registry at MAR's digest of now. */
  holdsTree(repository: string, tag: string): boolean {
    const upstream = this.upstreamOf(repository);
    const tree = upstream === undefined ? undefined : this.mar.tree(upstream, tag);
    const held = this.repositories.get(repository);
    if (!tree || held?.tags.get(tag)?.digest !== tree.root.digest) return false;
    return (
      [...tree.manifests.keys()].every((digest) => held.manifests.has(digest)) &&
      [...tree.blobs.keys()].every((digest) => held.blobs.has(digest))
    );
  }

  stored(): ReadonlyMap<string, { readonly manifests: readonly Digest[]; readonly tags: ReadonlyMap<string, Digest> }> {
    return new Map(
      [...this.repositories].map(([name, { manifests, tags }]) => [
        name,
        { manifests: [...manifests.keys()], tags: new Map([...tags].map(([tag, { digest }]) => [tag, digest])) },
      ]),
    );
  }

  /** When a tag came into the registry, and when it was bound to its digest of now. */
  timesOf(repository: string, tag: string): { readonly createdAt: Date; readonly updatedAt: Date } | undefined {
    return this.repositories.get(repository)?.tags.get(tag);
  }

  manifestOf(repository: string, digest: Digest): ManifestDocument | undefined {
    return this.repositories.get(repository)?.manifests.get(digest);
  }

  get counters(): RegistryCounters {
    return { imports: this.importCounts, pulls: this.pullCounts, upstreamReads: this.upstreamCounts };
  }

  /** What a reference leads to now; starts nothing. */
  find(repository: string, reference: string): Served | undefined {
    const held = this.repositories.get(repository);
    const isDigest = reference.includes(':');
    const tag = isDigest ? undefined : held?.tags.get(reference);
    const known = tag && !this.isStale(tag) ? tag.digest : isDigest ? (reference as Digest) : undefined;
    const manifest = known && held?.manifests.get(known);
    if (manifest) return { manifest, origin: 'registry' };
    const upstream = this.upstreamOf(repository);
    const proxied = upstream === undefined ? undefined : this.mar.manifest(upstream, reference);
    if (!proxied) {
      const last = tag && held?.manifests.get(tag.digest);
      return last && { manifest: last, origin: 'registry' };
    }
    return { manifest: proxied, origin: held?.manifests.has(proxied.digest) ? 'registry' : 'upstream' };
  }

  /** A pull of what `find` answered: starts the import where it is still upstream, and binds the tag. */
  recordPull(repository: string, reference: string, served: Served): void {
    const key = `${repository}@${served.manifest.digest}`;
    add(this.pullCounts, key);
    const tag = reference.includes(':') ? undefined : reference;
    if (served.origin === 'registry') {
      if (tag !== undefined) this.bind(repository, tag, served.manifest.digest);
      return;
    }
    add(this.upstreamCounts, key);
    const running = this.importing.get(key);
    if (running) {
      if (tag !== undefined) running.add(tag);
      return;
    }
    this.importing.set(key, new Set(tag === undefined ? [] : [tag]));
    add(this.importCounts, key);
    if (this.isStuck(repository, served.manifest.digest)) return;
    const wait = this.dice.between(this.settings.importSeconds, 'import', `${this.settings.name}/${key}`);
    this.timers.after(wait, () => this.finishImport(repository, served.manifest));
  }

  /** A GET keeps the blob, as a HEAD does not. */
  pullBlob(repository: string, digest: string, method: string): ServedBlob | undefined {
    const held = this.repositories.get(repository)?.blobs.get(digest);
    if (held) return { body: held, origin: 'registry' };
    const upstream = this.upstreamOf(repository);
    const body = upstream === undefined ? undefined : this.mar.blob(upstream, digest);
    if (!body) return undefined;
    add(this.upstreamCounts, `${repository}@${digest}`);
    if (method === 'GET') this.repository(repository).blobs.set(digest, body);
    return { body, origin: 'upstream' };
  }

  /** Deletes a repository with all it holds, as `az acr repository delete` does. Imports under way go on. */
  deleteRepository(repository: string): void {
    this.repositories.delete(repository);
  }

  private finishImport(repository: string, manifest: ManifestDocument): void {
    if (this.importFails(repository, manifest.digest)) {
      this.importing.delete(`${repository}@${manifest.digest}`);
      return;
    }
    const upstream = this.upstreamOf(repository) ?? '';
    const held = this.repository(repository);
    for (const digest of manifest.blobs) {
      const blob = this.mar.blob(upstream, digest);
      if (blob) held.blobs.set(digest, blob);
    }
    held.manifests.set(manifest.digest, manifest);
    const key = `${repository}@${manifest.digest}`;
    for (const tag of this.importing.get(key) ?? []) this.bind(repository, tag, manifest.digest);
    this.importing.delete(key);
  }

  private bind(repository: string, tag: string, digest: Digest): void {
    const { tags } = this.repository(repository);
    const bound = tags.get(tag);
    if (bound?.digest === digest) {
      if (this.isStale(bound)) bound.checkedAt = Date.now();
      return;
    }
    const now = new Date();
    tags.set(tag, { digest, checkedAt: now.getTime(), createdAt: bound?.createdAt ?? now, updatedAt: now });
  }

  private isStale(tag: Tag): boolean {
    return Date.now() - tag.checkedAt >= this.settings.tagRefreshSeconds * 1000;
  }

  private isStuck(repository: string, digest: Digest): boolean {
    const upstream = this.upstreamOf(repository);
    return this.neverCaches.some((artifact) => {
      const [source = '', tag = ''] = artifact.split(':');
      return source === upstream && this.mar.tree(source, tag)?.manifests.has(digest);
    });
  }

  private repository(name: string): Repository {
    const repository = this.repositories.get(name) ?? { manifests: new Map(), blobs: new Map(), tags: new Map() };
    this.repositories.set(name, repository);
    return repository;
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
