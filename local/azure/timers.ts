/** Timeouts that end with the local Azure they belong to, so that nothing fires into a closed one. */
export class Timers {
  private readonly running = new Set<NodeJS.Timeout>();

  /** In ms since 1970. */
  now(): number {
    return Date.now();
  }

  /** Runs `action` once, in `seconds`; never after `close`. */
  after(seconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.running.delete(timer);
      action();
    }, seconds * 1000);
    timer.unref();
    this.running.add(timer);
  }

  /** Never settles when `close` comes first. */
  sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => this.after(seconds, resolve));
  }

  close(): void {
    for (const timer of this.running) clearTimeout(timer);
    this.running.clear();
  }
}
