import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueueServiceClient } from '@azure/storage-queue';
import { startLocalAzure } from '../azure/local-azure.js';
import type { LocalAzure, LocalAzureOptions } from '../azure/local-azure-interface.js';
import type { Scenario } from '../azure/scenario.js';
import { startHost, type HostExit, type StartedHost } from '../host/start-host.js';
import { startStorage, type LocalStorage } from '../storage.js';
import { appEnvironment, eventSubscriptions } from './app-environment.js';

export interface SessionOptions {
  readonly scenario: Scenario;
  readonly mode: 'observe' | 'enforce';
  /** Folder of the built app: package.json, host.json, dist. */
  readonly appFolder: string;
  readonly azureOptions?: LocalAzureOptions;
  /** How Event Grid reaches the app: a private app has no endpoint for webhooks. Default: webhook. */
  readonly eventDelivery?: 'webhook' | 'queue';
  /** Laid over the settings that the app gets by itself. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onLogLine?: (line: string) => void;
}

/** A local Azure with the built app deployed into it; nothing is played yet. */
export interface Session {
  readonly azure: LocalAzure;
  readonly storage: LocalStorage;
  /** The host that runs now. */
  readonly host: StartedHost;
  /** Starts a host after the last one ended: same port, keys and storage, as after a crash in Azure. @param env laid over its settings */
  restartHost(env?: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

/** The app is not built. */
export class NotBuiltError extends Error {
  override readonly name = 'NotBuiltError';
}

/** Grace for the invocations in hand when a session ends. */
const drainSeconds = 3;

/**
 * Boots storage, local Azure and the Functions host, and subscribes the app to its events.
 * @throws NotBuiltError, HostStartError; whatever had started is ended then
 */
export async function startSession(options: SessionOptions): Promise<Session> {
  if (!existsSync(join(options.appFolder, 'dist', 'functions'))) {
    throw new NotBuiltError('dist/functions is missing: run `npm run build` first.');
  }
  const stateFolder = await mkdtemp(join(tmpdir(), 'aks-artifact-sync-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(stateFolder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await boot(options, stateFolder, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function boot(
  options: SessionOptions,
  stateFolder: string,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Session> {
  const azure = await startLocalAzure(options.scenario, options.azureOptions);
  closers.push(() => azure.close());
  const storage = await startStorage();
  closers.push(() => storage.close());
  const env = { ...appEnvironment(azure, storage, options.mode), ...options.env };
  const common = { app: options.appFolder, stateFolder, onLogLine: options.onLogLine ?? (() => undefined) };
  let host = await startHost({ ...common, port: 0, env });
  closers.push(() => endHost(host));
  const port = Number(new URL(host.url).port);
  const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient('events');
  for (const { topic, functionName: name } of eventSubscriptions) {
    const isQueue = options.eventDelivery === 'queue';
    await azure.subscribe(
      isQueue
        ? { name, topic, enqueue: (text) => queue.sendMessage(text) }
        : { name, topic, endpoint: webhookOf(host, name) },
    );
  }
  return {
    azure,
    storage,
    get host() {
      return host;
    },
    async restartHost(changes = {}) {
      await host.exited;
      host = await startHost({ ...common, port, env: { ...env, ...changes } });
    },
    close,
  };
}

function webhookOf({ url, keys }: StartedHost, functionName: string): string {
  return `${url}/runtime/webhooks/eventgrid?functionName=${functionName}&code=${keys.eventGrid}`;
}

async function endHost(host: StartedHost): Promise<HostExit> {
  const timer = setTimeout(() => void host.kill('SIGKILL'), drainSeconds * 1000);
  const exit = await host.kill('SIGTERM');
  clearTimeout(timer);
  return exit;
}
