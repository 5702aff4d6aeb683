import { BlobServiceClient } from '@azure/storage-blob';
import { startStorage, type LocalStorage } from '../../local/storage.js';
import { BlobCatalogStore } from '../../shared/azure/blob-catalog-store.js';
import { Storage } from '../../shared/azure/storage.js';
import type { CatalogStore } from '../../shared/catalog/ports.js';
import { FakeCatalogStore } from '../support/catalog/fake-catalog-store.js';

let azurite: LocalStorage;

beforeAll(async () => {
  azurite = await startStorage();
});
afterAll(() => azurite.close());

/** What the app does: its own container. */
async function blobStore(): Promise<CatalogStore> {
  const storage = new Storage({ kind: 'connection-string', connectionString: azurite.connectionString }, () => {
    throw new Error('a connection string needs no credential');
  });
  await storage.ensure();
  await storage.ensure();
  const store = new BlobCatalogStore(storage.container('catalog'));
  for (const name of (await store.list()).keys()) await storage.container('catalog').deleteBlob(name);
  return store;
}

describe.each([
  ['in memory', async (): Promise<CatalogStore> => new FakeCatalogStore()],
  ['in blobs', blobStore],
])('a catalogue store %s', (_where, create) => {
  test('is empty at first', async () => {
    const store = await create();
    expect([await store.read('state/a.json'), [...(await store.list())]]).toEqual([undefined, []]);
  });

  test('reads what was written, with the same ETag in every answer', async () => {
    const store = await create();
    const etag = await store.write('state/a.json', 'häßlich ✓', undefined);
    expect(etag).toMatch(/^[^"]+$/);
    expect(await store.read('state/a.json')).toEqual({ text: 'häßlich ✓', etag });
    expect([...(await store.list())]).toEqual([['state/a.json', etag]]);
  });

  test('creates a text once', async () => {
    const store = await create();
    const etag = await store.write('a', 'first', undefined);
    expect(await store.write('a', 'second', undefined)).toBeUndefined();
    expect(await store.read('a')).toEqual({ text: 'first', etag });
  });

  test('replaces only the version that the writer knows', async () => {
    const store = await create();
    const first = await store.write('a', 'first', undefined);
    const second = await store.write('a', 'second', first);
    expect(second).not.toBe(first);
    expect(await store.write('a', 'late', first)).toBeUndefined();
    expect((await store.read('a'))?.text).toBe('second');
  });

  test('does not create a text that should have been there', async () => {
    const store = await create();
    expect(await store.write('gone', 'text', '0x8DC0FFEE0C0FFEE')).toBeUndefined();
    expect(await store.read('gone')).toBeUndefined();
  });

  test('lists more than a few', async () => {
    const store = await create();
    const names = Array.from({ length: 12 }, (_unused, index) => `state/${index}.json`);
    for (const name of names) await store.write(name, '{}', undefined);
    expect([...(await store.list()).keys()].sort()).toEqual([...names].sort());
  });
});

test('a container that is not there yet is empty', async () => {
  const client = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('none');
  const store = new BlobCatalogStore(client);
  expect([[...(await store.list())], await store.read('a')]).toEqual([[], undefined]);
});

test('an upload too large to be ours is refused without being read', async () => {
  const store = await blobStore();
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('catalog');
  await container.getBlockBlobClient('overrides.json').uploadData(Buffer.alloc(65 * 1024 * 1024, 0x20));
  await expect(store.read('overrides.json')).rejects.toMatchObject({ code: 'CATALOG_SOURCE_INVALID' });
});
