import type { WarmQueue, WarmTask } from '../warming/ports.js';

/** Calls back after a time; the answer takes that back. */
export type Timer = (callback: () => void, milliseconds: number) => () => void;

const systemTimer: Timer = (callback, milliseconds) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};

/** How handing out ended: nothing is left, or it was stopped before. */
export type TimelineEnd = 'idle' | 'stopped';

/**
 * The queue `warm` of one process: a delay is a timer, and what is due is handed out in the order in which it became due.
 * Nothing survives the process; the states do, and the next run asks for what is unfinished.
 */
export class WarmTimeline implements WarmQueue {
  readonly #due: WarmTask[] = [];
  readonly #delayed = new Set<() => void>();
  #wake: () => void = () => undefined;

  constructor(private readonly timer: Timer = systemTimer) {}

  async enqueue(tasks: readonly WarmTask[], delaySeconds: number): Promise<void> {
    if (delaySeconds <= 0) this.#hand(tasks);
    else if (tasks.length > 0) this.#delay(tasks, delaySeconds);
  }

  /**
   * Hands out what is due, to at most `concurrency` at once, until nothing is due or delayed any more.
   * After `stop` nothing new is handed out; it ends when what is at work has ended.
   * @throws what `work` throws, after what is at work has ended
   */
  async run(work: (task: WarmTask) => Promise<void>, concurrency: number, stop: AbortSignal): Promise<TimelineEnd> {
    let working = 0;
    let bug: { readonly error: unknown } | undefined;
    const end = await new Promise<TimelineEnd>((resolve) => {
      const handOut = (): void => {
        const isStopped = stop.aborted || bug !== undefined;
        while (!isStopped && working < concurrency) {
          const task = this.#due.shift();
          if (!task) break;
          working += 1;
          void work(task)
            .catch((error: unknown) => (bug ??= { error }))
            .finally(() => {
              working -= 1;
              handOut();
            });
        }
        if (working > 0) return;
        if (stop.aborted || bug !== undefined) resolve('stopped');
        else if (this.#due.length === 0 && this.#delayed.size === 0) resolve('idle');
      };
      this.#wake = handOut;
      stop.addEventListener('abort', handOut, { once: true });
      handOut();
    });
    this.#cancel();
    if (bug !== undefined) throw bug.error;
    return end;
  }

  #hand(tasks: readonly WarmTask[]): void {
    this.#due.push(...tasks);
    this.#wake();
  }

  #delay(tasks: readonly WarmTask[], delaySeconds: number): void {
    const cancel = this.timer(() => {
      this.#delayed.delete(cancel);
      this.#hand(tasks);
    }, delaySeconds * 1000);
    this.#delayed.add(cancel);
  }

  #cancel(): void {
    this.#wake = () => undefined;
    for (const cancel of this.#delayed) cancel();
    this.#delayed.clear();
  }
}
