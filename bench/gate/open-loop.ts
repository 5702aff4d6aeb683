import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { createHistogram, performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export interface Asked {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Milliseconds, of answers that were right. */
export interface Latencies {
  readonly answers: number;
  /** Answers that were wrong, or none. */
  readonly bad: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What to ask, in turn, and what a right answer looks like. */
export interface Load {
  readonly url: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly asked: readonly Asked[];
  /** A regular expression. */
  readonly right: string;
}

/** As `loadEvenly`, in a thread of its own: a client that shares one with the storage that it measures would wait for its own turn. */
export async function loadFromAside(load: Load): Promise<Latencies> {
  const worker = new Worker(new URL(import.meta.url), { workerData: load });
  const [latencies] = (await once(worker, 'message')) as [Latencies];
  return latencies;
}

/**
 * So many requests a second, evenly spaced, whatever becomes of those before: of an open loop nobody waits for anybody. A late answer counts
 * from when it should have been asked for.
 */
async function loadEvenly({ url, perSecond, seconds, asked, right }: Load): Promise<Latencies> {
  const agent = new Agent({ keepAlive: true });
  const latencies = createHistogram();
  // A thread that has just begun compiles its own code in the first requests: those are not counted.
  for (let index = 0; index < perSecond; index += 1)
    await get(url, asked[index % asked.length] ?? { path: '/' }, agent);
  const started = performance.now();
  const open: Promise<void>[] = [];
  let bad = 0;
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const dueAt = started + (index * 1000) / perSecond;
    await delay(Math.max(dueAt - performance.now(), 0));
    const answered = get(url, asked[index % asked.length] ?? { path: '/' }, agent).then(
      (body) => {
        if (body !== undefined && new RegExp(right).test(body))
          latencies.record(Math.max(1, Math.round((performance.now() - dueAt) * 1000)));
        else bad += 1;
      },
      () => void (bad += 1),
    );
    open.push(answered);
  }
  await Promise.all(open);
  agent.destroy();
  const at = (percent: number): number => latencies.percentile(percent) / 1000;
  return { answers: latencies.count, bad, p50: at(50), p90: at(90), p99: at(99), max: latencies.max / 1000 };
}

/** @returns the body of a 200, undefined for any other status */
async function get(url: string, { path, headers = {} }: Asked, agent: Agent): Promise<string | undefined> {
  return await new Promise((resolve, reject) => {
    const asked = request(url + path, { agent, headers, timeout: 10_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (body += part));
      response.on('end', () => resolve(response.statusCode === 200 ? body : undefined));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.end();
  });
}

if (!isMainThread) parentPort?.postMessage(await loadEvenly(workerData as Load));
