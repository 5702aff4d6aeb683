import type { Digest } from '../../shared/model/artifact.js';
import type { ArtifactTree, ManifestDocument } from './artifact-tree.js';
import type { BlobBytes } from './blob-bytes.js';
import { targetRepository, upstreamRepository } from './cache-rules.js';
import type { Dice } from './dice.js';
import type { Mar } from './mar.js';
import { RegistryStore, type StoredTag } from './registry-store.js';
import type { Scenario, ScenarioRegistry } from './scenario.js';
import type { Timers } from './timers.js';

/** A manifest with the place it is served from. */
export interface Served {
  readonly manifest: ManifestDocument;
  readonly origin: 'registry' | 'upstream';
}

export interface ServedBlob {
  readonly body: BlobBytes;
  readonly origin: 'registry' | 'upstream';
}

export interface RegistryCounters {
  /** Imports started, by `repository@digest`: never more than one while the registry works as it should. */
  readonly imports: ReadonlyMap<string, number>;
  /** GETs of manifests, by `repository@digest`: what warming did. */
  readonly pulls: ReadonlyMap<string, number>;
  /** Manifests and blobs read from upstream to answer a request, by `repository@digest`. */
  readonly upstreamReads: ReadonlyMap<string, number>;
}

/** What a cache needs of the world; time may be a virtual one. */
export interface CacheParts {
  /** Host by which rules spell MAR. */
  readonly upstreamHost: string;
  readonly mar: Mar;
  readonly dice: Dice;
  readonly timers: Pick<Timers, 'after' | 'now'>;
  readonly faults: Pick<Scenario['faults'], 'neverCaches' | 'cachingFailedShare'>;
}

/**
 * The artifact cache of one ACR. Source: azure-facts.md section 2 (acr#862, acr#860).
 * A GET of a manifest under a rule imports that manifest in the background, with its config and layers but not the
 * children of an index. Until then it is proxied. A deleted repository is pulled again or not, as the scenario says (acr#765).
 * Choices where no source tells: a HEAD starts no import, and neither does listing tags.
 */
export class RegistryCache {
  /** The truth, also for tests that lose or damage something. */
  readonly store: RegistryStore;
  /** `repository@digest` to the tags that the import will set. */
  private readonly importing = new Map<string, Set<string>>();
  private readonly importCounts = new Map<string, number>();
  private readonly pullCounts = new Map<string, number>();
  private readonly upstreamCounts = new Map<string, number>();

  constructor(
    private readonly settings: ScenarioRegistry,
    private readonly parts: CacheParts,
  ) {
    this.store = new RegistryStore(() => parts.timers.now() + settings.clockSkewSeconds * 1000);
  }

  /** The MAR repository that fills a repository of this registry; undefined when no rule covers it. */
  upstreamOf(repository: string): string | undefined {
    return upstreamRepository(this.settings.cacheRules, this.parts.upstreamHost, repository);
  }

  /** The repository that a rule fills from a MAR repository; undefined when no rule covers it. */
  targetOf(upstream: string): string | undefined {
    return targetRepository(this.settings.cacheRules, this.parts.upstreamHost, upstream);
  }

  /** Whether a manifest is in the registry itself. */
  holds(repository: string, digest: string): boolean {
    return this.store.get(repository)?.manifests.has(digest as Digest) ?? false;
  }

  /** Whether a tag, its index, every child, config and layer are in the registry at MAR's digest of now. */
  holdsTree(repository: string, tag: string): boolean {
    const upstream = this.upstreamOf(repository) ?? repository.replace(/^aks-managed-repository\//, '');
    const tree = this.parts.mar.tree(upstream, tag);
    const held = this.store.get(repository);
    if (!tree || held?.tags.get(tag)?.digest !== tree.root.digest) return false;
    return (
      [...tree.manifests.keys()].every((digest) => held.manifests.has(digest)) &&
      [...tree.blobs.keys()].every((digest) => held.blobs.get(digest)?.digest === digest)
    );
  }

  /** Whether nodes that need an artifact of MAR find it here whole, at the path that they pull. */
  holdsArtifact(upstream: string, tag: string): boolean {
    return this.holdsTree(this.targetOf(upstream) ?? `aks-managed-repository/${upstream}`, tag);
  }

  stored(): ReadonlyMap<string, { readonly manifests: readonly Digest[]; readonly tags: ReadonlyMap<string, Digest> }> {
    return new Map(
      this.store
        .entries()
        .map(([name, { manifests, tags }]) => [
          name,
          { manifests: [...manifests.keys()], tags: new Map([...tags].map(([tag, { digest }]) => [tag, digest])) },
        ]),
    );
  }

  /** When a tag came into the registry, and when it was bound to its digest of now. */
  timesOf(repository: string, tag: string): { readonly createdAt: Date; readonly updatedAt: Date } | undefined {
    return this.store.get(repository)?.tags.get(tag);
  }

  manifestOf(repository: string, digest: Digest): ManifestDocument | undefined {
    return this.store.get(repository)?.manifests.get(digest);
  }

  get counters(): RegistryCounters {
    return { imports: this.importCounts, pulls: this.pullCounts, upstreamReads: this.upstreamCounts };
  }

  /** What a reference leads to now; starts nothing. */
  find(repository: string, reference: string): Served | undefined {
    const held = this.store.get(repository);
    const isDigest = reference.includes(':');
    const tag = isDigest ? undefined : held?.tags.get(reference);
    const known = tag && !this.isStale(tag) ? tag.digest : isDigest ? (reference as Digest) : undefined;
    const manifest = known && held?.manifests.get(known);
    if (manifest) return { manifest, origin: 'registry' };
    const source = this.sourceOf(repository);
    const proxied = source === undefined ? undefined : this.parts.mar.manifest(source, reference);
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
    const wait = this.parts.dice.between(this.settings.importSeconds, 'import', `${this.settings.name}/${key}`);
    this.parts.timers.after(wait, () => this.finishImport(repository, served.manifest));
  }

  /** A GET keeps the blob, as a HEAD does not. */
  pullBlob(repository: string, digest: string, method: string): ServedBlob | undefined {
    const held = this.store.get(repository)?.blobs.get(digest);
    if (held) return { body: held, origin: 'registry' };
    const source = this.sourceOf(repository);
    const body = source === undefined ? undefined : this.parts.mar.blob(source, digest);
    if (!body || (method === 'HEAD' && this.settings.uncachedBlobs === 'unknown')) return undefined;
    add(this.upstreamCounts, `${repository}@${digest}`);
    if (method === 'GET') this.store.keepBlob(repository, body);
    return { body, origin: 'upstream' };
  }

  /** What `importImage` copies: everything, then the tags. */
  land(repository: string, tags: readonly string[], tree: ArtifactTree): void {
    for (const blob of tree.blobs.values()) this.store.keepBlob(repository, blob);
    for (const manifest of tree.manifests.values()) this.store.keepManifest(repository, manifest);
    for (const tag of tags) this.bind(repository, tag, tree.root.digest);
  }

  /** Where a rule looks now; undefined without a rule, where a deleted repository stays deleted, and while MAR is down. */
  private sourceOf(repository: string): string | undefined {
    const isGone = !this.settings.repullsDeleted && this.store.wasDeleted(repository);
    return isGone || this.parts.mar.isDown ? undefined : this.upstreamOf(repository);
  }

  private finishImport(repository: string, manifest: ManifestDocument): void {
    const key = `${repository}@${manifest.digest}`;
    const tags = this.importing.get(key) ?? [];
    this.importing.delete(key);
    const { mar, dice, faults } = this.parts;
    if (mar.isDown || dice.hits(faults.cachingFailedShare, 'caching', `${this.settings.name}/${key}`)) return;
    for (const digest of manifest.blobs) this.importBlob(repository, digest);
    this.store.keepManifest(repository, manifest);
    for (const tag of tags) this.bind(repository, tag, manifest.digest);
  }

  private importBlob(repository: string, digest: Digest): void {
    const blob = this.parts.mar.blob(this.upstreamOf(repository) ?? '', digest);
    if (!blob) return;
    const subject = `${this.settings.name}/${repository}@${digest}`;
    const late = this.parts.dice.between(this.settings.lateBlobSeconds, 'blob', subject);
    if (late === 0) this.store.keepBlob(repository, blob);
    else this.parts.timers.after(late, () => this.store.keepBlob(repository, blob));
  }

  private bind(repository: string, tag: string, digest: Digest): void {
    this.store.bind(repository, tag, digest, (bound) => this.isStale(bound));
  }

  private isStale(tag: StoredTag): boolean {
    const skewMs = this.settings.clockSkewSeconds * 1000;
    return this.parts.timers.now() + skewMs - tag.checkedAt >= this.settings.tagRefreshSeconds * 1000;
  }

  private isStuck(repository: string, digest: Digest): boolean {
    const upstream = this.upstreamOf(repository);
    const stuck = this.parts.faults.neverCaches.filter(({ registry }) => registry === this.settings.name);
    return stuck.some(({ artifact }) => {
      const [source = '', tag = ''] = artifact.split(':');
      return source === upstream && this.parts.mar.tree(source, tag)?.manifests.has(digest);
    });
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
