import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry on a loopback port that serves manifests anonymously, and counts what it is asked. */
export interface FakeMar {
  readonly url: string;
  /** `repository/manifests/reference`, in order of arrival. */
  readonly asked: readonly string[];
  /** Has an image or package now: an index with one child per platform, `linux/amd64:ubuntu 22.04` or without the OS version. */
  has(name: string, platforms: Readonly<Record<string, readonly Blob[]>>): void;
  /** Has a single manifest now, or any other document. */
  hasDocument(name: string, document: unknown): void;
  close(): Promise<void>;
}

/** A config or layer: equal text is the same blob. */
export interface Blob {
  readonly text: string;
  readonly size: number;
}

export async function startFakeMar(prefix = ''): Promise<FakeMar> {
  const documents = new Map<string, string>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').replace(`/v2/${prefix}`, '');
    asked.push(path);
    const found = documents.get(path);
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(found ?? '{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));

  function put(repository: string, reference: string | undefined, document: unknown): string {
    const text = JSON.stringify(document);
    const digest = digestOf(text);
    documents.set(`${repository}/manifests/${reference ?? digest}`, text);
    return digest;
  }
  function hasDocument(name: string, document: unknown): void {
    const [repository = '', tag = ''] = name.split(':');
    put(repository, tag, document);
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    hasDocument,
    has(name, platforms) {
      const [repository = ''] = name.split(':');
      const manifests = Object.entries(platforms).map(([platform, blobs]) => ({
        digest: put(repository, undefined, manifestOf(blobs)),
        size: 500,
        platform: platformOf(platform),
      }));
      hasDocument(name, { schemaVersion: 2, manifests });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The first blob is the config. */
export function manifestOf(blobs: readonly Blob[]): object {
  const [config, ...layers] = blobs.map(({ text, size }) => ({ digest: digestOf(text), size }));
  return { schemaVersion: 2, config, layers };
}

function platformOf(name: string): object {
  const [base = '', osVersion] = name.split(':');
  const [os, architecture] = base.split('/');
  return { os, architecture, ...(osVersion === undefined ? {} : { 'os.version': osVersion }) };
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
