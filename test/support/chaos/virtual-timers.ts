import { Timers } from '../../../local/azure/timers.js';
import type { FakeClock } from '../fakes/clock.js';
import { setDate } from './virtual-date.js';

interface Due {
  readonly at: number;
  readonly action: () => void;
}

/** Timeouts of a local Azure that lives by a clock which stands still until a test moves it. Needs `useVirtualDate`. */
export class VirtualTimers extends Timers {
  #due: readonly Due[] = [];

  constructor(private readonly clock: FakeClock) {
    super();
  }

  override after(seconds: number, action: () => void): void {
    const at = Date.now() + seconds * 1000;
    this.#due = [...this.#due, { at, action }].sort((a, b) => a.at - b.at);
  }

  /** Runs what has fallen due, each action at its own time; afterwards `Date` says what the clock says. */
  run(): void {
    const now = this.clock.now().getTime();
    for (let next = this.#due[0]; next !== undefined && next.at <= now; next = this.#due[0]) {
      this.#due = this.#due.slice(1);
      setDate(next.at);
      next.action();
    }
    setDate(now);
  }
}
