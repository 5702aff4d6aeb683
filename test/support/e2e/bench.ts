import { resolve } from 'node:path';
import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';
import { failWhenHostEnds, playScenario, type Outcome } from '../../../local/runner/play.js';
import { fetchStatus, type AppStatus } from '../../../local/runner/app-status.js';
import { startSession, type Session, type SessionOptions } from '../../../local/runner/session.js';
import { until } from './until.js';

/** What the app answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly json: unknown;
}

/** A session on the built app, with what tests ask of it. */
export interface Bench {
  readonly session: Session;
  /** Of all hosts of the session, oldest first. */
  readonly log: readonly string[];
  /** Plays the scenario until it has ended. */
  play(hostEnd?: 'fails' | 'is-expected'): Promise<Outcome>;
  status(): Promise<AppStatus>;
  statusOnce(what: string, holds: (status: AppStatus) => boolean): Promise<AppStatus>;
  /** With the function key unless `headers` say otherwise. */
  call(path: string, init?: RequestInit): Promise<Answer>;
  queue(name: string): QueueClient;
  /** Puts text on a queue as other apps do, in base64. */
  enqueue(queue: string, text: string): Promise<void>;
  close(): Promise<void>;
}

type BenchOptions = Pick<SessionOptions, 'scenario'> & Partial<Omit<SessionOptions, 'onLogLine'>>;

/** What nobody told the app it finds by itself, soon. */
const soon = { RECONCILE_SCHEDULE: '*/4 * * * * *' };

const nobodyWatches = { show: () => undefined, end: () => undefined };

/** Boots everything for a scenario; mode `enforce` and the app of this checkout unless told otherwise. */
export async function openBench(options: BenchOptions): Promise<Bench> {
  const log: string[] = [];
  const session = await startSession({
    mode: 'enforce',
    appFolder: resolve('.'),
    ...options,
    env: { ...soon, ...options.env },
    onLogLine: (line) => void log.push(line),
  });
  const queues = QueueServiceClient.fromConnectionString(session.storage.connectionString);
  const status = (): Promise<AppStatus> => fetchStatus(session.host.url, session.host.keys.default);
  return {
    session,
    log,
    play: (hostEnd = 'fails') => playScenario(session, nobodyWatches, { hostEnd, pollMilliseconds: 1000 }),
    status,
    statusOnce: (what, holds) =>
      Promise.race([
        failWhenHostEnds(session),
        until(what, async () => [await status()].find((found) => holds(found))),
      ]),
    call: (path, init) => callApp(session, path, init),
    queue: (name) => queues.getQueueClient(name),
    async enqueue(queue, text) {
      await queues.getQueueClient(queue).sendMessage(Buffer.from(text).toString('base64'));
    },
    close: () => session.close(),
  };
}

async function callApp({ host }: Session, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${host.url}${path}`, { headers: { 'x-functions-key': host.keys.default }, ...init });
  const text = await response.text();
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    text,
    json: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : undefined,
  };
}
