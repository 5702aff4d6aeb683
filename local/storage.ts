import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** A storage account of this process: Azurite on loopback, in memory, gone when it is closed. */
export interface LocalStorage {
  /** With Azurite's well-known account and shared key; good for the Azure SDK clients as they are. */
  readonly connectionString: string;
  /** Requests answered so far by each service: what Azure bills as transactions. */
  transactions(): Readonly<Record<StorageService, number>>;
  /** The same by kind, for example `table GET syncArtifacts`. */
  operations(): ReadonlyMap<string, number>;
  /** Those of them that asked a queue for messages and got none: a host at rest asks all the time. */
  emptyPolls(): number;
  close(): Promise<void>;
}

export const storageServices = ['blob', 'queue', 'table'] as const;
export type StorageService = (typeof storageServices)[number];

/** The part of Azurite's `ServerBase` that is used here; Azurite publishes no types. */
interface AzuriteServer {
  readonly httpServer: Server;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Azurite's own development account; public knowledge, no secret. */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/**
 * Starts the blob, queue and table servers of Azurite inside this process, each on a free port, with no log and no telemetry.
 * About 1.3 s, nearly all of it loading Azurite.
 */
export async function startStorage(): Promise<LocalStorage> {
  const counts: Record<StorageService, number> = { blob: 0, queue: 0, table: 0 };
  const operations = new Map<string, number>();
  let emptyPolls = 0;
  const servers = storageServices.map((service) => {
    const server = createServer(service);
    server.httpServer.prependListener('request', (request, response) => {
      counts[service] += 1;
      const operation = operationOf(service, request);
      operations.set(operation, (operations.get(operation) ?? 0) + 1);
      if (service === 'queue' && isReceive(request)) onEmptyAnswer(response, () => (emptyPolls += 1));
    });
    return { service, server };
  });
  await Promise.all(servers.map(({ server }) => server.start()));
  // As in `azure/http.ts`; Azurite itself takes no 0.
  for (const { server } of servers) server.httpServer.keepAliveTimeout = 0;
  const endpoints = servers.map(({ service, server }) => {
    const { port } = server.httpServer.address() as AddressInfo;
    return `${capitalize(service)}Endpoint=http://127.0.0.1:${port}/${account};`;
  });
  const credentials = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};`;
  return {
    connectionString: credentials + endpoints.join(''),
    transactions: () => ({ ...counts }),
    operations: () => new Map(operations),
    emptyPolls: () => emptyPolls,
    async close() {
      await Promise.all(servers.map(({ server }) => server.close()));
      for (const { server } of servers) server.httpServer.closeAllConnections();
    },
  };
}

/** Service, method and what it is about: the table, queue or container behind the account. */
function operationOf(service: StorageService, { method = '', url = '' }: IncomingMessage): string {
  const [name = ''] = /^[^/(?]*/.exec(url.replace(`/${account}/`, '')) ?? [];
  return `${service} ${method} ${name}`;
}

function isReceive({ method, url = '' }: IncomingMessage): boolean {
  return method === 'GET' && /\/messages(\?|$)/.test(url);
}

/** Calls back when an answer has ended that carries no message. */
function onEmptyAnswer(response: ServerResponse, callback: () => void): void {
  let isEmpty = true;
  const look = (chunk: unknown): void => {
    if ((typeof chunk === 'string' || Buffer.isBuffer(chunk)) && chunk.includes('<QueueMessage>')) isEmpty = false;
  };
  const write = response.write.bind(response) as (...words: unknown[]) => boolean;
  const end = response.end.bind(response) as (...words: unknown[]) => ServerResponse;
  response.write = (...words: unknown[]) => (look(words[0]), write(...words));
  response.end = (...words: unknown[]) => (look(words[0]), end(...words));
  response.once('finish', () => {
    if (isEmpty) callback();
  });
}

/** Azurite's configuration classes take positional arguments; these set what differs from the defaults, by property. */
const overrides = {
  port: 0,
  enableAccessLog: false,
  enableDebugLog: false,
  isMemoryPersistence: true,
  skipApiVersionCheck: true,
};

function createServer(service: StorageService): AzuriteServer {
  const load = createRequire(import.meta.url);
  const name = capitalize(service);
  const folder = `azurite/dist/src/${service}`;
  const { default: Configuration } = load(`${folder}/${name}Configuration.js`) as { default: new () => object };
  const { default: Server } = load(`${folder}/${name}Server.js`) as { default: new (options: object) => AzuriteServer };
  return new Server(Object.assign(new Configuration(), overrides));
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
