import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Cron } from 'croner';
import { z } from 'zod';
import { describeError, type HostLog } from './host-log.js';
import { describeTimer, type TimerStatus } from './timer-info.js';
import type { Worker } from './worker.js';

export interface TimerFunction {
  readonly name: string;
  readonly schedule: string;
  readonly runOnStartup: boolean;
  readonly useMonitor: boolean;
}

const statusSchema = z.object({ last: z.iso.datetime(), next: z.iso.datetime(), lastUpdated: z.iso.datetime() });

/** setTimeout counts in 31 bits. */
const longestSleep = 2_000_000_000;

/**
 * The next time of an NCRONTAB expression after `after`, in UTC. All fields must match, also day of month and day of week.
 * @returns undefined when there is none any more
 */
export function nextOccurrence(schedule: string, after: Date): Date | undefined {
  return new Cron(schedule, { paused: true, timezone: 'UTC', domAndDow: true }).nextRun(after) ?? undefined;
}

/**
 * Runs a timer function until `signal` aborts; one run at a time. With `useMonitor` the schedule is kept in `statusFile`, and a run
 * that was due while no host was there is made up for at once with `isPastDue`. Schedules below a minute are not monitored in Azure.
 */
export async function runTimer(
  timer: TimerFunction,
  worker: Worker,
  statusFile: string,
  log: HostLog,
  signal: AbortSignal,
): Promise<void> {
  const isMonitoring = timer.useMonitor && isMonitored(timer.schedule);
  const stored = isMonitoring ? await readStatus(statusFile) : undefined;
  const isPastDue = stored !== undefined && new Date(stored.next) < new Date();
  let last = new Date(stored?.last ?? 0);
  if (isPastDue || timer.runOnStartup) last = await fire(timer, worker, { last, isMonitoring, isPastDue });
  while (!signal.aborted) {
    const next = nextOccurrence(timer.schedule, new Date());
    if (next === undefined) return;
    if (isMonitoring) await writeStatus(statusFile, toStatus(last, next), log);
    if (!(await sleepUntil(next, signal))) return;
    last = await fire(timer, worker, { last, isMonitoring, isPastDue: false });
  }
}

/** @returns when this run began; a run that fails counts as run, as in Azure */
async function fire(
  timer: TimerFunction,
  worker: Worker,
  facts: { readonly last: Date; readonly isMonitoring: boolean; readonly isPastDue: boolean },
): Promise<Date> {
  const now = new Date();
  const status = facts.isMonitoring ? toStatus(facts.last, nextOccurrence(timer.schedule, now) ?? now) : undefined;
  const input = { json: JSON.stringify(describeTimer(status, { isPastDue: facts.isPastDue })) };
  const reason = `Timer fired at ${now.toISOString()}`;
  await worker.invoke({ functionName: timer.name, reason, input }).catch(() => undefined);
  return now;
}

async function writeStatus(file: string, status: TimerStatus, log: HostLog): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(status));
  } catch (error) {
    log.write('warning', `The schedule is not kept in ${file}: ${describeError(error)}`);
  }
}

function toStatus(last: Date, next: Date): TimerStatus {
  return { last: last.toISOString(), next: next.toISOString(), lastUpdated: new Date().toISOString() };
}

async function readStatus(file: string): Promise<TimerStatus | undefined> {
  try {
    return statusSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function isMonitored(schedule: string): boolean {
  const first = nextOccurrence(schedule, new Date());
  const second = first && nextOccurrence(schedule, first);
  return first !== undefined && second !== undefined && second.getTime() - first.getTime() >= 60_000;
}

/** @returns false when `signal` ended the wait */
async function sleepUntil(time: Date, signal: AbortSignal): Promise<boolean> {
  for (let left = time.getTime() - Date.now(); left > 0; left = time.getTime() - Date.now()) {
    const done = await delay(Math.min(left, longestSleep), true, { signal }).catch(() => false);
    if (!done) return false;
  }
  return !signal.aborted;
}
