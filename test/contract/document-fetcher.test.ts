import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { HttpDocumentFetcher } from '../../shared/azure/document-fetcher.js';
import type { DocumentFetcher } from '../../shared/catalog/ports.js';
import { FakeDocumentFetcher } from '../support/catalog/fake-document-fetcher.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface World {
  readonly fetcher: DocumentFetcher;
  readonly url: (path: string) => string;
}

type Documents = Readonly<Record<string, string>>;

function fake(documents: Documents): Promise<World> {
  const url = (path: string): string => `https://world.test${path}`;
  const known = new Map(Object.entries(documents).map(([path, text]) => [url(path), text]));
  return Promise.resolve({ fetcher: new FakeDocumentFetcher(known), url });
}

async function overHttp(documents: Documents): Promise<World> {
  const base = await serve((request, response) => {
    const text = documents[request.url ?? ''];
    if (text === undefined) return response.writeHead(404).end('no such page');
    const etag = `"${createHash('sha256').update(text).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
    if (!/gzip/.test(String(request.headers['accept-encoding']))) return response.writeHead(406).end();
    return response.writeHead(200, { etag, 'content-encoding': 'gzip' }).end(gzipSync(text));
  });
  return { fetcher: new HttpDocumentFetcher(), url: (path) => `${base}${path}` };
}

describe.each([
  ['in memory', fake],
  ['over http', overHttp],
])('a document fetcher %s', (_where, create) => {
  test('reads a text, and knows when it has not changed', async () => {
    const { fetcher, url } = await create({ '/a.json': '{"ä":1}' });
    const first = await fetcher.fetch(url('/a.json'), undefined);
    expect(first).toEqual({ kind: 'document', text: '{"ä":1}', etag: expect.stringMatching(/^".+"$/) as string });
    const etag = first.kind === 'document' ? first.etag : undefined;
    expect(await fetcher.fetch(url('/a.json'), etag)).toEqual({ kind: 'unchanged' });
    expect(await fetcher.fetch(url('/a.json'), '"another"')).toEqual(first);
  });

  test('says that a document is out of reach', async () => {
    const { fetcher, url } = await create({});
    await expect(fetcher.fetch(url('/gone'), undefined)).rejects.toMatchObject({
      code: 'CATALOG_SOURCE_UNAVAILABLE',
      canRetry: true,
      message: expect.stringContaining('/gone: answered ') as string,
    });
  });
});

describe('the fetcher over http', () => {
  test('stops reading what is too large, also when little of it travels', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000, 0x20)));
    });
    const limits = { bytes: 100_000, timeoutMs: 30_000 };
    await expect(new HttpDocumentFetcher(fetch, limits).fetch(url, undefined)).rejects.toMatchObject({
      code: 'CATALOG_SOURCE_INVALID',
      message: expect.stringContaining('larger than 100000 bytes') as string,
    });
  });

  test.each([
    ['a server that never answers', () => undefined],
    [
      'a body that never ends',
      (_request: unknown, response: Parameters<RequestListener>[1]) => void response.writeHead(200).write('{'),
    ],
  ])('gives up on %s', async (_what, listener) => {
    const url = await serve(listener);
    const limits = { bytes: 100_000, timeoutMs: 300 };
    await expect(new HttpDocumentFetcher(fetch, limits).fetch(url, undefined)).rejects.toMatchObject({
      code: 'CATALOG_SOURCE_UNAVAILABLE',
      message: expect.stringContaining('did not answer in time') as string,
    });
  });

  test('refuses what is no UTF-8 text', async () => {
    const url = await serve((_request, response) => response.end(Buffer.from([0x7b, 0xff, 0xfe])));
    await expect(new HttpDocumentFetcher().fetch(url, undefined)).rejects.toMatchObject({
      code: 'CATALOG_SOURCE_INVALID',
    });
  });

  test('says why a host cannot be reached, without what an address may keep secret', async () => {
    const url = await serve(() => undefined);
    servers[0]?.close();
    const refused = new HttpDocumentFetcher().fetch(`${url}/list.json?sig=secret`, undefined);
    await expect(refused).rejects.toMatchObject({ message: `${url}/list.json: ECONNREFUSED` });
  });

  test('does not believe that nothing changed where there was nothing', async () => {
    const url = await serve((_request, response) => response.writeHead(304).end());
    await expect(new HttpDocumentFetcher().fetch(url, undefined)).rejects.toMatchObject({
      code: 'CATALOG_SOURCE_UNAVAILABLE',
    });
  });

  test('passes on how long a busy server wants to be left alone', async () => {
    const url = await serve((_request, response) => response.writeHead(429, { 'retry-after': '7' }).end());
    await expect(new HttpDocumentFetcher().fetch(url, undefined)).rejects.toMatchObject({ retryAfterSeconds: 7 });
  });
});
