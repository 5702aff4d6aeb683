import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { growArtifactTree, type ArtifactTree, type Growth } from '../../local/azure/artifact-tree.js';
import type { BlobBytes } from '../../local/azure/blob-bytes.js';

/** Debian's `docker-registry`, a registry that nobody here wrote, on loopback, with its storage in a temporary folder. */
export interface DockerRegistry {
  /** For example `http://127.0.0.1:41234`. */
  readonly endpoint: string;
  /** Where it keeps blobs and links; what a test alters there, a registry on a failing disk would serve. */
  readonly data: string;
  /** Pushes a small, well formed artifact with all that it leads to. */
  push(repository: string, tag: string, growth?: Growth): Promise<void>;
  /** Ends it without a farewell and keeps its folder. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface DockerRegistryOptions {
  /** Makes it a pull-through cache of this registry, for example `http://127.0.0.1:41234`. */
  readonly upstream?: string;
  /** Folder with what it holds already, kept at the end; a temporary one otherwise. */
  readonly data?: string;
  /** Of a registry that comes back where it was; a free one otherwise. */
  readonly port?: number;
}

const command = 'docker-registry';
/** A port that was free may be somebody else's before it is used. */
const mostPorts = 3;

export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (options.port !== undefined || tries === mostPorts) throw error;
    }
  }
}

async function startOnce(options: DockerRegistryOptions): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-registry-'));
  const data = options.data ?? join(folder, 'data');
  const port = options.port ?? (await freePort());
  const endpoint = `http://127.0.0.1:${port}`;
  const config = join(folder, 'config.yml');
  await writeFile(config, configOf(data, port, options.upstream));
  const process = spawn(command, ['serve', config], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    if (process.exitCode !== null || process.signalCode !== null) return;
    const ended = once(process, 'exit');
    process.kill('SIGKILL');
    await ended;
  };
  const close = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answers(endpoint, process);
  } catch (error) {
    await close();
    throw error;
  }
  const pushOne = (repository: string, tag: string, growth?: Growth) => push(endpoint, repository, tag, growth);
  return { endpoint, data, stop, close, push: pushOne };
}

function configOf(data: string, port: number, upstream: string | undefined): string {
  return JSON.stringify({
    version: 0.1,
    log: { accesslog: { disabled: true }, level: 'error' },
    // As Debian configures it.
    storage: { cache: { blobdescriptor: 'inmemory' }, filesystem: { rootdirectory: data } },
    http: { addr: `127.0.0.1:${port}` },
    ...(upstream === undefined ? {} : { proxy: { remoteurl: upstream } }),
  });
}

async function answers(endpoint: string, process: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 2400; tries += 1) {
    if (process.exitCode !== null) throw new Error(`docker-registry ended with code ${process.exitCode}`);
    const status = await fetch(`${endpoint}/v2/`).then(
      ({ status }) => status,
      () => 0,
    );
    if (status === 200) return;
    await delay(50);
  }
  throw new Error('docker-registry did not answer within two minutes');
}

/** Blobs first, then the manifests that name them, then the index. Source: OCI Distribution Spec 1.1, "Push". */
async function push(endpoint: string, repository: string, tag: string, growth: Growth = {}): Promise<void> {
  const tree = growArtifactTree(repository, tag, growth);
  await pushTree(endpoint, repository, tag, tree);
  if (tree.signature) await pushSignature(endpoint, repository, tree.root.digest, tree.signature);
}

/** Under the tag of old, since this registry has no referrers API. Source: OCI Distribution Spec 1.1, "Referrers Tag Schema". */
async function pushSignature(endpoint: string, repository: string, subject: string, tree: ArtifactTree): Promise<void> {
  const { digest, mediaType, body } = tree.root;
  await pushTree(endpoint, repository, digest, tree);
  const type = 'application/vnd.oci.image.index.v1+json';
  const list = { schemaVersion: 2, mediaType: type, manifests: [{ digest, mediaType, size: body.length }] };
  const url = `${endpoint}/v2/${repository}/manifests/${subject.replace(':', '-')}`;
  await send(url, 'PUT', new Uint8Array(Buffer.from(JSON.stringify(list))), type);
}

async function pushTree(endpoint: string, repository: string, reference: string, tree: ArtifactTree): Promise<void> {
  const { root, manifests, blobs } = tree;
  const base = `${endpoint}/v2/${repository}`;
  for (const [digest, blob] of blobs) {
    const location = (await send(`${base}/blobs/uploads/`, 'POST')).headers.get('location') ?? '';
    const upload = new URL(location, endpoint);
    upload.searchParams.set('digest', digest);
    await send(upload, 'PUT', streamOf(blob), 'application/octet-stream');
  }
  for (const { digest, body, mediaType } of manifests.values()) {
    const name = digest === root.digest ? reference : digest;
    await send(`${base}/manifests/${name}`, 'PUT', new Uint8Array(body), mediaType);
  }
}

function streamOf(blob: BlobBytes): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(blob.chunks())) as ReadableStream<Uint8Array>;
}

async function send(
  url: string | URL,
  method: string,
  body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  type?: string,
): Promise<Response> {
  const init = body && type ? ({ body, duplex: 'half', headers: { 'content-type': type } } as RequestInit) : {};
  const response = await fetch(url, { method, ...init });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${String(url)}: ${response.status} ${text}`);
  return response;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
