import { createHash } from 'node:crypto';
import { SyncError } from '../model/errors.js';
import type { GateQueue, PoisonMessage, PoisonMessages } from '../gate/ports.js';
import type { PlanQueue, WarmQueue } from '../warming/ports.js';
import { parseGateTask, parsePlanTask, parseWarmTask } from './messages.js';

export interface ReplayPorts {
  readonly poison: PoisonMessages;
  readonly planQueue: PlanQueue;
  readonly warmQueue: WarmQueue;
  readonly gateQueue: GateQueue;
  readonly now: () => Date;
}

/** Which poison messages: one by its id, also once more; or all that were not replayed yet. */
export type ReplayRequest = { readonly id: string } | { readonly all: true };

/** What `POST /api/replay` answers. */
export interface ReplayAnswer {
  readonly replayed: readonly { readonly id: string; readonly queue: PoisonMessage['queue'] }[];
  /** Those that no worker could read. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  /** How many more there are to be replayed by another request; absent for none. */
  readonly left?: number;
}

/** As many as one request replays; the rest is left to the next. */
const mostReplayed = 1000;
const mostKnown = 100_000;
const longestMessage = 30_000;

/** The record of a message that its queue gave up on. The same message has the same id: recorded twice it is there once. */
export function poisonOf(queue: PoisonMessage['queue'], message: unknown, reason: string, at: Date): PoisonMessage {
  const text = JSON.stringify(withoutCarried(message) ?? null);
  const id = createHash('sha256').update(`${queue} ${text}`).digest('hex').slice(0, 16);
  return { id, queue, message: text.slice(0, longestMessage), reason, at };
}

/**
 * Puts messages that were given up on back on their queues. Runs twice, and stops anywhere: a message that is there twice does
 * nothing the second time, as every stage tells; it is marked after it was enqueued, so none is lost.
 * @throws SyncError INVALID_INPUT for an id that nobody knows
 */
export async function replayPoison(request: ReplayRequest, ports: ReplayPorts): Promise<ReplayAnswer> {
  const known = await ports.poison.list(mostKnown);
  const chosen = known.filter((one) => ('id' in request ? one.id === request.id : one.replayedAt === undefined));
  if ('id' in request && chosen.length === 0) {
    throw new SyncError(
      'INVALID_INPUT',
      `id: no poison message "${request.id.slice(0, 80)}" is known; the status lists them`,
    );
  }
  const replayed: { id: string; queue: PoisonMessage['queue'] }[] = [];
  const skipped: { id: string; reason: string }[] = [];
  let left = 0;
  for (const one of chosen) {
    if (replayed.length >= mostReplayed) {
      left += 1;
      continue;
    }
    const refusal = await enqueueAgain(one, ports);
    if (refusal !== undefined) {
      skipped.push({ id: one.id, reason: refusal });
      continue;
    }
    await ports.poison.save({ ...one, replayedAt: ports.now() });
    replayed.push({ id: one.id, queue: one.queue });
  }
  return { replayed, skipped: skipped.slice(0, mostReplayed), ...(left === 0 ? {} : { left }) };
}

/** @returns why not: a message that nobody can read would only come back */
async function enqueueAgain({ queue, message }: PoisonMessage, ports: ReplayPorts): Promise<string | undefined> {
  try {
    const content: unknown = JSON.parse(message);
    if (queue === 'plan') await ports.planQueue.enqueue([parsePlanTask(content)], 0);
    if (queue === 'warm') await ports.warmQueue.enqueue([parseWarmTask(content)], 0);
    if (queue === 'gate') await ports.gateQueue.enqueue([parseGateTask(content)], 0);
    return undefined;
  } catch (error) {
    if (error instanceof SyncError && error.code === 'INVALID_INPUT') return error.message;
    if (error instanceof SyntaxError) return 'it is no JSON document';
    throw error;
  }
}

/** Replayed, a task reads what is there by then. */
function withoutCarried(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('carried' in message)) return message;
  const { carried: _carried, ...rest } = message;
  return rest;
}
