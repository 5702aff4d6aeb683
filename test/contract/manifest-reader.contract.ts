import type { ArtifactRef } from '../../shared/model/artifact.js';
import type { ManifestReader } from '../../shared/warming/ports.js';
import { digestOf } from '../support/fakes/fake-manifests.js';

export interface FilledRegistry {
  readonly reader: ManifestReader;
  /** An index with two children. */
  readonly index: ArtifactRef;
  /** A manifest that is no index. */
  readonly single: ArtifactRef;
  /** All tags of the repository of `index`. */
  readonly tags: readonly string[];
}

/** What every reader of a registry that caches nothing does. */
export function manifestReaderContract(open: () => FilledRegistry): void {
  test('HEAD and GET of a tag agree on its digest, and the registry itself has it', async () => {
    const { reader, index } = open();
    const head = await reader.head(index.repository, index.tag);
    const { digest, origin, children } = await reader.get(index.repository, index.tag);
    expect(head).toEqual({ digest, origin: 'registry' });
    expect([origin, children.length]).toEqual(['registry', 2]);
  });

  test('a digest leads to what the tag leads to', async () => {
    const { reader, index } = open();
    const byTag = await reader.get(index.repository, index.tag);
    expect(await reader.get(index.repository, byTag.digest)).toEqual(byTag);
    expect(await reader.head(index.repository, byTag.digest)).toEqual({ digest: byTag.digest, origin: 'registry' });
  });

  test('every child of an index is there by its digest, and has no children of its own', async () => {
    const { reader, index } = open();
    for (const child of (await reader.get(index.repository, index.tag)).children) {
      expect(await reader.get(index.repository, child)).toMatchObject({
        digest: child,
        origin: 'registry',
        children: [],
      });
      expect((await reader.head(index.repository, child)).digest).toBe(child);
    }
  });

  test('a single manifest has no children', async () => {
    const { reader, single } = open();
    expect((await reader.get(single.repository, single.tag)).children).toEqual([]);
  });

  test.each([
    ['an unknown tag', 'no-such-tag'],
    ['an unknown digest', digestOf('nobody has this')],
  ])('%s is told as such, by HEAD and GET', async (_sentence, reference) => {
    const { reader, index } = open();
    await expect(reader.head(index.repository, reference)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
    await expect(reader.get(index.repository, reference)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
  });

  test('an unknown repository is told as such', async () => {
    const { reader } = open();
    await expect(reader.get('no/such/repository', 'latest')).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
    await expect(reader.tags('no/such/repository')).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
  });

  test('lists every tag of a repository', async () => {
    const { reader, index, tags } = open();
    expect([...(await reader.tags(index.repository))].sort()).toEqual([...tags].sort());
  });
}

export interface CachingRegistry {
  readonly reader: ManifestReader;
  /** An index with two children, by its repository below the cache rule; not asked for yet. */
  readonly index: ArtifactRef;
  /** Lets enough time pass for everything that was asked for to be cached. */
  readonly cached: () => Promise<void>;
}

/** What every registry with a cache rule does. Source: Azure/acr#862. */
export function cachingRegistryContract(open: () => Promise<CachingRegistry>): void {
  test('a HEAD answers from upstream and starts nothing', async () => {
    const { reader, index, cached } = await open();
    const first = await reader.head(index.repository, index.tag);
    await cached();
    expect([first.origin, (await reader.head(index.repository, index.tag)).origin]).toEqual(['upstream', 'upstream']);
  });

  test('a GET answers from upstream and has the manifest cached, the index without its children', async () => {
    const { reader, index, cached } = await open();
    const { digest, origin, children } = await reader.get(index.repository, index.tag);
    expect(origin).toBe('upstream');
    await cached();
    expect(await reader.head(index.repository, index.tag)).toEqual({ digest, origin: 'registry' });
    expect(await reader.head(index.repository, digest)).toEqual({ digest, origin: 'registry' });
    for (const child of children) expect((await reader.head(index.repository, child)).origin).toBe('upstream');
  });

  test('a GET by digest has a child cached', async () => {
    const { reader, index, cached } = await open();
    const [child] = (await reader.get(index.repository, index.tag)).children;
    if (!child) throw new Error('the index has no children');
    expect((await reader.get(index.repository, child)).origin).toBe('upstream');
    await cached();
    expect(await reader.head(index.repository, child)).toEqual({ digest: child, origin: 'registry' });
  });

  test('what upstream does not have, and what no rule covers, is unknown', async () => {
    const { reader, index } = await open();
    await expect(reader.get(index.repository, 'no-such-tag')).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
    await expect(reader.get('elsewhere/pause', '3.10')).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
  });
}
