import type { ContentReader } from '../../shared/warming/ports.js';
import type { StoredManifests } from '../../shared/warming/verify-registry-ports.js';
import { coredns } from '../support/builders.js';

/** A registry that caches, empty at the start, with what lists what it holds. */
export interface ListedRegistry {
  readonly reader: ContentReader;
  readonly stored: StoredManifests;
  readonly loginServer: string;
  /** Resolves once all that was pulled is cached. */
  readonly cached: () => Promise<void>;
  /** Deletes a repository. */
  readonly evict: (repository: string) => void;
}

const repository = `aks-managed-repository/${coredns.repository}`;

/** What every inventory of a registry does. */
export function storedManifestsContract(open: () => Promise<ListedRegistry>): void {
  test('lists tag, index and children of what is cached, and nothing of a repository that is not there', async () => {
    const { reader, stored, loginServer, cached } = await open();
    const { digest, children } = await reader.get(repository, coredns.tag);
    for (const child of children) await reader.get(repository, child);
    await cached();
    const { found, failure } = await stored.read(loginServer, [repository, `${repository}-other`]);
    expect(failure).toBeUndefined();
    expect(found.get(repository)?.tags.get(coredns.tag)).toBe(digest);
    expect([...(found.get(repository)?.digests ?? [])].sort()).toEqual([digest, ...children].sort());
    expect(found.get(`${repository}-other`)).toMatchObject({ digests: new Set(), tags: new Map() });
  });

  test('what is only proxied is not listed', async () => {
    const { reader, stored, loginServer, cached } = await open();
    const { digest, children } = await reader.get(repository, coredns.tag);
    await cached();
    const { found } = await stored.read(loginServer, [repository]);
    expect([...(found.get(repository)?.digests ?? [])]).toEqual([digest]);
    expect(children.length).toBeGreaterThan(0);
  });

  test('a repository that was deleted is listed as empty', async () => {
    const { reader, stored, loginServer, cached, evict } = await open();
    await reader.get(repository, coredns.tag);
    await cached();
    evict(repository);
    const { found } = await stored.read(loginServer, [repository]);
    expect(found.get(repository)).toMatchObject({ digests: new Set(), tags: new Map() });
  });

  test('more repositories than share a token are all read', async () => {
    const { reader, stored, loginServer, cached } = await open();
    await reader.get(repository, coredns.tag);
    await cached();
    const names = [...Array.from({ length: 23 }, (_unused, index) => `${repository}-${index}`), repository];
    const { found, failure } = await stored.read(loginServer, names);
    expect([failure, found.size]).toEqual([undefined, 24]);
    expect(found.get(repository)?.tags.size).toBe(1);
  });
}
