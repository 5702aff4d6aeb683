import type { ArtifactRef } from '../../shared/model/artifact.js';
import type { BlobRef, ContentReader } from '../../shared/warming/ports.js';
import { digestOf } from '../support/fakes/fake-manifests.js';

export interface FilledContent {
  readonly reader: ContentReader;
  /** An index with children that need blobs, and with nothing that refers to it. */
  readonly index: ArtifactRef;
  /** An index that one signature refers to. */
  readonly signed: ArtifactRef;
}

/** What every reader of a registry that caches nothing does with what lies below manifests. */
export function contentReaderContract(open: () => FilledContent): void {
  test('an index has no blobs; every blob of its children is there, in its size', async () => {
    const { reader, index } = open();
    expect((await reader.get(index.repository, index.tag)).blobs).toEqual([]);
    const blobs = await blobsBelow(reader, index);
    expect(blobs.length).toBeGreaterThan(3);
    for (const { digest, size } of blobs) {
      expect(await reader.headBlob(index.repository, digest)).toEqual({ size, origin: 'registry' });
    }
  });

  test('every blob can be pulled, and is what its digest says', async () => {
    const { reader, index } = open();
    for (const blob of await blobsBelow(reader, index)) await reader.pullBlob(index.repository, blob);
  });

  test('an unknown blob is told as such, by HEAD and GET', async () => {
    const { reader, index } = open();
    const blob = { digest: digestOf('nobody has this'), size: 7 };
    await expect(reader.headBlob(index.repository, blob.digest)).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' });
    await expect(reader.pullBlob(index.repository, blob)).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' });
  });

  test('referrers are listed, and are manifests of the same repository', async () => {
    const { reader, index, signed } = open();
    const { digest } = await reader.get(signed.repository, signed.tag);
    const [signature, ...others] = await reader.referrers(signed.repository, digest);
    if (!signature) throw new Error('no signature is listed');
    expect(others).toEqual([]);
    expect((await reader.get(signed.repository, signature)).children).toEqual([]);
    const unsigned = await reader.get(index.repository, index.tag);
    expect(await reader.referrers(index.repository, unsigned.digest)).toEqual([]);
  });
}

export interface CachingContent {
  readonly reader: ContentReader;
  /** An index by its repository below the cache rule; not asked for yet. */
  readonly index: ArtifactRef;
  /** Lets enough time pass for everything that was asked for to be cached. */
  readonly cached: () => Promise<void>;
}

/** What every registry with a cache rule does that tells of blobs whether it has them. */
export function cachingContentContract(open: () => Promise<CachingContent>): void {
  test('a HEAD of a blob answers from upstream and starts nothing; the caching of its manifest brings it', async () => {
    const { reader, index, cached } = await open();
    const [child] = (await reader.get(index.repository, index.tag)).children;
    if (!child) throw new Error('the index has no children');
    await cached();
    const { blobs } = await reader.get(index.repository, child);
    const origins = () =>
      Promise.all(blobs.map(async ({ digest }) => (await reader.headBlob(index.repository, digest)).origin));
    expect(new Set(await origins())).toEqual(new Set(['upstream']));
    await cached();
    expect(new Set(await origins())).toEqual(new Set(['registry']));
    for (const { digest, size } of blobs) expect((await reader.headBlob(index.repository, digest)).size).toBe(size);
  });
}

async function blobsBelow(reader: ContentReader, { repository, tag }: ArtifactRef): Promise<readonly BlobRef[]> {
  const { children } = await reader.get(repository, tag);
  const trees = await Promise.all(children.map((child) => reader.get(repository, child)));
  return trees.flatMap(({ blobs }) => blobs);
}
