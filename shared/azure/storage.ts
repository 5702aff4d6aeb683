import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import type { QueueClient } from '@azure/storage-queue';
import { QueueServiceClient } from '@azure/storage-queue';
import type { TokenCredential } from '@azure/core-auth';
import type { StorageConnection } from '../model/storage-connection.js';

/** Queues that the app's triggers listen to. */
export const queueNames = ['plan', 'warm', 'gate', 'events'] as const;
export type QueueName = (typeof queueNames)[number];

export const tableNames = [
  'syncArtifacts',
  'syncTargets',
  'syncJudgements',
  'syncFleetGates',
  'syncClusters',
  'syncProblems',
  'syncObserved',
  'syncDrift',
  'syncBudgets',
  'syncRegistries',
  'syncOutages',
  'syncPoison',
  'syncAudit',
  'syncBreakGlass',
  'syncDeadlines',
  'syncHolds',
] as const;
export type TableName = (typeof tableNames)[number];

/** Sources of the catalogue as last read, and the overrides that people write: `catalog/overrides.json`. */
export const containerNames = ['catalog'] as const;
export type ContainerName = (typeof containerNames)[number];

/** Clients of one storage account. */
export class Storage {
  constructor(
    private readonly connection: StorageConnection,
    private readonly credential: () => TokenCredential,
  ) {}

  /** Creates the queues, tables and blob containers that are not there yet. Idempotent; the triggers poll only queues that exist. */
  async ensure(): Promise<void> {
    const queues = queueNames.flatMap((name) => [name, `${name}-poison`]);
    await Promise.all([
      ...queues.map((name) => this.#queues().getQueueClient(name).createIfNotExists()),
      ...tableNames.map((name) => this.#tables().createTable(name)),
      ...containerNames.map((name) => this.container(name).createIfNotExists()),
    ]);
  }

  queue(name: QueueName): QueueClient {
    return this.#queues().getQueueClient(name);
  }

  table(name: TableName): TableClient {
    const { connection } = this;
    if (connection.kind === 'connection-string') {
      return TableClient.fromConnectionString(
        connection.connectionString,
        name,
        insecureOf(connection.connectionString),
      );
    }
    return new TableClient(`https://${connection.accountName}.table.${connection.suffix}`, name, this.credential());
  }

  container(name: ContainerName): ContainerClient {
    const { connection } = this;
    const service =
      connection.kind === 'connection-string'
        ? BlobServiceClient.fromConnectionString(connection.connectionString)
        : new BlobServiceClient(`https://${connection.accountName}.blob.${connection.suffix}`, this.credential());
    return service.getContainerClient(name);
  }

  #queues(): QueueServiceClient {
    const { connection } = this;
    if (connection.kind === 'connection-string') {
      return QueueServiceClient.fromConnectionString(connection.connectionString);
    }
    return new QueueServiceClient(`https://${connection.accountName}.queue.${connection.suffix}`, this.credential());
  }

  #tables(): TableServiceClient {
    const { connection } = this;
    if (connection.kind === 'connection-string') {
      return TableServiceClient.fromConnectionString(
        connection.connectionString,
        insecureOf(connection.connectionString),
      );
    }
    return new TableServiceClient(`https://${connection.accountName}.table.${connection.suffix}`, this.credential());
  }
}

/** The tables client refuses the emulator's `http://` unless told that it is meant. */
function insecureOf(connectionString: string): { allowInsecureConnection: boolean } {
  const isEmulator = /UseDevelopmentStorage=true|TableEndpoint=http:\/\/(127\.|localhost)/i.test(connectionString);
  return { allowInsecureConnection: isEmulator };
}
