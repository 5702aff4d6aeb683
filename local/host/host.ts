import { join } from 'node:path';
import type { AppSettings } from './app-settings.js';
import { indexFunctions, type FunctionIndex } from './function-index.js';
import type { HostJson } from './host-json.js';
import { readHostJson } from './host-json.js';
import { loadHostKeys } from './host-keys.js';
import { describeError, type HostLog } from './host-log.js';
import { createHostServer, listen } from './host-server.js';
import { loadApp } from './load-app.js';
import { listenToQueue, type QueueListener } from './queue-listener.js';
import { runTimer } from './timer-listener.js';
import { createWorker, type Worker } from './worker.js';

export interface HostOptions {
  readonly appFolder: string;
  /** 0 asks for a free one. */
  readonly port: number;
  /** Holds the keys and the schedules, so that a host that starts again there knows them. */
  readonly stateFolder: string;
  readonly settings: AppSettings;
  readonly log: HostLog;
}

export interface RunningHost {
  readonly port: number;
  readonly index: FunctionIndex;
  /** Takes no new work, lets running invocations end, runs the `appTerminate` hooks. */
  stop(): Promise<void>;
}

/** Seconds that Azure keeps a received queue message invisible, unless its host renews that. */
const defaultLockSeconds = 600;

/**
 * Loads an app, indexes it and listens to its triggers.
 * @throws AppLoadError, or Error for an unreadable host.json: the app as a whole cannot run
 */
export async function runHost(options: HostOptions): Promise<RunningHost> {
  const { log, settings } = options;
  const hostJson = await readHostJson(options.appFolder);
  const keys = await loadHostKeys(join(options.stateFolder, 'host-keys.json'));
  const app = await loadApp(options.appFolder, log);
  const index = indexFunctions(app.functions, settings);
  for (const { name, reason } of index.failures) {
    log.write('error', `The '${name}' function is in error: Error indexing method 'Functions.${name}': ${reason}`);
  }
  const worker = createWorker(app, log);
  const { routePrefix } = hostJson.extensions.http;
  const server = createHostServer({ worker, index, keys, routePrefix, httpStreamUrl: app.httpStreamUrl, log });
  const port = await listen(server, options.port);
  const stopListening = startListeners(options, hostJson, index, worker);
  return {
    port,
    index,
    async stop() {
      server.close();
      server.closeIdleConnections();
      await stopListening();
      await worker.idle();
      await app.hooks.run('appTerminate', {});
      server.closeAllConnections();
    },
  };
}

function startListeners(
  { settings, log, stateFolder }: HostOptions,
  hostJson: HostJson,
  index: FunctionIndex,
  worker: Worker,
): () => Promise<void> {
  const stopping = new AbortController();
  const queues: QueueListener[] = [];
  const lockSeconds = Number(settings['HOST_QUEUE_LOCK_SECONDS'] ?? defaultLockSeconds);
  const onPoisoned = (name: string): void => queues.find(({ queueName }) => queueName === name)?.wake();
  for (const { name, trigger, isDisabled } of index.functions) {
    if (isDisabled) continue;
    if (trigger.kind === 'queue') {
      const common = { settings: hostJson.extensions.queues, lockSeconds, worker, log, onPoisoned };
      queues.push(listenToQueue({ functionName: name, ...trigger, ...common }));
    }
    if (trigger.kind === 'timer') {
      const statusFile = join(stateFolder, 'timers', `${name}.json`);
      runTimer({ name, ...trigger }, worker, statusFile, log, stopping.signal).catch((error: unknown) =>
        log.write('error', `Timer ${name}: ${describeError(error)}`),
      );
    }
  }
  return async () => {
    stopping.abort();
    await Promise.all(queues.map((queue) => queue.stop()));
  };
}
