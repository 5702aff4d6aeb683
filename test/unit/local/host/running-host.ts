import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';
import { startHost, type StartedHost } from '../../../../local/host/start-host.js';
import { startStorage, type LocalStorage } from '../../../../local/storage.js';

export const fixtures = resolve('test/fixtures/functions-app');

export interface JournalEntry {
  readonly at: string;
  readonly [fact: string]: unknown;
}

/** A storage account, and hosts of the fixture app "everything" that work on it one after the other. */
export interface HostBench {
  readonly stateFolder: string;
  start(extra?: Readonly<Record<string, string>>): Promise<StartedHost>;
  queue(name: string): QueueClient;
  /** Everything that the fixture app wrote down, of all hosts of this bench. */
  journal(at?: string): readonly JournalEntry[];
  close(): Promise<void>;
}

export async function createHostBench(): Promise<HostBench> {
  const storage: LocalStorage = await startStorage();
  const stateFolder = mkdtempSync(join(tmpdir(), 'host-test-'));
  const journalFile = join(stateFolder, 'journal.jsonl');
  const hosts: StartedHost[] = [];
  return {
    stateFolder,
    async start(extra = {}) {
      const env = {
        JOURNAL: journalFile,
        WORK_QUEUE: 'work',
        NIGHTLY: halfADayFromNow(),
        AzureWebJobsStorage: storage.connectionString,
        AzureWebJobsOtherStorage: storage.connectionString,
        'AzureWebJobs.disabled.Disabled': 'true',
        ...extra,
      };
      const host = await startHost({ app: join(fixtures, 'everything'), env, stateFolder });
      hosts.push(host);
      return host;
    },
    queue: (name) => QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient(name),
    journal(at) {
      const entries = readText(journalFile)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as JournalEntry);
      return at === undefined ? entries : entries.filter((entry) => entry.at === at);
    },
    async close() {
      await Promise.all(hosts.map((host) => host.kill('SIGKILL')));
      await storage.close();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
}

/** A schedule that does not fire by itself during a test, whatever the time of day. */
function halfADayFromNow(): string {
  return `0 0 ${(new Date().getUTCHours() + 12) % 24} * * *`;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Puts a message as the SDK of another app would: base64 text. */
export async function enqueue(queue: QueueClient, text: string): Promise<void> {
  await queue.createIfNotExists();
  await queue.sendMessage(Buffer.from(text).toString('base64'));
}

/** Polls until `probe` gives something else than undefined or an empty list. */
export async function eventually<Result>(probe: () => Result | undefined, seconds = 120): Promise<Result> {
  for (const deadline = Date.now() + seconds * 1000; ; await delay(50)) {
    const result = probe();
    if (result !== undefined && !(Array.isArray(result) && result.length === 0)) return result;
    if (Date.now() > deadline) throw new Error(`Nothing after ${seconds} s: ${probe.toString()}`);
  }
}
