import { Timers } from '../../../local/azure/timers.js';
import type { FakeClock } from './clock.js';

interface Due {
  readonly at: number;
  readonly action: () => void;
}

/** Timeouts of a local Azure that lives by a clock which stands still until a test moves it. */
export class VirtualTimers extends Timers {
  #due: readonly Due[] = [];
  /** While something that fell due before runs late: when it should have run. */
  #then: number | undefined;

  constructor(private readonly clock: FakeClock) {
    super();
  }

  override now(): number {
    return this.#then ?? this.clock.now().getTime();
  }

  override after(seconds: number, action: () => void): void {
    const at = this.now() + seconds * 1000;
    this.#due = [...this.#due, { at, action }].sort((a, b) => a.at - b.at);
  }

  /** Runs what has fallen due, each action at its own time. */
  run(): void {
    const now = this.clock.now().getTime();
    for (let next = this.#due[0]; next !== undefined && next.at <= now; next = this.#due[0]) {
      this.#due = this.#due.slice(1);
      this.#then = next.at;
      next.action();
    }
    this.#then = undefined;
  }
}
