import type { WarmQueue, WarmTask } from './ports.js';

/** A store that remembers what it wrote until a task takes it along. */
export interface StateCarrier {
  /** The record as it was written at the step of the task, for `WarmTask.carried`; undefined when this instance did not write it. */
  carry(task: WarmTask): string | undefined;
}

/**
 * Sends tasks with the records that they will advance, so that no instance reads what another has just written: a read saved at every
 * step, wherever the message arrives. What a task carries may be outdone meanwhile; whoever acts on it loses by ETag.
 */
export class CarryingQueue implements WarmQueue {
  constructor(
    private readonly queue: WarmQueue,
    private readonly carrier: StateCarrier,
  ) {}

  async enqueue(tasks: readonly WarmTask[], delaySeconds: number): Promise<void> {
    const laden = tasks.map((task): WarmTask => {
      const carried = this.carrier.carry(task);
      return carried === undefined ? task : { ...task, carried };
    });
    await this.queue.enqueue(laden, delaySeconds);
  }
}
